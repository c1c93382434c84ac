"""What is set up of a project, and what people report and accept of it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base, Bilingual

_PROJECT = "projects.id"


class Project(Base):
    """A livelihood project; its id is the site's slug on the broker.

    ``facts_version`` grows with everything that can change a fund finding; a claim evaluated
    at a lower version is evaluated again. ``rules_version`` grows with everything that changes
    which stream rules hold on its site, or when they stand aside.
    """

    __tablename__ = "projects"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Bilingual]
    kind: Mapped[str]
    address: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    started_on: Mapped[date]
    planned_finish: Mapped[date]
    description: Mapped[str] = mapped_column(default="")
    danger_zones: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    facts_version: Mapped[int] = mapped_column(default=1)
    region: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    rules_version: Mapped[int] = mapped_column(default=1)


class Contract(Base):
    """The works contract; see ``ContractIn`` for what the shares mean."""

    __tablename__ = "contracts"

    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), primary_key=True)
    contract_sum: Mapped[Decimal]
    approved_estimate: Mapped[Decimal]
    approved_variations: Mapped[Decimal]
    progress_cap: Mapped[float]
    retention: Mapped[float]
    wage_share: Mapped[float]
    advance: Mapped[Decimal]
    signed_on: Mapped[date]
    payee_name: Mapped[str]
    payee_account: Mapped[str]
    procedure: Mapped[str] = mapped_column(default="short")
    sme: Mapped[bool] = mapped_column(default=False)
    payment_days: Mapped[int] = mapped_column(default=30)
    approval_limit: Mapped[Decimal | None]


class WorkItem(Base):
    """A line of the bill of quantities."""

    __tablename__ = "work_items"

    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[Bilingual]
    value: Mapped[Decimal]
    planned_start: Mapped[date]
    planned_finish: Mapped[date]
    kind: Mapped[str | None]


class Milestone(Base):
    """An acceptance node. ``status``: planned, claimed, accepted, rejected."""

    __tablename__ = "milestones"

    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[Bilingual]
    due: Mapped[date]
    work_items: Mapped[list[str]]
    status: Mapped[str] = mapped_column(default="planned")
    claimed_on: Mapped[date | None]
    claimed_by: Mapped[str | None]
    accepted_on: Mapped[date | None]
    accepted_by: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")


class Zone(Base):
    """A part of a camera's picture in which a work item grows."""

    __tablename__ = "zones"

    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[Bilingual]
    camera: Mapped[str]
    work_item: Mapped[str]
    weight: Mapped[float]
    polygon: Mapped[list[Any]]
    states: Mapped[list[dict[str, Any]]]


class Device(Base):
    """Anything on a site that sends messages: agent, camera, dust_box, crane."""

    __tablename__ = "devices"

    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    kind: Mapped[str]
    name: Mapped[Bilingual]


class Person(Base):
    """Somebody responsible for a project."""

    __tablename__ = "people"

    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    duty: Mapped[Bilingual]
    name: Mapped[str]


class ProgressReport(Base):
    """What the department said of one work item."""

    __tablename__ = "progress_reports"
    __table_args__ = (Index("ix_progress_reports_facts", "project_id", "work_item", "reported_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT))
    work_item: Mapped[str]
    percent: Mapped[float]
    reported_on: Mapped[date]
    reported_by: Mapped[str]
    recorded_at: Mapped[datetime]


class Measurement(Base):
    """What the chief supervisor accepted of one work item; only this earns value."""

    __tablename__ = "measurements"
    __table_args__ = (Index("ix_measurements_facts", "project_id", "work_item", "measured_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT))
    work_item: Mapped[str]
    percent: Mapped[float]
    measured_on: Mapped[date]
    measured_by: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
