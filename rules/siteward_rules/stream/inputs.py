"""What conditions look at beside the series they read: newest values, by event time."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

_Entry = tuple[datetime, str, float]
_ALL = "\uffff"


class SeriesReader(Protocol):
    """Gives windows back after a restart."""

    def raw(
        self, site: str, device: str, metric: str, start: datetime, end: datetime
    ) -> Sequence[tuple[datetime, float]]:
        """Values from ``start`` up to but not including ``end``, oldest first."""


class Inputs:
    """Values of the last while, of every metric some condition names.

    Args of the constructor:
        kept: How long a value may still be asked for.
        reader: Where values from before a restart come from.
    """

    def __init__(self, kept: timedelta, reader: SeriesReader | None) -> None:
        """Starts empty."""
        self._kept = kept
        self._reader = reader
        self._values: dict[tuple[str, str, str], list[_Entry]] = {}

    def add(self, site: str, device: str, metric: str, ts: datetime, value: float) -> bool:
        """Takes a value, for its device and for its site; False when it was known."""
        entry = (ts, device, value)
        fresh = False
        for where in (device, ""):
            fresh |= self._add(self._open((site, where, metric), ts), entry)
        return fresh

    def newest(
        self, site: str, device: str, metric: str, ts: datetime, within: timedelta
    ) -> float | None:
        """The newest value at ``ts`` not older than ``within``; an empty device is any.

        Of several at one instant the one of the last device by name counts, so that the order
        of arrival does not matter.
        """
        values = self._open((site, device, metric), ts)
        index = bisect_right(values, (ts, _ALL, 0.0))
        if not index or ts - values[index - 1][0] > within:
            return None
        return values[index - 1][2]

    def _open(self, key: tuple[str, str, str], ts: datetime) -> list[_Entry]:
        values = self._values.get(key)
        if values is None:
            site, device, metric = key
            values = self._values[key] = []
            if self._reader is not None and device:
                before = self._reader.raw(site, device, metric, ts - self._kept, ts)
                values += [(when, device, value) for when, value in before]
        return values

    def _add(self, values: list[_Entry], entry: _Entry) -> bool:
        index = bisect_left(values, (entry[0], entry[1], float("-inf")))
        if index < len(values) and values[index][:2] == entry[:2]:
            return False
        values.insert(index, entry)
        if len(values) > 256 and values[0][0] < entry[0] - 2 * self._kept:
            del values[: bisect_left(values, (entry[0] - self._kept, "", 0.0))]
        return True
