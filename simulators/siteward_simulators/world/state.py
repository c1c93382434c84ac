"""The ground truth of one site at one instant: what devices and people would find."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Fault = Literal["black", "covered", "offline", "moved", "frozen", "blurred", "flicker", "clock"]
"""What can be wrong with a camera."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a camera's picture. ``x``, ``y`` are the feet, as fractions of it."""

    key: str
    camera: str
    x: float
    y: float
    helmet: str | None
    vest: bool
    in_danger_zone: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """Something else in a camera's picture.

    Attributes:
        what: What it is.
        camera: Whose picture.
        x: Its foot on the ground, as fractions of the picture.
        y: The same.
        seconds: Since when it has been there.
        polygon: Its outline, for what lies on the ground.
    """

    what: Literal["fire", "steam", "machine", "beacon", "welding", "load", "soil", "net", "lamp"]
    camera: str
    x: float
    y: float
    seconds: float
    polygon: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneTruth:
    """How far a zone really is.

    Attributes:
        zone: Zone id.
        state: Code of the ordered state it is in.
        percent: Real percent of the zone's work (between its state's and the next one's).
        toward_next: Share of the way to the next state, for the painter.
    """

    zone: str
    state: str
    percent: float
    toward_next: float


@dataclass(frozen=True, slots=True)
class Weather:
    """Light, rain and wind.

    ``daylight`` is 0 at night and 1 at noon; fog and glare (the sun in the picture) 0 to 1.
    """

    daylight: float
    rain: float
    wind: float
    temperature: float
    humidity: float
    pressure: float
    wind_direction: float
    fog: float = 0.0
    glare: float = 0.0


@dataclass(frozen=True, slots=True)
class Air:
    """What the dust and noise box would read."""

    pm25: float
    pm10: float
    tsp: float
    noise: float


@dataclass(frozen=True, slots=True)
class Crane:
    """What the tower crane's controller would say. ``alarms`` is its 32-bit word."""

    load: float
    rated_load: float
    moment_pct: float
    radius: float
    slew: float
    height: float
    tilt: float
    wind: float
    alarms: int


@dataclass(frozen=True, slots=True)
class CameraTruth:
    """What is wrong with a camera, if anything.

    Attributes:
        device: Which.
        fault: In a word.
        shift: How far it looks aside, in fractions of the picture.
        clock_offset: Seconds its clock is ahead.
    """

    device: str
    fault: Fault | Literal["none"] = "none"
    shift: tuple[float, float] = (0.0, 0.0)
    clock_offset: float = 0.0

    @property
    def sees(self) -> bool:
        """Whether its pictures show the site as it is; a wrong clock does not hide it."""
        return self.fault in ("none", "clock")


@dataclass(frozen=True, slots=True)
class SiteState:
    """Everything true of a site at ``at``."""

    site: str
    at: datetime
    weather: Weather
    air: Air | None
    crane: Crane | None
    zones: dict[str, ZoneTruth]
    work_items: dict[str, float]
    people: list[Person]
    workers: int
    cameras: dict[str, CameraTruth]
    hazards: frozenset[str] = field(default_factory=frozenset)
    sights: list[Sight] = field(default_factory=list)
