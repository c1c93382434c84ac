"""Time series: the values that go in and out of a store, and the store as a port.

Instants are aware UTC datetimes with microseconds. Ranges are half open: ``start`` belongs
to them, ``end`` does not.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_WIDTHS: Final = (
    *(timedelta(seconds=s) for s in (1, 5, 10, 30)),
    *(timedelta(minutes=m) for m in (1, 5, 10, 15, 30)),
    *(timedelta(hours=h) for h in (1, 2, 3, 4, 6, 8, 12, 18, 24, 48, 72, 96, 120, 168)),
)


class Point(msgspec.Struct, frozen=True, gc=False):
    """One value of one metric of one device at one instant.

    Attributes:
        site: Slug of the site.
        device: Slug of the device.
        metric: Name in the metric catalogue, ``progress.{zone}`` or ``detection.{kind}``.
        ts: When it was observed; aware.
        value: In the metric's unit; finite.
    """

    site: str
    device: str
    metric: str
    ts: datetime
    value: float


class SeriesKey(msgspec.Struct, frozen=True, gc=False):
    """Names one series."""

    site: str
    device: str
    metric: str


class Bucket(msgspec.Struct, frozen=True, gc=False):
    """What a series did within one width of time that begins at ``ts``; ``count`` is over 0."""

    ts: datetime
    mean: float
    min: float
    max: float
    count: int


class StoreError(Exception):
    """The store could not be opened, read or written."""


class StoreUnavailableError(StoreError):
    """The store is down, busy or full; the same call may succeed later."""


class SeriesStore(Protocol):
    """Keeps points. Every call raises :class:`StoreError` when it fails."""

    def write(self, points: Sequence[Point]) -> None:
        """Keeps the points; they survive a crash once this returns.

        A point whose series and instant are already kept replaces the old value, so writing
        twice is writing once. All are kept, or an error is raised and all may be written again.

        Raises:
            StoreUnavailableError: Nothing is promised; write the same points again later.
        """

    def latest(self, site: str, device: str | None = None) -> list[Point]:
        """The newest point of every series of a site, or of one device of it."""

    def raw(self, key: SeriesKey, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        """Every point of a series in the range, oldest first."""

    def buckets(
        self, key: SeriesKey, start: datetime, end: datetime, width: timedelta
    ) -> list[Bucket]:
        """Summaries of a series, oldest first; widths without points are left out.

        Buckets begin at whole multiples of ``width`` since 1970-01-01T00:00Z. Those that touch
        the range are counted whole, so that a chart does not change as its edge moves.

        Raises:
            ValueError: The width is not a positive number of whole seconds.
        """

    def close(self) -> None:
        """Gives back files and connections."""


def micros(ts: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00Z."""
    return (ts - EPOCH) // _MICROSECOND


def instant(us: int) -> datetime:
    """The inverse of :func:`micros`."""
    return EPOCH + timedelta(microseconds=us)


def whole_buckets(start: datetime, end: datetime, width: timedelta) -> tuple[datetime, datetime]:
    """Widens a range to the whole buckets that touch it.

    Raises:
        ValueError: The width is not a positive number of whole seconds.
    """
    if width <= timedelta(0) or width % timedelta(seconds=1):
        raise ValueError(f"width {width} is not a positive number of whole seconds")
    first = (start - EPOCH) // width
    last = -((EPOCH - end) // width)
    return EPOCH + first * width, EPOCH + last * width


def chart_width(start: datetime, end: datetime, points: int) -> timedelta:
    """The narrowest round width that draws a range in at most ``points`` whole buckets.

    From one hour on, widths are whole hours, which stores answer from hourly summaries.

    Raises:
        ValueError: ``points`` is under 2 (a range may straddle the edge of any width).
    """
    if points < 2:
        raise ValueError(f"points {points} is under 2")
    width = next((w for w in _WIDTHS if (end - start) / w <= points - 1), None)
    if width is not None:
        return width
    week = _WIDTHS[-1]
    return week * -(-(end - start) // (week * (points - 1)))
