"""Where hazards are looked for, and when one counts.

Hours are Shanghai time. Every kind takes ``confirm`` and ``cool_down_seconds`` of its own;
without them it takes the camera's. A kind set to ``off`` is not looked for.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from siteward_edge.config.section import Fraction, Polygon, Section, ZoneId, unique

_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)")


class Day(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


def minutes_of(hours: str) -> tuple[int, int]:
    """First and last minute of the day of ``HH:MM-HH:MM``.

    Raises:
        ValueError: It has another form, or goes beyond 24:00.
    """
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise ValueError(f"{hours!r} is no hours; write them like 07:00-18:30")
    a, b, c, d = map(int, found.groups())
    if c * 60 + d > 24 * 60:
        raise ValueError(f"{hours!r} ends after 24:00; hours past midnight are like 22:00-06:00")
    if (a, b) == (c, d):
        raise ValueError(f"{hours!r} is empty; the whole day is 00:00-24:00")
    return a * 60 + b, c * 60 + d


def _hours(hours: str) -> str:
    minutes_of(hours)
    return hours


Hours = Annotated[
    str,
    Field(description="Like 07:00-18:30, Shanghai time; 22:00-06:00 ends on the day after."),
    AfterValidator(_hours),
]


class Window(Section):
    """Hours on some days.

    Attributes:
        hours: From the first minute up to but not including the last.
        days: Days of the week on which they begin; all unless told.
        first: First date, if any.
        last: Last date, if any.
    """

    hours: Hours = "00:00-24:00"
    days: list[Day] = Field(default_factory=lambda: list(Day), min_length=1)
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise ValueError(f"first {self.first} is after last {self.last}; swap them")
        return self


class Area(Section):
    """A part of the picture."""

    id: ZoneId
    polygon: Polygon


Areas = Annotated[list[Area], AfterValidator(unique("zone id", lambda z: z.id))]


class DangerZone(Area):
    """A part of the ground where nobody may stand.

    Attributes:
        active: When nobody may; always unless told.
        allowed: When the authorised crew may all the same.
        inertia: Pictures in a row in which the feet must be inside to count as inside, and
            outside to count as outside.
        loiter_seconds: How long somebody must stay before it counts.
    """

    active: list[Window] = Field(default_factory=list)
    allowed: list[Window] = Field(default_factory=list)
    inertia: int = Field(default=1, ge=1, le=50)
    loiter_seconds: float = Field(default=0, ge=0, le=3600)


class Confirm(Section):
    """A finding counts when ``frames`` of the last ``of`` pictures show it."""

    frames: int = Field(default=3, ge=1)
    of: int = Field(default=5, ge=1, le=100)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.frames > self.of:
            raise ValueError(f"frames {self.frames} is more than of {self.of}; lower frames")
        return self


class Rule(Section):
    """What every kind of hazard may have of its own.

    Attributes:
        confirm: How many pictures must agree; where a thing cannot be judged they do not count.
        cool_down_seconds: An incident ends after this long without being seen.
    """

    confirm: Confirm | None = None
    cool_down_seconds: float | None = Field(default=None, gt=0)


class Wear(Rule):
    """A helmet or vest that everybody wears; who cannot be judged is no violation.

    Attributes:
        zones: Where it must be worn; everywhere unless told.
    """

    zones: Areas = Field(default_factory=list)


class UnderLoad(Rule):
    """Somebody under a hanging load. Depth is not known: a prompt to look, not a verdict.

    Attributes:
        spread: How far beyond the load's sides it is dangerous, in heights of fall.
    """

    spread: float = Field(default=0.15, ge=0, le=2)


class FireSmoke(Rule):
    """Fire or smoke, in two stages: what looks like it, and what behaves like it.

    Attributes:
        seconds: How long it must burn or smoke.
        ignore: Where it is expected: a kitchen's chimney, a welding bay.
        smoke: Whether to look for smoke too.
    """

    seconds: float = Field(default=4, ge=1, le=600)
    ignore: list[Polygon] = Field(default_factory=list)
    smoke: bool = True


class SoilZone(Area):
    """Ground that is to be covered.

    Attributes:
        most_bare: Largest share of it that may lie bare.
    """

    most_bare: Fraction = 0.3


class BareSoil(Rule):
    """Uncovered soil, by segmentation of declared zones in daylight.

    Attributes:
        zones: Ground that is to be covered.
        every_seconds: How often it is measured.
        working: When soil may lie bare because it is being worked.
    """

    zones: Annotated[
        list[SoilZone], Field(min_length=1), AfterValidator(unique("zone id", lambda z: z.id))
    ]
    every_seconds: float = Field(default=60, gt=0)
    working: list[Window] = Field(default_factory=list)


class NetZone(Area):
    """A scaffold or slope that is to be netted.

    Attributes:
        least_net: Smallest share of it that green net must cover.
    """

    least_net: Fraction = 0.6


class NetMissing(Rule):
    """Green dust net that is not there, by segmentation of declared zones in daylight.

    Attributes:
        zones: What is to be netted.
        every_seconds: How often it is measured.
        working: When it may be open because it is being worked on.
    """

    zones: Annotated[
        list[NetZone], Field(min_length=1), AfterValidator(unique("zone id", lambda z: z.id))
    ]
    every_seconds: float = Field(default=60, gt=0)
    working: list[Window] = Field(default_factory=list)


class Crowding(Rule):
    """Too many people together for a while.

    Attributes:
        people: So many are too many.
        seconds: For so long; what most pictures of that time show counts.
        zones: Where; in the whole picture unless told.
    """

    people: int = Field(ge=2, le=500)
    seconds: float = Field(default=60, ge=1, le=3600)
    zones: Areas = Field(default_factory=list)


def _windows(*windows: dict[str, object]) -> list[Window]:
    return [Window.model_validate(window) for window in windows]


class NoStaff(Rule):
    """Nobody seen at work for days.

    Attributes:
        days: So many working days in a row without anybody.
        work: When somebody should be there.
        holidays: Dates without work.
        least_share: Of a day's working hours the camera must have seen so much, or the day
            says nothing.
    """

    days: int = Field(default=3, ge=1, le=60)
    work: Annotated[list[Window], Field(min_length=1)] = _windows(
        {"hours": "07:00-18:00", "days": ["mon", "tue", "wed", "thu", "fri", "sat"]}
    )
    holidays: list[date] = Field(default_factory=list)
    least_share: Fraction = 0.5


class NightWork(Rule):
    """People or the lights of plant at night.

    Attributes:
        hours: When it is night.
        permits: When work at night is permitted.
    """

    hours: Annotated[list[Window], Field(min_length=1)] = _windows({"hours": "22:00-06:00"})
    permits: list[Window] = Field(default_factory=list)


def _switch(value: object) -> object:
    """YAML reads "off" as false and "on" as true."""
    if isinstance(value, bool):
        return {} if value else None
    return value


Off = BeforeValidator(_switch)


class Hazards(Section):
    """What is looked for. Kinds that need to know more of the site are off until told."""

    no_helmet: Annotated[Wear | None, Off] = Wear()
    no_vest: Annotated[Wear | None, Off] = Wear()
    intrusion: Annotated[Rule | None, Off] = Rule()
    person_under_load: Annotated[UnderLoad | None, Off] = UnderLoad()
    fire_smoke: Annotated[FireSmoke | None, Off] = None
    bare_soil: Annotated[BareSoil | None, Off] = None
    net_missing: Annotated[NetMissing | None, Off] = None
    crowding: Annotated[Crowding | None, Off] = None
    no_staff: Annotated[NoStaff | None, Off] = None
    night_work: Annotated[NightWork | None, Off] = None
