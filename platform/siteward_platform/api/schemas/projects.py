"""Projects as people read them."""

from datetime import date, datetime
from typing import Literal

from siteward_platform.api.schemas.setup import DangerZoneIn, PersonIn, ZoneStateIn
from siteward_platform.api.schemas.values import Light, Out, SignatureState, Text, Yuan
from siteward_rules.money.claims import Procedure


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
    """The first page."""

    projects: list[ProjectSummary]
    avoided_loss: Yuan
    held: Yuan
    wages_protected: Yuan
    open_alerts: int
    claims_waiting: int
    cameras_ok: int
    cameras_total: int


class ContractOut(Out):
    """The contract with what has been paid under it.

    ``payment_ratio`` is paid by verified value: 0.80 to 0.97 is usual, more where an advance is
    not earned back yet.
    """

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
    payment_ratio: float | None
    procedure: Procedure
    sme: bool
    payment_days: int
    approval_limit: Yuan | None


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
    """A zone as its camera last measured it beside what people say.

    ``before`` is the picture of the state before, to compare ``evidence`` with; ``last_good``
    is when the camera last showed the zone well enough to judge it.
    """

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
    evidence_signature: SignatureState | None
    before: str | None
    last_good: datetime | None
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
    """A device, how it is and what it last said; a camera's ``last_good`` is when it last saw."""

    id: str
    kind: str
    name: Text
    health: Literal["ok", "blind", "blurred", "flickering", "moved", "frozen", "offline", "unknown"]
    since: datetime | None
    last_seen: datetime | None
    last_good: datetime | None
    fps: float | None
    online_ratio_7d: float | None
    readings: list[Reading]


class ProjectDetail(ProjectSummary):
    """A project with everything on its page but charts and claims."""

    description: str
    region: str
    city: str
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
