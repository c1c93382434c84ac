"""What people set of rules and alerts, who was told of what, and what follows for a project."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base, Bilingual

_PROJECT = "projects.id"


class RuleOverride(Base):
    """What a project changes of a stream rule, and why; taking it away undoes it.

    ``change`` has the fields of an override in a pack, written as there.
    """

    __tablename__ = "rule_overrides"

    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    change: Mapped[dict[str, Any]]
    reason: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class Permit(Base):
    """A permit, or an ordered stop of work; ``document`` is the hash of its paper."""

    __tablename__ = "permits"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), index=True)
    kind: Mapped[str]
    zone: Mapped[str | None]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    number: Mapped[str]
    document: Mapped[str | None]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str] = mapped_column(default="")


class Silence(Base):
    """Alerts nobody is told of for a while; ``matchers`` all have to fit."""

    __tablename__ = "silences"
    __table_args__ = (Index("ix_silences_ends", "ends"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    matchers: Mapped[list[dict[str, Any]]]
    reason: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class Escalation(Base):
    """Whom alerts of a severity are told to, and when; a severity without a row has the default."""

    __tablename__ = "escalations"

    severity: Mapped[str] = mapped_column(primary_key=True)
    steps: Mapped[list[dict[str, Any]]]
    repeat_minutes: Mapped[int]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class Notice(Base):
    """That a role was told something; delivery follows from it.

    ``topic`` is the alerts' kind, or the linking rule; ``why``: new, repeat, escalation.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_group", "project_id", "topic", "role", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT))
    topic: Mapped[str]
    role: Mapped[str]
    why: Mapped[str]
    severity: Mapped[str]
    title: Mapped[Bilingual]
    text: Mapped[Bilingual]
    channel: Mapped[str] = mapped_column(default="in_app")
    at: Mapped[datetime]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("links.id"))


class NoticeAlert(Base):
    """Which alerts a notice told of, and how grave each was then."""

    __tablename__ = "notice_alerts"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id"), primary_key=True, index=True)
    severity: Mapped[str]


class Link(Base):
    """What follows from site evidence for milestones and money, by a linking rule, while it holds."""

    __tablename__ = "links"
    __table_args__ = (Index("ix_links_project", "project_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT))
    rule: Mapped[str]
    subject: Mapped[str]
    severity: Mapped[str]
    roles: Mapped[list[str]]
    title: Mapped[Bilingual]
    text: Mapped[Bilingual]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
