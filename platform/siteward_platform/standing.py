"""Where a project stands: progress, money, lights. Read by the overview and the project page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from siteward_platform.card_facts import CardFacts
from siteward_platform.database.models import (
    AlertRecord,
    Claim,
    Device,
    DeviceState,
    FindingRecord,
    HazardRecord,
    HoldRecord,
)
from siteward_platform.hazard_records import UNCONFIRMED
from siteward_platform.holds import hold_of
from siteward_platform.payments import ZERO
from siteward_platform.progress_facts import camera_percent
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
_OPEN: Final = tuple(state.value for state in OPEN)


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


def standings(session: Session, sites: Sequence[CardFacts], now: datetime) -> dict[str, Standing]:
    """Where the projects of these facts stand now; as many queries for one as for a hundred."""
    ids = [site.project for site in sites]
    held, alerts, claims = _held(session, ids), _alerts(session, ids), _claims(session, ids)
    cameras, grave, flags = (
        _cameras(session, ids, now),
        _gravities(session, ids),
        _flags(session, ids),
    )
    found: dict[str, Standing] = {}
    for site in sites:
        project = site.project
        value = earned_value(site.work_items, (), site.as_of)
        stopped = held.get(project, ZERO)
        healths = cameras.get(project, {})
        found[project] = Standing(
            progress=progress(site),
            value=replace(value, ac=site.paid),
            held=stopped,
            open_alerts=alerts.get(project, 0),
            open_claims=claims.get(project, 0),
            cameras=healths,
            lights=Lights(
                schedule=schedule_light(value.spi),
                safety=_safety_light(grave.get(project, set())),
                funds="red" if stopped > 0 else "yellow" if project in flags else "green",
                devices=_devices_light(list(healths.values())),
            ),
        )
    return found


def progress(facts: CardFacts | ProjectFacts) -> Progress:
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


def _held(session: Session, projects: Sequence[str]) -> dict[str, Decimal]:
    """Works money that holds on live claims stop now."""
    query = (
        select(Claim.project_id, HoldRecord)
        .join(HoldRecord, Claim.id == HoldRecord.claim_id)
        .where(Claim.project_id.in_(projects), Claim.state != ClaimState.WITHDRAWN.value)
    )
    held: dict[str, Decimal] = {}
    for project, row in session.execute(query):
        hold = hold_of(row)
        if hold.is_open:
            held[project] = held.get(project, ZERO) + hold.remaining
    return held


def _cameras(session: Session, projects: Sequence[str], now: datetime) -> dict[str, dict[str, str]]:
    """Health by camera, in the order of set-up."""
    query = (
        select(Device.project_id, Device.id, DeviceState)
        .outerjoin(
            DeviceState,
            (DeviceState.project_id == Device.project_id) & (DeviceState.device == Device.id),
        )
        .where(Device.project_id.in_(projects), Device.kind == "camera")
        .order_by(Device.project_id, Device.position)
    )
    cameras: dict[str, dict[str, str]] = {}
    for project, device, state in session.execute(query):
        cameras.setdefault(project, {})[device] = health(state, now)
    return cameras


def health(state: DeviceState | None, now: datetime) -> str:
    """How a device is; one that has gone silent is offline whatever it said last."""
    if state is None:
        return "unknown"
    return "offline" if now - state.last_seen > SILENT_AFTER else state.health


def _alerts(session: Session, projects: Sequence[str]) -> dict[str, int]:
    query = (
        select(AlertRecord.project_id, func.count())
        .where(AlertRecord.project_id.in_(projects), AlertRecord.state == "firing")
        .group_by(AlertRecord.project_id)
    )
    return dict(session.execute(query).all())


def _claims(session: Session, projects: Sequence[str]) -> dict[str, int]:
    query = (
        select(Claim.project_id, func.count())
        .where(Claim.project_id.in_(projects), Claim.state.in_(_OPEN))
        .group_by(Claim.project_id)
    )
    return dict(session.execute(query).all())


def _gravities(session: Session, projects: Sequence[str]) -> dict[str, set[str]]:
    """Severities of what is wrong on each site now: alerts nobody refuted, hazards not closed."""
    firing = select(AlertRecord.project_id, AlertRecord.severity).where(
        AlertRecord.project_id.in_(projects),
        AlertRecord.state == "firing",
        AlertRecord.verdict.is_distinct_from("false_alarm"),
        AlertRecord.severity != "info",
    )
    hazards = select(HazardRecord.project_id, HazardRecord.severity).where(
        HazardRecord.project_id.in_(projects),
        HazardRecord.closed_on.is_(None),
        HazardRecord.state.not_in(UNCONFIRMED),
    )
    grave: dict[str, set[str]] = {}
    for project, severity in session.execute(union_all(firing, hazards)):
        grave.setdefault(project, set()).add(severity)
    return grave


def _flags(session: Session, projects: Sequence[str]) -> set[str]:
    """Projects with a live claim on which a red flag stands."""
    query = (
        select(Claim.project_id)
        .join(FindingRecord, Claim.id == FindingRecord.claim_id)
        .where(
            Claim.project_id.in_(projects),
            Claim.state.in_(_OPEN),
            FindingRecord.cleared_at.is_(None),
        )
        .distinct()
    )
    return set(session.scalars(query))


def _safety_light(severities: Collection[str]) -> Light:
    if not _GRAVE.isdisjoint(severities):
        return "red"
    return "yellow" if severities else "green"


def _devices_light(healths: Sequence[str]) -> Light:
    if all(h == "unknown" for h in healths):
        return "grey"
    good = sum(h == "ok" for h in healths)
    if good == len(healths):
        return "green"
    return "yellow" if good else "red"
