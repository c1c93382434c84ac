"""Time as an argument: the one type every function that needs "now" takes."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Returns the current instant as an aware UTC datetime. Only ``main`` modules make one."""

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone of every legal hour and date (China has one)."""


def utc_now() -> datetime:
    """The system clock. Called by ``main`` modules only; everything else takes a Clock."""
    return datetime.now(UTC)
