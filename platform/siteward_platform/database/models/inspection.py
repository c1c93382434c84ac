"""What inspectors are to look at, what they did on site, and the pictures they bring back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base

_PROJECT = "projects.id"


class Visit(Base):
    """A visit somebody is to make; ``done_by_act`` is the report that settled it."""

    __tablename__ = "visits"
    __table_args__ = (Index("ix_visits_open", "done_at", "planned_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), index=True)
    planned_on: Mapped[date]
    inspector: Mapped[str | None]
    purpose: Mapped[str]
    checklist: Mapped[str | None]
    planned_by: Mapped[str]
    planned_at: Mapped[datetime]
    done_by: Mapped[str | None]
    done_at: Mapped[datetime | None]
    done_by_act: Mapped[str | None]
    called_off_by: Mapped[str | None]
    called_off_at: Mapped[datetime | None]


class FieldAct(Base):
    """Something done on site, kept once however often the phone sends it.

    ``key`` is made by the phone, ``sha256`` is of the body it sent, ``done_at`` is by the phone's
    clock and ``received_at`` by ours.
    """

    __tablename__ = "field_acts"
    __table_args__ = (Index("ix_field_acts_project", "project_id", "received_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT))
    subject: Mapped[str]
    username: Mapped[str]
    role: Mapped[str]
    body: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    done_at: Mapped[datetime]
    received_at: Mapped[datetime]


class Upload(Base):
    """A picture on its way from a phone, or arrived: ``stored_at`` is set once we have its hash.

    ``source`` says how it was taken as far as a browser can know: ``camera`` frame by frame in the
    page, ``capture`` by the phone's own camera, ``file`` chosen among files.
    """

    __tablename__ = "uploads"
    __table_args__ = (Index("ix_uploads_hash", "sha256"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT))
    username: Mapped[str] = mapped_column(index=True)
    sha256: Mapped[str]
    size: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    source: Mapped[str]
    taken_at: Mapped[datetime]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    accuracy: Mapped[float | None]
    heading: Mapped[float | None]
    begun_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]
