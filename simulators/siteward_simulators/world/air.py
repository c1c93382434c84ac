"""Dust and noise at the site's boundary: the work, the wind, the rain and what goes wrong."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from siteward_simulators.world.calendar import hour
from siteward_simulators.world.chance import smooth
from siteward_simulators.world.hazards import Episode
from siteward_simulators.world.state import Air, Weather

NIGHT_NOISE: Final = (63.0, 72.0)
DAY_NOISE: Final = (76.0, 83.0)
"""dB(A) while noisy work breaks the limits of GB 12523 (55 by night, 70 by day)."""
DUST: Final = (340.0, 560.0)
"""µg/m³ of PM10 while soil is moved dry and uncovered; quiet days stay below 80."""


def air(
    seed: int, days: float, t: datetime, work: float, weather: Weather, wrong: Iterable[Episode]
) -> Air:
    """What the dust and noise box would read.

    Args:
        seed: The site's.
        days: Days since day 0 began.
        t: The instant.
        work: 0 nobody works, 1 everybody does.
        weather: Wind blows dust up and away, rain binds it.
        wrong: The episodes going on.
    """
    level = {episode.kind: episode.level for episode in wrong}
    h = hour(days)
    night = h >= 22 or h < 6
    quiet = (43.5 if night else 49.0) + 2.5 * smooth(seed ^ 41, days * 48)
    noise = max(quiet, work * (61.0 + 3.5 * smooth(seed ^ 42, days * 144)))
    if "night_work" in level and night:
        noise = _between(NIGHT_NOISE, level["night_work"]) + 1.5 * smooth(seed ^ 43, days * 700)
    elif "noise_day" in level:
        noise = _between(DAY_NOISE, level["noise_day"]) + 1.5 * smooth(seed ^ 43, days * 700)
    stirred = (1 + 0.8 * work) * (1 - 0.55 * weather.rain) * (0.8 + 0.06 * weather.wind)
    pm10 = 30 * stirred * (1 + 0.18 * smooth(seed ^ 44, days * 30))
    if "dust" in level:
        pm10 = _between(DUST, level["dust"]) * (1 + 0.08 * smooth(seed ^ 44, days * 300))
    pm10 += 6 * (1 + smooth(seed ^ 45, days * 4))
    coarse = 2.1 + 0.25 * smooth(seed ^ 46, days * 20) + (1.3 if "dust" in level else 0)
    return Air(
        pm25=pm10 * (0.46 + 0.05 * smooth(seed ^ 47, days * 20)),
        pm10=pm10,
        tsp=pm10 * coarse,
        noise=noise + 0.8 * smooth(seed ^ 48, days * 5000),
    )


def _between(bounds: tuple[float, float], part: float) -> float:
    return bounds[0] + (bounds[1] - bounds[0]) * part
