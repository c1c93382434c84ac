"""Which readings may go when there is no room for all of them.

Of each device and span of time stay the first and the last message and those that hold the
least and the greatest value of each metric: a chart loses points, but no peak and no gap.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from siteward_contracts.messages import Telemetry, Utc

SPANS: Final = (timedelta(hours=1), timedelta(days=1))
"""First an hour is reduced to its extremes, then, if that is not enough, a day."""
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class _Stamped(msgspec.Struct):
    """What every message says of its time."""

    ts: Utc


def made_at(payload: bytes) -> datetime | None:
    """When a message was observed; None when it does not say."""
    end = payload.find(b"\n")  # a picture follows the header's line
    try:
        return msgspec.json.decode(payload[:end] if end >= 0 else payload, type=_Stamped).ts
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def surplus(rows: Sequence[tuple[int, str, bytes]], span: timedelta) -> list[int]:
    """The numbers of those messages that may go, in order.

    Args:
        rows: ``(number, topic, payload)`` of telemetry, oldest first.
        span: How long a stretch of one device is reduced to its extremes.
    """
    stretches: dict[tuple[str, int | None], list[tuple[int, Telemetry | None]]] = {}
    for number, topic, payload in rows:
        message = _telemetry(payload)
        stretch = (message.ts - _EPOCH) // span if message else None
        stretches.setdefault((topic, stretch), []).append((number, message))
    stay = {number for stretch in stretches.values() for number in _extremes(stretch)}
    return [number for number, _, _ in rows if number not in stay]


def _telemetry(payload: bytes) -> Telemetry | None:
    try:
        return msgspec.json.decode(payload, type=Telemetry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _extremes(stretch: Sequence[tuple[int, Telemetry | None]]) -> Iterable[int]:
    lows: dict[str, tuple[float, int]] = {}
    highs: dict[str, tuple[float, int]] = {}
    for number, message in stretch:
        for sample in message.samples if message else ():
            for metric, value in sample.readings.items():
                if metric not in lows or value < lows[metric][0]:
                    lows[metric] = (value, number)
                if metric not in highs or value > highs[metric][0]:
                    highs[metric] = (value, number)
    yield stretch[0][0]
    yield stretch[-1][0]
    yield from (number for _, number in lows.values())
    yield from (number for _, number in highs.values())
