"""How long each step of a rectification may take. All are platform defaults, none is law.

A danger does not rest at weekends, so hours and days run through; only the look-back, an office's
visit, moves to the next working day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from siteward_contracts.clock import SHANGHAI
from siteward_rules.calendar import Calendar
from siteward_rules.facts import HazardSeverity


@dataclass(frozen=True, slots=True)
class Limits:
    """Time allowed to one severity.

    Attributes:
        confirm: From the report to a person's look.
        control: From the order until measures are taken; None where there is no such step.
        rectify: Days from the order to the fix.
        stop: Whether the order must stop the work.
    """

    confirm: timedelta
    control: timedelta | None
    rectify: int
    stop: bool = False


_QUICK: Final = timedelta(hours=2)
_DAY: Final = timedelta(hours=24)

LIMITS: Final[dict[HazardSeverity, Limits]] = {
    "info": Limits(_DAY, None, 3),
    "general": Limits(_DAY, None, 3),
    "serious": Limits(_QUICK, _DAY, 3),
    "suspected_major": Limits(_QUICK, _DAY, 3),
    "major": Limits(_QUICK, timedelta(0), 3, stop=True),
}
RECHECK_DAYS: Final = 2
"""From the contractor's reply to the recheck."""
LOOK_BACK_DAYS: Final = (30, 90)
"""After closing, both counted from it."""
LOOK_BACK_GRACE: Final = 7
"""Days in which a look-back is to be made once it is due."""


def rectify_by(severity: HazardSeverity, ordered_on: date) -> date:
    """Last day for the fix."""
    return ordered_on + timedelta(days=LIMITS[severity].rectify)


def recheck_by(submitted_on: date) -> date:
    """Last day for the recheck."""
    return submitted_on + timedelta(days=RECHECK_DAYS)


def look_back_on(closed_on: date, made: int, calendar: Calendar) -> date | None:
    """Day of the next look-back after ``made`` of them; None when there is no other."""
    if made >= len(LOOK_BACK_DAYS):
        return None
    day = closed_on + timedelta(days=LOOK_BACK_DAYS[made])
    return day if calendar.is_working_day(day) else calendar.add_working_days(day, 1)


def end_of(day: date) -> datetime:
    """The instant a day ends in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
