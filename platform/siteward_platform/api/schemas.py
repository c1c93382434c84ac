"""What the API says and takes. Money is a decimal string in yuan with two places."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Yuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
NonNegativeYuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2, ge=0)]
PositiveYuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2, gt=0)]
Percent = Annotated[float, Field(ge=0, le=100)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Reason = Annotated[str, Field(min_length=4, max_length=2000)]
Light = Literal["green", "yellow", "red", "grey"]
Severity = Literal["info", "general", "serious", "suspected_major", "major"]
AlertState = Literal["pending", "firing", "resolved"]
FindingSeverity = Literal["info", "low", "medium", "high", "critical"]
LegalBasis = Literal[
    "AUDIT_LAW_38",
    "GOV_INVEST_REG_34",
    "BUDGET_IMPL_57_3",
    "QUALITY_REG_37",
    "CONTRACT_CLAUSE",
]


class Role(StrEnum):
    """Who may do what; see the table in docs/architecture.md."""

    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    DEPARTMENT = "department"
    CHIEF_SUPERVISOR = "chief_supervisor"
    FINANCE = "finance"
    AUDITOR = "auditor"
    PANEL = "panel"
    ADMIN = "admin"


class In(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """A response body."""

    model_config = ConfigDict(from_attributes=True)


class Text(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)
    zh: str
    en: str


class Failure(Out):
    """Every error: ``code`` for programs, ``message`` and ``remedy`` for people (Chinese)."""

    code: str
    message: str
    remedy: str = ""
    fields: dict[str, str] = {}


# --- people -----------------------------------------------------------------------------


class SignIn(In):
    """Name and password."""

    username: str
    password: str


class Me(Out):
    """Who is signed in."""

    username: str
    display_name: str
    role: Role


class AccountIn(In):
    """A new account (admin)."""

    username: Slug
    display_name: str
    role: Role
    password: Annotated[str, Field(min_length=10, max_length=200)]


# --- setting a project up ---------------------------------------------------------------


class ContractIn(In):
    """The works contract. ``progress_cap`` is the share of verified value that may be paid."""

    contract_sum: PositiveYuan
    approved_estimate: PositiveYuan
    approved_variations: Yuan = Decimal("0.00")
    progress_cap: Fraction = 0.97
    retention: Fraction = 0.03
    wage_share: Fraction = 0.20
    advance: NonNegativeYuan = Decimal("0.00")
    signed_on: date
    payee_name: str
    payee_account: str


class WorkItemIn(In):
    """A line of the bill of quantities. Its value weighs it; its dates plan it."""

    id: Slug
    name: Text
    value: PositiveYuan
    planned_start: date
    planned_finish: date


class MilestoneIn(In):
    """An acceptance node; payments name the milestone they are bound to."""

    id: Slug
    name: Text
    due: date
    work_items: list[Slug]


class ZoneStateIn(In):
    """One of a zone's ordered states and the percent of its work done when it is reached."""

    code: Slug
    name: Text
    percent: Percent


class ZoneIn(In):
    """A part of a camera's picture in which a work item grows."""

    id: Slug
    name: Text
    camera: Slug
    work_item: Slug
    weight: Fraction
    polygon: list[tuple[Fraction, Fraction]]
    states: list[ZoneStateIn]


class DangerZoneIn(In):
    """Ground in a camera's picture where nobody may be; named so that alerts can say where."""

    id: Slug
    name: Text
    camera: Slug


class DeviceIn(In):
    """Anything on a site that sends messages."""

    id: Slug
    kind: Literal["agent", "camera", "dust_box", "crane"]
    name: Text


class PersonIn(In):
    """Somebody responsible: 责任领导, 责任部门, 总监 and so on."""

    duty: Text
    name: str


