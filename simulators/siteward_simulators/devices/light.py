"""Daylight, dusk, floodlights and rain as numbers a picture is multiplied with."""

from dataclasses import dataclass
from typing import Final

from siteward_simulators.world.state import Weather

Colour = tuple[float, float, float]
"""BGR, 0 to 255; as a factor, 1 is full daylight."""

NOON: Final[Colour] = (1.0, 1.0, 1.0)
DUSK: Final[Colour] = (0.68, 0.72, 0.78)
FLOODLIGHT: Final[Colour] = (0.64, 0.67, 0.69)

SKY_ZENITH: Final[dict[str, Colour]] = {
    "noon": (206, 158, 108),
    "dusk": (132, 92, 78),
    "night": (44, 29, 19),
}
SKY_HORIZON: Final[dict[str, Colour]] = {
    "noon": (228, 206, 178),
    "dusk": (176, 148, 150),
    "night": (70, 49, 38),
}
OVERCAST: Final[Colour] = (176, 164, 148)
"""What rain pulls the sky toward, at noon."""

STEPS: Final = 32
"""Light is cut into so many steps, so that a painted background can be kept for a while."""


@dataclass(frozen=True, slots=True)
class Light:
    """The light of a moment, in steps.

    Attributes:
        day: 0 at night to ``STEPS`` at noon.
        rain: 0 dry to 4 pouring.
    """

    day: int
    rain: int

    @property
    def daylight(self) -> float:
        """0 at night, 1 at noon."""
        return self.day / STEPS

    @property
    def darkness(self) -> float:
        """How far the floodlights matter: 0 by day, 1 at night."""
        return max(0.0, 1 - self.daylight / 0.3)

    @property
    def ambient(self) -> Colour:
        """Factor on the colour of everything the light falls on."""
        clear = _by_daylight(self.daylight, NOON, DUSK, FLOODLIGHT)
        dim = 1 - 0.05 * self.rain * self.daylight
        return (clear[0] * dim, clear[1] * dim, clear[2] * dim)

    def sky(self, height: float) -> Colour:
        """Colour of the sky, ``height`` 0 at the horizon and 1 at the zenith."""
        low = _by_daylight(self.daylight, *(SKY_HORIZON[k] for k in ("noon", "dusk", "night")))
        high = _by_daylight(self.daylight, *(SKY_ZENITH[k] for k in ("noon", "dusk", "night")))
        clear = mix(low, high, height**0.8)
        grey = mix(SKY_ZENITH["night"], OVERCAST, min(1.0, self.daylight * 1.3))
        return mix(clear, grey, 0.18 * self.rain)


def light_of(weather: Weather) -> Light:
    """The light of a weather, cut into steps."""
    return Light(day=round(_unit(weather.daylight) * STEPS), rain=round(_unit(weather.rain) * 4))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """``a`` with ``share`` of ``b``."""
    return (
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
    )


def _by_daylight(daylight: float, noon: Colour, dusk: Colour, night: Colour) -> Colour:
    """Night below 0, dusk at 0.25, noon from 0.7."""
    if daylight < 0.25:
        return mix(night, dusk, daylight / 0.25)
    return mix(dusk, noon, min(1.0, (daylight - 0.25) / 0.45))


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
