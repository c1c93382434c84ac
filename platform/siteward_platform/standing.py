"""Where a project stands: progress, money, lights. Read by the overview and the project page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from siteward_platform.database.models import (
    AlertRecord,
    Claim,
    Device,
    DeviceState,
    FindingRecord,
    HazardRecord,
    HoldRecord,
)
from siteward_platform.facts import camera_percent
from siteward_platform.hazard_records import UNCONFIRMED
from siteward_platform.holds import hold_of
from siteward_platform.payments import ZERO
from siteward_rules.facts import ProjectFacts
from siteward_rules.money.claims import OPEN, ClaimState
from siteward_rules.money.earned_value import (
    EarnedValue,
    Light,
    earned_value,
    planned_percent,
    schedule_light,
    weighed_percent,
)

SILENT_AFTER: Final = timedelta(minutes=2)
"""A live device reports every 10 s; after twelve silences it is offline."""
_GRAVE: Final = frozenset({"serious", "suspected_major", "major"})


@dataclass(frozen=True, slots=True)
class Progress:
    """The four percents of a project, weighed by value; ``coverage`` is 0 to 1."""

    planned: float
    accepted: float
    reported: float
    camera: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Lights:
    """Traffic lights; grey means nothing is known."""

    schedule: Light
    safety: Light
    funds: Light
    devices: Light


@dataclass(frozen=True, slots=True)
class Standing:
    """A project on one day."""

    progress: Progress
    value: EarnedValue
    held: Decimal
    open_alerts: int
    open_claims: int
    cameras: dict[str, str]
    lights: Lights


def standing(session: Session, facts: ProjectFacts, now: datetime) -> Standing:
    """Where the project of these facts stands now."""
    value = earned_value(facts.work_items, facts.payments, facts.as_of)
    held = held_amount(session, facts.project)
    cameras = camera_health(session, facts.project, now)
    return Standing(
        progress=progress(facts),
        value=value,
        held=held,
        open_alerts=_count_alerts(session, facts.project),
        open_claims=_count_claims(session, facts.project),
        cameras=cameras,
        lights=Lights(
            schedule=schedule_light(value.spi),
            safety=_safety_light(session, facts.project),
            funds=_funds_light(session, facts.project, held),
            devices=_devices_light(list(cameras.values())),
        ),
    )


def progress(facts: ProjectFacts) -> Progress:
    """The four percents."""
    camera, coverage = camera_percent(facts.zones)
    items = facts.work_items
    return Progress(
        planned=weighed_percent(items, lambda i: planned_percent(i, facts.as_of)),
        accepted=weighed_percent(items, lambda i: i.accepted_percent),
        reported=weighed_percent(items, lambda i: i.reported_percent),
        camera=camera,
        coverage=coverage,
    )


def held_amount(session: Session, project: str) -> Decimal:
    """Works money that holds on live claims stop now."""
    query = (
        select(HoldRecord)
        .join(Claim, Claim.id == HoldRecord.claim_id)
        .where(Claim.project_id == project, Claim.state != ClaimState.WITHDRAWN.value)
    )
    holds = map(hold_of, session.scalars(query))
    return sum((h.remaining for h in holds if h.is_open), ZERO)


def camera_health(session: Session, project: str, now: datetime) -> dict[str, str]:
    """Health by camera, in the order of set-up."""
    query = (
        select(Device.id, DeviceState)
        .outerjoin(
            DeviceState,
            (DeviceState.project_id == Device.project_id) & (DeviceState.device == Device.id),
        )
        .where(Device.project_id == project, Device.kind == "camera")
        .order_by(Device.position)
    )
    return {device: health(state, now) for device, state in session.execute(query)}


def health(state: DeviceState | None, now: datetime) -> str:
    """How a device is; one that has gone silent is offline whatever it said last."""
    if state is None:
        return "unknown"
    return "offline" if now - state.last_seen > SILENT_AFTER else state.health


def _count_alerts(session: Session, project: str) -> int:
    query = select(func.count()).where(
        AlertRecord.project_id == project, AlertRecord.state == "firing"
    )
    return session.scalar(query) or 0


def _count_claims(session: Session, project: str) -> int:
    live = [state.value for state in OPEN]
    query = select(func.count()).where(Claim.project_id == project, Claim.state.in_(live))
    return session.scalar(query) or 0


def _safety_light(session: Session, project: str) -> Light:
    firing = select(AlertRecord.severity).where(
        AlertRecord.project_id == project,
        AlertRecord.state == "firing",
        AlertRecord.verdict.is_distinct_from("false_alarm"),
        AlertRecord.severity != "info",
    )
    hazards = select(HazardRecord.severity).where(
        HazardRecord.project_id == project,
        HazardRecord.closed_on.is_(None),
        HazardRecord.state.not_in(UNCONFIRMED),
    )
    severities = {*session.scalars(firing), *session.scalars(hazards)}
    if severities & _GRAVE:
        return "red"
    return "yellow" if severities else "green"


def _funds_light(session: Session, project: str, held: Decimal) -> Light:
    if held > 0:
        return "red"
    live = [state.value for state in OPEN]
    flags = (
        select(func.count())
        .select_from(FindingRecord)
        .join(Claim, Claim.id == FindingRecord.claim_id)
        .where(
            Claim.project_id == project,
            Claim.state.in_(live),
            FindingRecord.cleared_at.is_(None),
        )
    )
    return "yellow" if session.scalar(flags) else "green"


def _devices_light(healths: Sequence[str]) -> Light:
    if all(h == "unknown" for h in healths):
        return "grey"
    good = sum(h == "ok" for h in healths)
    if good == len(healths):
        return "green"
    return "yellow" if good else "red"