class ProjectIn(In):
    """A whole project as it is set up; putting it again replaces it."""

    name: Text
    kind: Literal["kindergarten", "elderly_care", "road", "park", "lift", "other"]
    address: str
    latitude: float
    longitude: float
    started_on: date
    planned_finish: date
    description: str = ""
    people: list[PersonIn] = []
    contract: ContractIn
    work_items: list[WorkItemIn]
    milestones: list[MilestoneIn]
    zones: list[ZoneIn]
    danger_zones: list[DangerZoneIn] = []
    devices: list[DeviceIn]


# --- what happens to a project ----------------------------------------------------------


class ProgressReportIn(In):
    """What the department reports of one work item."""

    work_item: Slug
    percent: Percent
    reported_on: date


class MeasurementIn(In):
    """What the chief supervisor accepts of one work item; only this earns value."""

    work_item: Slug
    percent: Percent
    measured_on: date
    note: str = ""


class MilestoneClaimIn(In):
    """The department claims a milestone is reached."""

    claimed_on: date


class MilestoneAcceptanceIn(In):
    """The chief supervisor accepts or rejects a claimed milestone."""

    accepted: bool
    accepted_on: date
    note: str = ""


class PayeeAccountIn(In):
    """A change of the account money goes to."""

    account: str
    changed_on: date
    reason: Reason


class PaymentIn(In):
    """Money the bank has paid, recorded by finance."""

    amount: PositiveYuan
    wage_amount: NonNegativeYuan
    paid_on: date
    payee_account: str
    bank_reference: str
    claim: int | None = None
    milestone: Slug | None = None
    purpose: Literal["advance", "progress", "wages", "retention"] = "progress"


class HazardIn(In):
    """A hazard found by a person. ``major`` needs the clause it falls under."""

    kind: str
    severity: Severity
    description: Reason
    clause: str = ""
    found_on: date
    due: date
    alert: int | None = None


class HazardClosureIn(In):
    """A recheck that found the hazard gone, by another person than the finder."""

    closed_on: date
    note: Reason


class ClaimIn(In):
    """A payment claim as a department files it."""

    title: str = Field(min_length=2, max_length=200)
    milestone: Slug
    amount: PositiveYuan
    wage_amount: NonNegativeYuan
    claimed_percent: Percent
    claimed_on: date
    payee_account: str
    invoice: str = ""


class SignatureIn(In):
    """The chief supervisor's signature; without it no works money is paid (条例 37)."""

    signed_on: date
    note: str = ""


class OpinionIn(In):
    """The supervision committee's written opinion (督办建议) to finance."""

    basis: LegalBasis
    text: Reason


class DecisionIn(In):
    """Finance decides a recommended hold. ``amount`` is what is held."""

    decision: Literal["hold", "release"]
    amount: NonNegativeYuan
    basis: LegalBasis
    reason: Reason


class AuditOpeningIn(In):
    """An auditor opens a case on a held claim."""

    subject: Reason


class AuditConclusionIn(In):
    """What the audit found payable of the works part; the rest is reduced (核减)."""

    payable_works: NonNegativeYuan
    reason: Reason


class ReleaseIn(In):
    """Finance releases part of a hold; never the person who recommended the release."""

    amount: PositiveYuan
    reason: Reason


class ClaimPaymentIn(In):
    """Finance instructs a payment of a claim's wage part or works part."""

    paid_on: date
    bank_reference: str


# --- what people read -------------------------------------------------------------------


class Lights(Out):
    """Traffic lights of a project; grey means nothing is known."""

    schedule: Light
    safety: Light
    funds: Light
    devices: Light


class ProjectSummary(Out):
    """A card on the overview."""

    id: str
    name: Text
    kind: str
    address: str
    latitude: float
    longitude: float
    planned_finish: date
    lights: Lights
    spi: float | None
    planned_percent: float
    accepted_percent: float
    reported_percent: float
    camera_percent: float | None
    coverage: float
    contract_sum: Yuan
    paid: Yuan
    held: Yuan
    open_alerts: int
    open_claims: int
    cameras: list[str]
    cameras_ok: int


