"""Alerts and the rules that raise them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from siteward_platform.api.schemas.values import In, Out, Role, Severity, SignatureState, Text

AlertState = Literal["pending", "firing", "resolved"]


class AlertOut(Out):
    """One incident, from firing to resolved.

    ``layer`` is the lowest that had a say in its rule, ``layers`` says which field by field, and
    ``reasons`` why. ``ended_because`` is set when its rule went away. Nobody is told of it while a
    silence (``silenced_by``) or a graver alert (``inhibited_by``) mutes it.
    """

    id: int
    project: str
    project_name: Text
    rule: str
    kind: str
    title: Text
    severity: Severity
    state: AlertState
    device: str | None
    device_name: Text | None
    zone: str | None
    zone_name: Text | None
    started_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    value: float | None
    limit: float | None
    unit: str
    summary: Text
    evidence: str | None
    evidence_signature: SignatureState | None
    box: tuple[float, float, float, float] | None
    confidence: float | None
    count: int
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    assigned_to: str | None
    assigned_username: str | None
    verdict: Literal["confirmed", "false_alarm", "cannot_tell"] | None
    verdict_by: str | None
    verdict_reason: str | None
    source: str
    layer: Literal["national", "city", "project"]
    layers: dict[str, str]
    reasons: list[str]
    ended_because: Text | None
    noticed_at: datetime | None
    silenced_by: int | None
    inhibited_by: int | None


class AlertPage(Out):
    """A page of alerts, newest first; ``next_before`` asks for the next one."""

    alerts: list[AlertOut]
    total: int
    next_before: int | None


class AlertsIn(In):
    """Alerts to be acknowledged, or given back, at once."""

    alerts: Annotated[list[int], Field(min_length=1, max_length=200)]


class AlertsOut(Out):
    """Which of them were; the others are somebody else's already."""

    alerts: list[int]


class AssignmentIn(In):
    """Who takes care of an alert; null gives it back."""

    username: str | None


class AssigneeOut(Out):
    """Somebody whom alerts can be given to."""

    username: str
    display_name: str
    role: Role


class VerdictIn(In):
    """A person's judgement of an alert; a false alarm needs its reason."""

    verdict: Literal["confirmed", "false_alarm", "cannot_tell"]
    reason: str = Field(default="", max_length=2000)


class EvidenceOut(Out):
    """What is known of a picture: enough to check it with a program of one's own.

    ``signature`` is Ed25519 by ``key`` over the UTF-8 bytes of ``statement``, which names the
    picture's SHA-256; both are empty for an unsigned one.
    """

    sha256: str
    project: str
    device: str
    ts: datetime
    received_at: datetime
    size: int
    purpose: str
    state: SignatureState
    statement: str
    signature: str
    key: str
    fingerprint: str
    agent: str | None


class EvidenceItem(Out):
    """A picture in a strip of them; ``purpose`` daily ones make the time-lapse."""

    sha256: str
    device: str
    ts: datetime
    purpose: str
    signature: SignatureState


class EvidenceStrip(Out):
    """Pictures of a project or one of its devices, newest first; ``next_before`` asks on."""

    pictures: list[EvidenceItem]
    next_before: datetime | None


class RuleOut(Out):
    """A rule as people read it."""

    id: str
    title: Text
    family: Literal["stream", "fund"]
    severity: str
    action: str
    reads: list[Text]
    condition: Text
    source: str
    trust: str
    page: str
