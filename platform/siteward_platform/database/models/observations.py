"""What sites reported and what the rules made of it; written by the worker."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base, Bilingual


class AlertRecord(Base):
    """One incident. ``incident`` names it: rule, device and whatever else tells two apart.

    ``layer`` is the lowest layer that had a say in the rule, ``layers`` says field by field which,
    and ``reasons`` why. ``ended_because`` is set when not the site but the rule went away.
    ``noticed_at`` is when somebody was told first; nobody is while ``silenced_by`` (a silence) or
    ``inhibited_by`` (a graver alert) is set.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index("ix_alerts_incident", "incident", "started_at"),
        Index("ix_alerts_project_state", "project_id", "state"),
        Index("ix_alerts_project_started", "project_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    incident: Mapped[str]
    rule: Mapped[str]
    rule_version: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    title: Mapped[Bilingual]
    severity: Mapped[str]
    state: Mapped[str]
    device: Mapped[str | None]
    zone: Mapped[str | None]
    started_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    value: Mapped[float | None]
    limit: Mapped[float | None]
    unit: Mapped[str] = mapped_column(default="")
    summary: Mapped[Bilingual]
    evidence: Mapped[str | None]
    box: Mapped[list[float] | None]
    confidence: Mapped[float | None]
    count: Mapped[int] = mapped_column(default=1)
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    assigned_to: Mapped[str | None]
    assigned_by: Mapped[str | None]
    assigned_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    verdict_by: Mapped[str | None]
    verdict_at: Mapped[datetime | None]
    verdict_reason: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")
    layer: Mapped[str] = mapped_column(default="national")
    layers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reasons: Mapped[list[str]] = mapped_column(default=list)
    ended_because: Mapped[Bilingual | None]
    noticed_at: Mapped[datetime | None]
    silenced_by: Mapped[int | None]
    inhibited_by: Mapped[int | None]


class AlertMember(Base):
    """What one rule saw of an incident; an alert is what its members add up to.

    ``incident`` is the rule engine's name, the same through every later correction.
    """

    __tablename__ = "alert_members"

    incident: Mapped[str] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id"), index=True)
    rule: Mapped[str]
    severity: Mapped[str]
    retracted: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    value: Mapped[float | None]
    count: Mapped[int]


class SeenMessage(Base):
    """Ids of messages the worker has taken, so that a repeat does nothing."""

    __tablename__ = "seen_messages"

    id: Mapped[str] = mapped_column(primary_key=True)
    ts: Mapped[datetime] = mapped_column(index=True)


class ZoneState(Base):
    """A zone as its camera last measured it. No foreign key: messages may come before set-up."""

    __tablename__ = "zone_states"

    project_id: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    percent: Mapped[float]
    confidence: Mapped[float]
    coverage: Mapped[float]
    uncertain: Mapped[bool]
    measured_at: Mapped[datetime]
    evidence: Mapped[str | None]
    before: Mapped[str | None]
    last_good: Mapped[datetime | None]


class DeviceState(Base):
    """A device as it last reported itself; ``agent`` is who speaks for it."""

    __tablename__ = "device_states"

    project_id: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(primary_key=True)
    health: Mapped[str]
    since: Mapped[datetime | None]
    last_seen: Mapped[datetime]
    last_good: Mapped[datetime | None]
    fps: Mapped[float | None]
    agent: Mapped[str | None]


class Evidence(Base):
    """A picture in the evidence folder, named by its hash, and what its agent signed of it.

    ``seal`` is what was found of the signature when it came: none, good, bad. What that is worth
    depends on whose ``key`` it is, and is asked when it is shown.
    """

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_device", "project_id", "device", "ts"),)

    sha256: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(index=True)
    device: Mapped[str]
    ts: Mapped[datetime]
    size: Mapped[int]
    media: Mapped[str] = mapped_column(default="image/jpeg")
    received_at: Mapped[datetime]
    purpose: Mapped[str] = mapped_column(default="finding")
    seal: Mapped[str] = mapped_column(default="none")
    statement: Mapped[str] = mapped_column(Text, default="")
    signature: Mapped[str] = mapped_column(default="")
    key: Mapped[str] = mapped_column(default="")


class EngineState(Base):
    """What the rule engine must remember across a restart, by rule and series."""

    __tablename__ = "engine_state"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
