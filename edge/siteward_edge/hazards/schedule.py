"""Hours and dates as a site lives them, Shanghai time. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from siteward_contracts.clock import SHANGHAI
from siteward_edge.config.hazards import Day, Window, minutes_of

_WEEK: Final = list(Day)
_DAY: Final = 24 * 60


def holds(windows: Iterable[Window], ts: datetime) -> bool:
    """Whether an instant lies in any of the windows."""
    local = ts.astimezone(SHANGHAI)
    minute = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    for window in windows:
        start, end = minutes_of(window.hours)
        if start < end:
            if start <= minute < end and begins_on(window, today):
                return True
        elif (minute >= start and begins_on(window, today)) or (
            minute < end and begins_on(window, yesterday)
        ):
            return True
    return False


def begins_on(window: Window, day: date) -> bool:
    """Whether a window begins on a date."""
    return (
        _WEEK[day.weekday()] in window.days
        and (window.first is None or window.first <= day)
        and (window.last is None or day <= window.last)
    )


def seconds_on(windows: Iterable[Window], day: date) -> float:
    """How long the windows that begin on a date are together, counted once where they overlap."""
    spans = sorted(
        (start, end if start < end else end + _DAY)
        for window in windows
        if begins_on(window, day)
        for start, end in [minutes_of(window.hours)]
    )
    total, reached = 0, 0
    for start, end in spans:
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total * 60.0
