"""Hazards, the orders to put them right, the pictures that prove it, and who may grade them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base

_PROJECT, _HAZARD = "projects.id", "hazards.id"


class HazardRecord(Base):
    """A hazard, field by field a ``siteward_rules.hazards.hazard.Hazard``, with what it is.

    ``found_on`` is the legal date of ``found_at``; reports and fund rules ask by date.
    """

    __tablename__ = "hazards"
    __table_args__ = (Index("ix_hazards_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), index=True)
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id"))
    kind: Mapped[str]
    severity: Mapped[str]
    description: Mapped[str]
    clause: Mapped[str] = mapped_column(default="")
    found_by: Mapped[str]
    found_on: Mapped[date]
    due: Mapped[date]
    closed_on: Mapped[date | None]
    closed_by: Mapped[str | None]
    closure_note: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    found_at: Mapped[datetime]
    since: Mapped[datetime]
    camera: Mapped[str | None]
    control_due: Mapped[datetime | None]
    submitted_by: Mapped[str | None]
    fixed_by: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime | None]
    recheck_due: Mapped[date | None]
    rechecked_by: Mapped[str | None]
    look_backs: Mapped[int] = mapped_column(default=0)
    look_back_due: Mapped[date | None]
    suspended: Mapped[bool] = mapped_column(default=False)
    supervised: Mapped[bool] = mapped_column(default=False)
    overdue: Mapped[str] = mapped_column(default="")


class HazardOrder(Base):
    """An order as it was issued (整改通知单, 工程暂停令); rows are never changed."""

    __tablename__ = "hazard_orders"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey(_HAZARD), index=True)
    number: Mapped[str]
    kind: Mapped[str]
    issued_by: Mapped[str]
    issued_role: Mapped[str]
    issued_at: Mapped[datetime]
    severity: Mapped[str]
    clause: Mapped[str]
    due: Mapped[date]
    later_reason: Mapped[str]
    addressee: Mapped[str]
    requirements: Mapped[str]


class HazardPicture(Base):
    """A picture of a hazard. ``part``: before, after, look_back; the bytes are evidence.

    A phone's picture says where it was taken: ``distance`` is metres from the site.
    """

    __tablename__ = "hazard_pictures"

    hazard_id: Mapped[int] = mapped_column(ForeignKey(_HAZARD), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str]
    ts: Mapped[datetime]
    camera: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    accuracy: Mapped[float | None]
    distance: Mapped[float | None]
    added_by: Mapped[str]
    added_at: Mapped[datetime]


class QualifiedPerson(Base):
    """Somebody besides the chief supervisor who may grade major hazards of a project."""

    __tablename__ = "qualified_people"

    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("accounts.username"), primary_key=True)
    certificate: Mapped[str]
    valid_to: Mapped[date]
    named_by: Mapped[str]
    named_at: Mapped[datetime]
