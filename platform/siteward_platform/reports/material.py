"""What a report tells, read from the database and the series as of an instant."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_contracts.clock import SHANGHAI
from siteward_ingest.series import SeriesKey, SeriesStore, StoreError
from siteward_platform.act import Act
from siteward_platform.api.schemas.claims import ClaimSummary
from siteward_platform.api.schemas.projects import DeviceOut, ProjectDetail, SCurve, ZoneOut
from siteward_platform.api.views import standing
from siteward_platform.api.views.claims import claim_summary
from siteward_platform.database.models import AlertRecord, Claim, HazardRecord, Paper, Payment
from siteward_platform.device_timeline import Stretch, timeline
from siteward_platform.facts import paper_facts
from siteward_platform.payments import list_payments
from siteward_platform.refusals import InvalidError
from siteward_rules.money.earned_value import EarnedValue, earned_value

_log = logging.getLogger(__name__)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report is about, both counted, and the instant it is told as of."""

    first: date
    last: date
    as_of: datetime

    @property
    def start(self) -> datetime:
        """The first day's midnight."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """When the last day ends, or now where it has not."""
        return min(self.as_of, midnight(self.last + _DAY))


@dataclass(frozen=True, slots=True)
class Watched:
    """A device with its conditions over the period; none where the series do not answer."""

    device: DeviceOut
    stretches: list[Stretch]


@dataclass(frozen=True, slots=True)
class Material:
    """One project over a period."""

    period: Period
    project: ProjectDetail
    curve: SCurve
    value: EarnedValue
    zones: list[ZoneOut]
    alerts: Sequence[AlertRecord]
    hazards: Sequence[HazardRecord]
    payments: Sequence[Payment]
    claims: list[ClaimSummary]
    papers: Sequence[Paper]
    devices: list[Watched]


def midnight(day: date) -> datetime:
    """When a legal day begins."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def month_of(text: str, now: datetime) -> Period:
    """The period of a month ``YYYY-MM``; a month that still runs ends today.

    Raises:
        InvalidError: It has not begun.
    """
    first = date.fromisoformat(f"{text}-01")
    last = (first + timedelta(days=31)).replace(day=1) - _DAY
    today = now.astimezone(SHANGHAI).date()
    if first > today:
        message = f"{text} 尚未开始"
        raise InvalidError("month_in_future", message, "请选择本月或以前的月份", {"month": message})
    return Period(first, min(last, today), min(now, midnight(last + _DAY) - timedelta(seconds=1)))


def since_start(started_on: date, now: datetime) -> Period:
    """From a project's first day until now."""
    today = now.astimezone(SHANGHAI).date()
    return Period(min(started_on, today), today, now)


def gather(act: Act, series: SeriesStore, project_id: str, period: Period) -> Material:
    """Reads everything about one project.

    Args:
        act: Where to read; its instant is the period's.
        series: Where devices' health and past progress are read.
        project_id: The project.
        period: What the report is about.

    Raises:
        NotFoundError: There is no such project.
    """
    session = act.session
    project = standing.project_detail(act, series, project_id)
    facts = paper_facts(session, project_id, period.last)
    devices = [Watched(d, _stretches(series, project_id, d, period)) for d in project.devices]
    claims = session.scalars(
        select(Claim)
        .where(Claim.project_id == project_id, Claim.claimed_on <= period.last)
        .order_by(Claim.id)
    )
    return Material(
        period=period,
        project=project,
        curve=standing.curve(act, project_id),
        value=earned_value(facts.work_items, facts.payments, period.last),
        zones=[_as_of(series, project_id, zone, period) for zone in project.zones],
        alerts=_alerts(session, project_id, period),
        hazards=_hazards(session, project_id, period),
        payments=[
            p for p in list_payments(session, project_id)
            if period.first <= p.paid_on <= period.last
        ],
        claims=[claim_summary(act, claim) for claim in claims],
        papers=session.scalars(
            select(Paper)
            .where(Paper.project_id == project_id, Paper.entered_at < period.end)
            .order_by(Paper.id)
        ).all(),
        devices=devices,
    )  # fmt: skip


def _alerts(session: Session, project: str, period: Period) -> Sequence[AlertRecord]:
    """Alerts that fired within the period."""
    query = select(AlertRecord).where(
        AlertRecord.project_id == project,
        AlertRecord.fired_at >= period.start,
        AlertRecord.fired_at < period.end,
    )
    return session.scalars(query.order_by(AlertRecord.fired_at.desc())).all()


def _hazards(session: Session, project: str, period: Period) -> Sequence[HazardRecord]:
    """Hazards that were open at some time of the period."""
    query = select(HazardRecord).where(
        HazardRecord.project_id == project,
        HazardRecord.found_on <= period.last,
        HazardRecord.closed_on.is_(None) | (HazardRecord.closed_on >= period.first),
    )
    return session.scalars(query.order_by(HazardRecord.id)).all()


def _stretches(
    series: SeriesStore, project: str, device: DeviceOut, period: Period
) -> list[Stretch]:
    start = max(period.start, period.end - timedelta(days=93))
    try:
        return timeline(series, project, device.id, device.kind, start, period.end)
    except StoreError as error:
        _log.warning("series_unavailable project=%s error=%s", project, error)
        return []


def _as_of(series: SeriesStore, project: str, zone: ZoneOut, period: Period) -> ZoneOut:
    """A zone as it was measured last within the period, where it has been measured since."""
    if zone.measured_at is None or zone.measured_at <= period.end:
        return zone
    key = SeriesKey(project, zone.camera, f"progress.{zone.id}")
    try:
        days = series.buckets(key, period.end - timedelta(days=31), period.end, _DAY)
    except StoreError as error:
        _log.warning("series_unavailable project=%s error=%s", project, error)
        days = []
    past = days[-1] if days else None
    return zone.model_copy(
        update={
            "camera_percent": past.max if past else None,
            "measured_at": past.ts if past else None,
            "state": None,
            "coverage": None,
        }
    )
