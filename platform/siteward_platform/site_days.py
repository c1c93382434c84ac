"""What cameras saw of each day on site: how many people, or that nobody could see."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_contracts.clock import SHANGHAI
from siteward_ingest.series import SeriesKey, SeriesStore
from siteward_platform.database.models import Device, Permit
from siteward_platform.rule_sets import WORK_STOP
from siteward_rules.papers import SiteDay

_WIDTH: Final = timedelta(hours=2)
"""Midnight in Shanghai is a whole number of these since 1970."""
_WORKED: Final = range(8, 16, 2)
"""Hours of the day at which the buckets begin in which somebody must look."""
_SEEN: Final = 3
"""Of those four buckets so many must have been seen, each for half its time."""


def site_days(
    session: Session, series: SeriesStore, project: str, first: date, last: date
) -> tuple[SiteDay, ...]:
    """Every day from ``first`` up to and including ``last``.

    A day counts as seen when one camera that counts people saw most of its working hours; the
    people of the day are the most that any camera saw at once. Rain is not known here.

    Raises:
        StoreError: The time series do not answer.
    """
    start, end = _midnight(first), _midnight(last + timedelta(days=1))
    people: dict[date, float] = {}
    seen: set[date] = set()
    cameras = select(Device.id).where(Device.project_id == project, Device.kind == "camera")
    for camera in session.scalars(cameras).all():
        counted: set[date] = set()
        key = SeriesKey(project, camera, "people_count")
        for bucket in series.buckets(key, start, end, _WIDTH):
            day = _local(bucket.ts).date()
            people[day] = max(people.get(day, 0.0), bucket.max)
            counted.add(day)
        seen |= counted.intersection(_seen_days(series, project, camera, start, end))
    stops = _stops(session, project)
    return tuple(
        SiteDay(
            day,
            people=round(people.get(day, 0.0)) if day in seen or people.get(day) else None,
            stopped=any(a <= day <= b for a, b in stops),
        )
        for day in _days(first, last)
    )


def _seen_days(
    series: SeriesStore, project: str, camera: str, start: datetime, end: datetime
) -> Iterator[date]:
    good: dict[date, int] = {}
    for bucket in series.buckets(SeriesKey(project, camera, "camera_ok"), start, end, _WIDTH):
        local = _local(bucket.ts)
        if local.hour in _WORKED and bucket.mean >= 0.5:
            good[local.date()] = good.get(local.date(), 0) + 1
    return (day for day, buckets in good.items() if buckets >= _SEEN)


def _stops(session: Session, project: str) -> list[tuple[date, date]]:
    query = select(Permit).where(Permit.project_id == project, Permit.kind == WORK_STOP)
    return [
        (_local(p.starts).date(), _local(min(p.ends, p.revoked_at or p.ends)).date())
        for p in session.scalars(query)
    ]


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _local(ts: datetime) -> datetime:
    return ts.astimezone(SHANGHAI)
