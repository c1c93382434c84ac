"""What people set of rules and alerts: overrides, permits, silences, escalation, notices."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from siteward_platform.api.schemas.values import In, Out, Reason, Role, Severity, Slug, Text
from siteward_rules.alerts.silence import Field as AlertField

RuleSeverity = Literal["info", "general", "serious", "suspected_major"]
Action = Literal["notice", "review", "hold", "audit"]
Days = Literal["all", "working", "rest"]
RuleState = Literal["on", "off", "abstained"]
Layer = Literal["national", "city", "project"]
NoticeWhy = Literal["new", "escalation", "repeat"]
Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 30)]


class LimitIn(In):
    """Another number for a rule, in the rule's unit."""

    value: float
    unit: str


class RuleOverrideIn(In):
    """What a project changes of a rule, and why; written as in a pack.

    ``hours`` are ``22:00-06:00`` in Shanghai, ``for`` and ``keep_firing_for`` 30s, 20m, 1h or 7d.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)

    reason: Reason
    enabled: bool | None = None
    limit: LimitIn | None = None
    params: dict[str, float] = Field(default={})
    hours: str | None = None
    days: Days | None = None
    wait: str | None = Field(default=None, alias="for")
    keep: str | None = Field(default=None, alias="keep_firing_for")
    severity: RuleSeverity | None = None
    action: Action | None = None


class RuleOverrideOut(RuleOverrideIn):
    """A project's override with who set it."""

    set_by: str
    set_at: datetime


class ParamOut(Out):
    """A number a rule asks of the site; without ``value`` the rule abstains."""

    name: str
    title: Text
    unit: str
    low: float
    high: float
    value: float | None


class ProjectRuleOut(Out):
    """A stream rule as it holds for one project.

    ``layers`` says field by field which layer won, ``reasons`` why, from the highest layer down.
    ``state`` off has its reason in ``why``; abstained lacks the ``params`` without a value.
    """

    id: str
    title: Text
    state: RuleState
    why: str
    severity: RuleSeverity
    action: str
    layer: Layer
    layers: dict[str, str]
    reasons: list[str]
    limit: float | None
    unit: str
    hours: str | None
    days: Days
    wait_seconds: int
    keep_seconds: int
    params: list[ParamOut]
    permit: str | None
    condition: str
    source: str
    trust: str
    overridable: bool
    override: RuleOverrideOut | None


class PermitIn(In):
    """A permit, or an ordered stop of work (``work_stop``); ``ends`` does not belong to it.

    ``document`` is the SHA-256 of its paper; no ``zone`` is the whole site.
    """

    kind: str
    zone: Slug | None = None
    starts: AwareDatetime
    ends: AwareDatetime
    number: str = Field(min_length=2, max_length=100)
    document: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class PermitOut(Out):
    """A permit with who entered it, and who revoked it."""

    id: int
    project: str
    kind: str
    zone: str | None
    starts: datetime
    ends: datetime
    number: str
    document: str | None
    entered_by: str
    entered_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    revoked_because: str
    valid: bool


class ReasonIn(In):
    """Why."""

    reason: Reason


class MatcherIn(In):
    """A field of an alert and its pattern (``*`` any text); ``equal`` false turns it round."""

    field: AlertField
    pattern: str = Field(min_length=1, max_length=200)
    equal: bool = True


class SilenceIn(In):
    """Nobody is told of alerts that all the matchers fit until ``ends``; it begins at once."""

    matchers: Annotated[list[MatcherIn], Field(min_length=1, max_length=10)]
    reason: Reason
    ends: AwareDatetime


class SilenceOut(Out):
    """A silence, and how many firing alerts it covers now."""

    id: int
    matchers: list[MatcherIn]
    reason: str
    starts: datetime
    ends: datetime
    made_by: str
    made_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    active: bool
    covers: int


class StepIn(In):
    """A role, and how many minutes after the first notice it is told too."""

    role: Role
    after_minutes: Minutes


class EscalationIn(In):
    """Whom alerts of a severity are told to, and how often again until somebody acknowledges."""

    steps: Annotated[list[StepIn], Field(min_length=1, max_length=8)]
    repeat_minutes: Annotated[int, Field(ge=5, le=60 * 24 * 30)]


class EscalationOut(EscalationIn):
    """The policy of one severity; without ``set_by`` it is the platform's default."""

    severity: Severity
    set_by: str | None
    set_at: datetime | None


class NoticeOut(Out):
    """That a role was told something. ``topic`` is the alerts' kind or the linking rule."""

    id: int
    project: str
    project_name: Text
    topic: str
    role: Role
    why: NoticeWhy
    severity: Severity
    title: Text
    text: Text
    channel: str
    at: datetime
    alerts: list[int]


class NoticePage(Out):
    """Notices, newest first; ``next_before`` asks for the next page."""

    notices: list[NoticeOut]
    next_before: int | None


class LinkOut(Out):
    """What follows from site evidence by a linking rule (L1 to L10), while it holds."""

    id: int
    rule: str
    subject: str
    severity: Severity
    roles: list[Role]
    title: Text
    text: Text
    since: datetime


class PendingOut(Out):
    """A breach that has not lasted long enough to be an alert."""

    rule: str
    title: Text
    device: str | None
    zone: str | None
    since: datetime
    fires_at: datetime
    value: float | None


class PrecisionOut(Out):
    """How often alerts were right, by people's verdicts; null while too few were judged.

    ``low`` and ``high`` are Wilson's 95 % interval.
    """

    alerts: int
    confirmed: int
    false_alarms: int
    cannot_tell: int
    unjudged: int
    precision: float | None
    low: float | None
    high: float | None


class DevicePrecisionOut(PrecisionOut):
    """Of one device, over all rules or one."""

    project: str
    device: str


class RulePrecisionOut(PrecisionOut):
    """Of one rule, and of each device it watched."""

    rule: str
    devices: list[DevicePrecisionOut]


class PrecisionReport(Out):
    """Precision of every rule and every device whose alerts began in the last ``days``."""

    days: int
    enough: int
    rules: list[RulePrecisionOut]
    devices: list[DevicePrecisionOut]
