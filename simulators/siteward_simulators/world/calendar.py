"""Days and hours as the site lives them: Shanghai time, working hours, daylight."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final

from siteward_contracts.clock import SHANGHAI

OFFSET: Final = timedelta(hours=8)
"""Shanghai is UTC+8 all year; plain arithmetic is ten times faster than a zone look-up."""


@dataclass(frozen=True)
class Calendar:
    """Counts days from day 0, the Shanghai date of ``anchor``."""

    anchor: datetime

    @cached_property
    def day_zero(self) -> date:
        """The date of day 0."""
        return self.anchor.astimezone(SHANGHAI).date()

    @cached_property
    def midnight(self) -> datetime:
        """The instant at which day 0 begins."""
        zero = self.day_zero
        return datetime(zero.year, zero.month, zero.day, tzinfo=UTC) - OFFSET

    def date(self, day: int) -> date:
        """The date of a day."""
        return self.day_zero + timedelta(days=day)

    def start(self, day: int) -> datetime:
        """The instant at which a day begins in Shanghai."""
        return self.midnight + timedelta(days=day)

    def days(self, t: datetime) -> float:
        """Days from the beginning of day 0 to ``t``; the whole part is the day."""
        return (t - self.midnight).total_seconds() / 86400


def hour(days: float) -> float:
    """The hour of the day, 0 to 24."""
    return (days - math.floor(days)) * 24


def at_work(days: float) -> float:
    """How much of the crew is on site, 0 to 1: half past six to six, with a lunch break."""
    h = hour(days)
    return max(_span(h, 6.5, 11.6), _span(h, 12.9, 18.0))


def _span(h: float, start: float, end: float) -> float:
    return max(0.0, min(1.0, (h - start) / 0.5, (end - h) / 0.5))
