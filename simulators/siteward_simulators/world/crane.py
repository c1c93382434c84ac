"""A tower crane at work: lifts of a few minutes, the moment they make, and the wind up there."""

import math
from collections.abc import Iterable
from typing import Final

from siteward_simulators.world.chance import smooth, unit
from siteward_simulators.world.hazards import Episode
from siteward_simulators.world.state import Crane, Weather

RATED_MOMENT: Final = 63.0
"""tonne-metres, the size most street projects use (QTZ63)."""
LIFT_SECONDS: Final = 420.0
"""From hook to hook."""
WIND_WARN: Final = 8.0
WIND_STOP: Final = 10.8
"""m/s at the top; 6 级 begins at 10.8."""
ALARM_WIND: Final = 1 << 0
ALARM_LOAD: Final = 1 << 1
ALARM_MOMENT: Final = 1 << 3


def crane(seed: int, days: float, work: float, weather: Weather, wrong: Iterable[Episode]) -> Crane:
    """What the crane's controller would say.

    Args:
        seed: The site's.
        days: Days since day 0 began.
        work: 0 idle, 1 lifting without pause.
        weather: Gives the wind on the ground.
        wrong: The episodes going on.
    """
    level = {episode.kind: episode.level for episode in wrong}
    wind = 1.45 * weather.wind + 0.4 * smooth(seed ^ 51, days * 2000)
    if "crane_wind" in level:
        wind = 12.6 + 1.6 * level["crane_wind"] + 0.6 * smooth(seed ^ 51, days * 2000)
    busy = work > 0.3 or "crane_overmoment" in level or "crane_wind" in level
    lift = days * 86400 / LIFT_SECONDS
    index = math.floor(lift)
    part = lift - index
    pick, drop = 300 * unit(seed ^ 52, index), 300 * unit(seed ^ 52, index + 1)
    radius = 14 + 26 * unit(seed ^ 53, index)
    carrying = busy and 0.15 < part < 0.6
    share = 0.35 + 0.42 * unit(seed ^ 54, index)
    if "crane_overmoment" in level:
        carrying = True
        share = 1.04 + 0.07 * level["crane_overmoment"] + 0.01 * smooth(seed ^ 55, days * 3000)
    rated = min(6.0, RATED_MOMENT / radius)
    load = rated * share if carrying else 0.15 * busy
    moment = 100 * load * radius / RATED_MOMENT if carrying else 4.0 * busy
    swing = _ease((part - 0.3) / 0.25) if busy else 0.0
    alarms = (
        (ALARM_WIND if wind > WIND_STOP else 0)
        | (ALARM_LOAD if load > rated else 0)
        | (ALARM_MOMENT if moment >= 100 else 0)
    )
    return Crane(
        load=load,
        rated_load=rated,
        moment_pct=moment,
        radius=radius,
        slew=pick + (drop - pick) * swing,
        height=4 + 22 * math.sin(math.pi * min(1.0, part / 0.7)) if busy else 24.0,
        tilt=0.15 + 0.08 * smooth(seed ^ 56, days * 900),
        wind=max(0.0, wind),
        alarms=alarms,
    )


def _ease(x: float) -> float:
    x = max(0.0, min(1.0, x))
    return x * x * (3 - 2 * x)