class Overview(Out):
    """The first page: what needs me now."""

    projects: list[ProjectSummary]
    avoided_loss: Yuan
    held: Yuan
    wages_protected: Yuan
    open_alerts: int
    claims_waiting: int
    cameras_ok: int
    cameras_total: int


class ContractOut(Out):
    """The contract with what has been paid under it."""

    contract_sum: Yuan
    approved_estimate: Yuan
    approved_variations: Yuan
    progress_cap: float
    retention: float
    wage_share: float
    advance: Yuan
    signed_on: date
    payee_name: str
    payee_account: str
    payee_account_changed_on: date | None
    paid: Yuan
    verified_value: Yuan
    payable_ceiling: Yuan


class WorkItemOut(Out):
    """A work item with its three progresses; ``camera_percent`` is null where none looks."""

    id: str
    name: Text
    value: Yuan
    planned_start: date
    planned_finish: date
    planned_percent: float
    reported_percent: float
    accepted_percent: float
    camera_percent: float | None


class MilestoneOut(Out):
    """A milestone and where it stands."""

    id: str
    name: Text
    due: date
    status: Literal["planned", "claimed", "accepted", "rejected"]
    claimed_on: date | None
    accepted_on: date | None
    accepted_by: str | None


class ZoneOut(Out):
    """A zone as its camera last measured it beside what people say."""

    id: str
    name: Text
    camera: str
    work_item: str
    weight: float
    polygon: list[tuple[float, float]]
    states: list[ZoneStateIn]
    state: str | None
    camera_percent: float | None
    confidence: float | None
    coverage: float | None
    uncertain: bool
    measured_at: datetime | None
    evidence: str | None
    reported_percent: float
    accepted_percent: float


class Reading(Out):
    """The last value of a metric."""

    metric: str
    name: Text
    unit: str
    value: float
    ts: datetime


class DeviceOut(Out):
    """A device, how it is and what it last said."""

    id: str
    kind: str
    name: Text
    health: Literal["ok", "blind", "moved", "frozen", "offline", "unknown"]
    since: datetime | None
    last_seen: datetime | None
    fps: float | None
    online_ratio_7d: float | None
    readings: list[Reading]


class ProjectDetail(ProjectSummary):
    """A project with everything on its page but charts and claims."""

    description: str
    started_on: date
    people: list[PersonIn]
    contract: ContractOut
    work_items: list[WorkItemOut]
    milestones: list[MilestoneOut]
    zones: list[ZoneOut]
    danger_zones: list[DangerZoneIn]
    devices: list[DeviceOut]


class SCurve(Out):
    """Cumulative planned, earned and paid value by day; nulls after today."""

    dates: list[date]
    planned: list[Yuan]
    earned: list[Yuan | None]
    paid: list[Yuan | None]
    budget_at_completion: Yuan
    planned_value: Yuan
    earned_value: Yuan
    actual_cost: Yuan
    spi: float | None
    cpi: float | None


class SeriesPoint(Out):
    """One bucket of a chart."""

    ts: datetime
    mean: float
    min: float
    max: float


class Series(Out):
    """A chart of one metric of one device."""

    site: str
    device: str
    metric: str
    name: Text
    unit: str
    bucket_seconds: int
    points: list[SeriesPoint]


class AlertOut(Out):
    """One incident, from firing to resolved."""

    id: int
    project: str
    project_name: Text
    rule: str
    kind: str
    title: Text
    severity: Severity
    state: AlertState
    device: str | None
    zone: str | None
    started_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    value: float | None
    limit: float | None
    unit: str
    summary: Text
    evidence: str | None
    box: tuple[float, float, float, float] | None
    confidence: float | None
    count: int
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    verdict: Literal["confirmed", "false_alarm", "cannot_tell"] | None
    verdict_by: str | None
    verdict_reason: str | None
    source: str


class AlertPage(Out):
    """A page of alerts, newest first; ``next_before`` asks for the next one."""

    alerts: list[AlertOut]
    total: int
    next_before: int | None


