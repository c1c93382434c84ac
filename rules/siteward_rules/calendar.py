"""Working days: Monday to Friday, corrected by the yearly notice of the State Council.

The notice is data, a file per year under ``calendars``. For a year without a file weekends
alone are off; :attr:`Calendar.knows` tells, so that whoever shows a deadline can say so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from siteward_contracts.config_file import read, validate

SHIPPED: Final = Path(str(files("siteward_rules"))) / "calendars"
"""The years that come with Siteward."""


class _Notice(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    doc: str
    published: date
    trust: Literal["read", "verify"]


class _Year(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int
    source: _Notice
    holidays: frozenset[date]
    worked_weekends: frozenset[date]

    @model_validator(mode="after")
    def _consistent(self) -> "_Year":
        for day in sorted(self.holidays | self.worked_weekends):
            if day.year != self.year:
                raise ValueError(f"{day} is not in {self.year}; move it to its own year's file")
            weekend = day.weekday() >= 5
            if weekend != (day in self.worked_weekends):
                kind = "worked_weekends" if weekend else "holidays"
                raise ValueError(f"{day} is a {day:%A}; it belongs under {kind} or nowhere")
        return self


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked.

    Attributes:
        holidays: Weekdays off.
        worked_weekends: Weekend days that are worked (调休).
        years: Years whose notice is known.
    """

    holidays: frozenset[date] = frozenset()
    worked_weekends: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def knows(self, day: date) -> bool:
        """Whether the notice of a day's year is known."""
        return day.year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked."""
        if day in self.worked_weekends:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def add_working_days(self, day: date, count: int) -> date:
        """The working day ``count`` working days after a day, which is not counted itself."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and including ``last``; negative backwards."""
        if last < first:
            return -self.working_days_between(last, first)
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        return sum(map(self.is_working_day, days))


def load_calendar(paths: Iterable[Path]) -> Calendar:
    """Reads one file per year.

    Raises:
        ConfigError: With every mistake of the first file that has one.
    """
    years = [validate(read(path), _Year) for path in paths]
    return Calendar(
        frozenset(day for year in years for day in year.holidays),
        frozenset(day for year in years for day in year.worked_weekends),
        frozenset(year.year for year in years),
    )


@cache
def china() -> Calendar:
    """The calendar that comes with Siteward."""
    return load_calendar(sorted(SHIPPED.glob("cn-*.yaml")))
