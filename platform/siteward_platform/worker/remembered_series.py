"""Summaries of the past that were read a moment ago, so that a busy project is judged quickly.

An open claim is judged again whenever its project changes, by the same five weeks of cameras.
Late data is seen once a summary has grown old, well before the claim's regular visit.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from siteward_contracts.clock import Clock
from siteward_ingest.series import Bucket, Point, SeriesKey, SeriesStore

_GOOD_FOR: Final = timedelta(minutes=4)
"""Less than the five minutes after which an open claim is visited anyway."""
_KEPT: Final = 64
"""Summaries; five weeks of ten minutes are half a megabyte."""

_Asked = tuple[SeriesKey, datetime, datetime, timedelta]


class RememberedSeries:
    """A :class:`siteward_ingest.series.SeriesStore` that answers summaries from memory."""

    def __init__(self, store: SeriesStore, clock: Clock) -> None:
        """Remembers nothing yet; the caller closes the store."""
        self._store = store
        self._clock = clock
        self._kept: OrderedDict[_Asked, tuple[datetime, list[Bucket]]] = OrderedDict()

    def buckets(
        self, key: SeriesKey, start: datetime, end: datetime, width: timedelta
    ) -> list[Bucket]:
        """As the store, or as it answered a few minutes ago."""
        asked, now = (key, start, end, width), self._clock()
        kept = self._kept.get(asked)
        if kept is not None and now - kept[0] < _GOOD_FOR:
            self._kept.move_to_end(asked)
            return kept[1]
        found = self._store.buckets(key, start, end, width)
        self._kept[asked] = (now, found)
        self._kept.move_to_end(asked)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found

    def raw(self, key: SeriesKey, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        """As the store."""
        return self._store.raw(key, start, end)

    def latest(self, site: str, device: str | None = None) -> list[Point]:
        """As the store."""
        return self._store.latest(site, device)

    def write(self, points: Sequence[Point]) -> None:
        """As the store."""
        self._store.write(points)

    def close(self) -> None:
        """The store is the caller's to close."""