class VerdictIn(In):
    """A person's judgement of an alert; a false alarm needs its reason."""

    verdict: Literal["confirmed", "false_alarm", "cannot_tell"]
    reason: str = Field(default="", max_length=2000)


class FindingNumber(Out):
    """One number of a finding's arithmetic, named."""

    name: Text
    value: str
    unit: str


class FindingOut(Out):
    """A red flag on a claim: a reason to look, with its arithmetic."""

    rule: str
    rule_version: str
    title: Text
    severity: FindingSeverity
    action: Literal["notice", "review", "hold", "audit"]
    formula: str
    explanation: Text
    numbers: list[FindingNumber]
    evidence: list[str]
    clears_when: Text
    basis: str
    trust: str
    found_at: datetime
    cleared_at: datetime | None


class HoldOut(Out):
    """A hold and its history. ``amount`` never reaches into the wage portion."""

    state: Literal[
        "recommended",
        "under_review",
        "decided_hold",
        "decided_release",
        "audited",
        "released",
        "reduced",
        "expired",
    ]
    amount: Yuan
    wage_excluded: Yuan
    basis: str | None
    recommended_by: str
    recommended_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    review_due: date | None
    released: Yuan
    reduced: Yuan


class AuditCaseOut(Out):
    """An audit case on a held claim."""

    opened_by: str
    opened_at: datetime
    subject: str
    payable_works: Yuan | None
    reduction: Yuan | None
    concluded_by: str | None
    concluded_at: datetime | None
    reason: str | None


class OpinionOut(Out):
    """A supervision opinion."""

    by: str
    at: datetime
    basis: str
    text: str


class PaymentOut(Out):
    """Money that went out."""

    id: int
    amount: Yuan
    wage_amount: Yuan
    paid_on: date
    payee_account: str
    bank_reference: str
    purpose: str
    claim: int | None


class TimelineEntry(Out):
    """One line of a claim's history, from the audit log."""

    at: datetime
    who: str
    action: str
    text: Text


class Comparison(Out):
    """The four bars of a claim, in percent of the contract."""

    claimed: float
    accepted: float
    camera: float | None
    coverage: float
    paid: float
    paid_with_claim: float


class ClaimSummary(Out):
    """A row of the claim list."""

    id: int
    project: str
    project_name: Text
    title: str
    milestone: str
    amount: Yuan
    wage_amount: Yuan
    claimed_percent: float
    claimed_on: date
    state: Literal[
        "submitted", "risk_check", "finance_review", "held", "paid", "settled", "withdrawn"
    ]
    risk: float
    flags: list[str]
    hold_state: str | None
    held: Yuan
    wage_paid: Yuan
    works_paid: Yuan


class ClaimDetail(ClaimSummary):
    """A claim with its flags, hold, opinions, audit, payments and history."""

    payee_account: str
    invoice: str
    filed_by: str
    filed_at: datetime
    signed_by: str | None
    signed_on: date | None
    evaluated_at: datetime | None
    findings: list[FindingOut]
    hold: HoldOut | None
    opinions: list[OpinionOut]
    audit_case: AuditCaseOut | None
    payments: list[PaymentOut]
    comparison: Comparison
    timeline: list[TimelineEntry]
    allowed_actions: list[
        Literal[
            "sign", "opinion", "decide", "open_audit", "conclude_audit", "release",
            "pay_wages", "pay_works", "withdraw",
        ]
    ]  # fmt: skip


class HazardOut(Out):
    """A hazard a person found or confirmed."""

    id: int
    project: str
    kind: str
    severity: Severity
    description: str
    clause: str
    found_by: str
    found_on: date
    due: date
    closed_on: date | None
    closed_by: str | None


class AuditEntry(Out):
    """One link of the audit log."""

    seq: int
    at: datetime
    who: str
    role: str
    action: str
    subject: str
    detail: dict[str, object]
    hash: str


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


class Health(Out):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Out):
    """What the process needs: ``ok``, or what is wrong and where to look."""

    database: str
    series: str
    broker: str
