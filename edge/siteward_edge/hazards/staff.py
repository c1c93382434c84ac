"""Nobody seen at work for days: a site that stands still.

A day says something only when the camera saw most of its working hours: a day it was blind
neither counts as empty nor as worked.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from siteward_contracts.clock import SHANGHAI
from siteward_edge.config.hazards import NoStaff
from siteward_edge.hazards.ports import Judged, Key, Look, Sighting
from siteward_edge.hazards.schedule import holds, seconds_on

KIND: Final = "no_staff"
SURE: Final = 3
"""Pictures that must show somebody before they count as seen: a shadow is gone by then."""
GAP: Final = 30.0
"""Seconds between two pictures that still count as watched."""
KEEP: Final = timedelta(minutes=10)
"""What is remembered over a restart is at most so old."""


class WorkDays(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known again after a restart.

    Attributes:
        day: The date last watched; None before the first picture.
        watched: Seconds of its working hours so far.
        seen: Whether anybody was there.
        empty: Working days in a row on which nobody was.
    """

    day: date | None = None
    watched: float = 0.0
    seen: bool = False
    empty: tuple[date, ...] = ()


@dataclass(slots=True)
class Staff:
    """Counts working days without anybody."""

    settings: NoStaff
    days: WorkDays
    changed: bool = False
    _last: datetime | None = None
    _kept: datetime | None = None

    def judge(self, look: Look) -> Judged:
        """The site, once it was watched for days; None from the moment somebody is there."""
        today = look.ts.astimezone(SHANGHAI).date()
        if self.days.day != today:
            self._next_day(today)
        if today not in self.settings.holidays and holds(self.settings.work, look.ts):
            self._watch(look)
        if self.days.seen and self.days.empty:
            self._become(msgspec.structs.replace(self.days, empty=()))
        empty = self.days.empty
        if len(empty) < self.settings.days:
            return {Key(KIND, None, ""): None}
        detail = f"nobody in working hours since {empty[0]}, {len(empty)} working days"
        began = datetime(empty[0].year, empty[0].month, empty[0].day, tzinfo=SHANGHAI)
        seen = Sighting(KIND, None, (0.0, 0.0, 1.0, 1.0), 0.9, detail, since=began)
        return {Key(KIND, None, ""): seen}

    def _watch(self, look: Look) -> None:
        since = 0.0 if self._last is None else (look.ts - self._last).total_seconds()
        self._last = look.ts
        watched = self.days.watched + (since if 0 < since <= GAP else 0.0)
        seen = self.days.seen or any(track.pictures >= SURE for track in look.tracks)
        news = seen and not self.days.seen
        self.days = msgspec.structs.replace(self.days, watched=watched, seen=seen)
        if news or self._kept is None or look.ts - self._kept >= KEEP:
            self._kept = look.ts
            self.changed = True

    def _next_day(self, today: date) -> None:
        """Settles the day before: worked, empty, or not watched well enough to tell."""
        day, empty = self.days.day, self.days.empty
        if day is not None and day not in self.settings.holidays:
            expected = seconds_on(self.settings.work, day)
            if self.days.seen:
                empty = ()
            elif expected and self.days.watched >= self.settings.least_share * expected:
                empty = (*empty, day)
        self._become(WorkDays(day=today, empty=empty))

    def _become(self, days: WorkDays) -> None:
        self.days = days
        self.changed = True
