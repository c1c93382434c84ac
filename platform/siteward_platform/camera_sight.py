"""How well a camera saw over time, from its ``camera_ok`` series.

Time is cut into ten-minute buckets, the coarsest rhythm in which an agent reports; a bucket
without any report counts as blind, because a dead camera sends nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from siteward_ingest.series import EPOCH, SeriesKey, SeriesStore
from siteward_rules.facts import CameraFacts, Outage

BUCKET: Final = timedelta(minutes=10)
WINDOW: Final = timedelta(days=7)
BASELINE: Final = timedelta(days=28)
"""The four weeks before the window."""
SEEING: Final = 0.5
"""A bucket in which the camera saw less than half of the time belongs to an outage."""


def camera_facts(series: SeriesStore, site: str, camera: str, window_end: datetime) -> CameraFacts:
    """Judges a camera by the seven days before an instant and the four weeks before those.

    Raises:
        StoreError: The time series do not answer.
    """
    end = EPOCH + (window_end - EPOCH) // BUCKET * BUCKET
    start = end - WINDOW
    seen = _seen(series, site, camera, start - BASELINE, end)
    outages = tuple(_outages(seen, start, end))
    return CameraFacts(
        device=camera,
        online_ratio_7d=_mean(seen, start, end),
        baseline_ratio=_baseline(seen, start),
        longest_outage_hours=max((o.hours for o in outages), default=0.0),
        outages=outages,
        window_end=window_end,
    )


def online_ratio(series: SeriesStore, site: str, camera: str, now: datetime) -> float | None:
    """Share of the last seven days in which a camera saw; None if it never reported in them."""
    end = EPOCH + (now - EPOCH) // BUCKET * BUCKET
    seen = _seen(series, site, camera, end - WINDOW, end)
    return _mean(seen, end - WINDOW, end) if seen else None


def _seen(
    series: SeriesStore, site: str, camera: str, start: datetime, end: datetime
) -> dict[datetime, float]:
    key = SeriesKey(site, camera, "camera_ok")
    return {b.ts: b.mean for b in series.buckets(key, start, end, BUCKET)}


def _steps(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += BUCKET


def _mean(seen: Mapping[datetime, float], start: datetime, end: datetime) -> float:
    return sum(seen.get(ts, 0.0) for ts in _steps(start, end)) / ((end - start) // BUCKET)


def _baseline(seen: Mapping[datetime, float], end: datetime) -> float | None:
    """Counts from the first report on: a camera put up two weeks ago was not dead before."""
    first = min((ts for ts in seen if ts < end), default=None)
    return None if first is None else _mean(seen, first, end)


def _outages(seen: Mapping[datetime, float], start: datetime, end: datetime) -> Iterator[Outage]:
    for blind, steps in groupby(_steps(start, end), key=lambda ts: seen.get(ts, 0.0) < SEEING):
        if blind:
            stretch = list(steps)
            yield Outage(stretch[0], stretch[-1] + BUCKET)
