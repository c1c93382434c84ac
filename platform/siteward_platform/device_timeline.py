"""When a device was fit and when not, as stretches of time read from its series.

Buckets and limits are those of ``camera_sight``: what a fund rule counts as blind is drawn blind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, Literal

from siteward_ingest.series import EPOCH, SeriesKey, SeriesStore
from siteward_platform.camera_sight import BASELINE, BUCKET, SEEING

Condition = Literal["ok", "unfit", "silent", "unknown"]
"""Fit; reporting that it is not (a camera that is blind); reporting nothing; not yet there."""
METRIC: Final[Mapping[str, str]] = {"camera": "camera_ok", "agent": "online"}
"""What tells how a kind of device is; instruments say ``sensor_ok``."""
LONGEST: Final = timedelta(days=93)
_ONE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a device was in one condition; ``end`` does not belong to it."""

    start: datetime
    end: datetime
    condition: Condition

    @property
    def hours(self) -> float:
        """Its length."""
        return (self.end - self.start) / timedelta(hours=1)


def timeline(
    series: SeriesStore, site: str, device: str, kind: str, start: datetime, end: datetime
) -> list[Stretch]:
    """A device's conditions between two instants, oldest first, without gaps.

    The last ten minutes are left out until they are over. Before its first report a device is
    ``unknown``, for nobody can say that it should have reported.

    Raises:
        StoreError: The time series do not answer.
    """
    start, end = (EPOCH + (at - EPOCH) // BUCKET * BUCKET for at in (start, end))
    key = SeriesKey(site, device, METRIC.get(kind, "sensor_ok"))
    seen = {b.ts: b.mean for b in series.buckets(key, start, end, BUCKET)}
    known = bool(series.buckets(key, start - BASELINE, start, _ONE))
    stretches: list[Stretch] = []
    steps = [start + n * BUCKET for n in range((end - start) // BUCKET)]
    for condition, group in groupby(steps, key=lambda ts: _condition(seen.get(ts))):
        found = list(group)
        if condition == "silent" and not stretches and not known:
            condition = "unknown"
        stretches.append(Stretch(found[0], found[-1] + BUCKET, condition))
    return stretches


def fit_ratio(stretches: list[Stretch]) -> float | None:
    """Share of the time since its first report in which a device was fit; None without any."""
    hours = dict.fromkeys(("ok", "unfit", "silent", "unknown"), 0.0)
    for stretch in stretches:
        hours[stretch.condition] += stretch.hours
    known = hours["ok"] + hours["unfit"] + hours["silent"]
    return hours["ok"] / known if known else None


def _condition(mean: float | None) -> Condition:
    if mean is None:
        return "silent"
    return "ok" if mean >= SEEING else "unfit"
