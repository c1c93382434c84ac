"""Light, rain and wind over a site, from its place, the date and the seed."""

import math
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from siteward_simulators.world.calendar import hour
from siteward_simulators.world.chance import smooth, unit
from siteward_simulators.world.state import Weather


@lru_cache(maxsize=64)  # asked for by air, crane and light of the same instant
def weather(seed: int, latitude: float, days: float, t: datetime) -> Weather:
    """The weather at an instant.

    Args:
        seed: The site's.
        latitude: In degrees; with the date it gives the sun's height.
        days: Days since day 0 began (see ``Calendar.days``).
        t: The instant; its day of the year gives the season.
    """
    season = math.cos(2 * math.pi * (t.timetuple().tm_yday - 200) / 365)  # 1 in mid-July
    light = daylight(latitude, t, hour(days))
    rain = rainfall(seed, days)
    warmth = 17 + 11 * season + 4 * smooth(seed ^ 11, days / 3)
    return Weather(
        daylight=light,
        rain=rain,
        wind=max(0.2, 2.2 + 1.4 * smooth(seed ^ 12, days * 3) + 0.5 * smooth(seed ^ 13, days * 90)),
        temperature=warmth + 4 * math.sin(math.pi * (hour(days) - 9) / 12) - 2 * rain,
        humidity=min(98.0, max(25.0, 66 + 14 * smooth(seed ^ 14, days * 1.5) + 22 * rain)),
        pressure=101.3 + 0.9 * smooth(seed ^ 15, days / 2),
        # A vane never rests: one that does is what agents call dead.
        wind_direction=(
            180 + 170 * smooth(seed ^ 16, days / 2) + 12 * smooth(seed ^ 19, days * 700)
        )
        % 360,
    )


def hard(calm: Weather, local_hour: float) -> Weather:
    """The same instant on a day that has everything a camera dislikes.

    Fog from five to nine, the low sun in the picture at seven and at half past four, a cloudburst
    at noon and one by night, wind from three to six, on top of what there was.
    """
    return replace(
        calm,
        fog=max(calm.fog, _swell(local_hour, 5, 9)),
        glare=max(calm.glare, _swell(local_hour, 6.5, 7.8), _swell(local_hour, 15.8, 17.2)),
        rain=max(calm.rain, _swell(local_hour, 11, 14), _swell(local_hour, 21, 23)),
        wind=max(calm.wind, 20 * _swell(local_hour, 14.5, 18), 14 * _swell(local_hour, 0, 3)),
    )


def _swell(hour_: float, start: float, end: float) -> float:
    """0 outside, rising to 1 within a quarter of the time and falling again at its end."""
    quarter = (end - start) / 4
    return max(0.0, min(1.0, (hour_ - start) / quarter, (end - hour_) / quarter))


def daylight(latitude: float, t: datetime, local_hour: float) -> float:
    """0 when the sun is down, 1 when it stands as high as it gets that day."""
    tilt = math.radians(-23.44) * math.cos(2 * math.pi * (t.timetuple().tm_yday + 10) / 365)
    place = math.radians(latitude)
    turn = math.radians(15 * (local_hour - 12))
    height = math.sin(place) * math.sin(tilt) + math.cos(place) * math.cos(tilt) * math.cos(turn)
    noon = math.cos(place - tilt)
    return max(0.0, min(1.0, (height + 0.08) / (noon + 0.08)))  # 0.08: dusk is not yet dark


def rainfall(seed: int, days: float) -> float:
    """0 dry to 1 pouring; about every fifth day it rains for some hours."""
    day = math.floor(days)
    if unit(seed ^ 17, day) > 0.2:
        return 0.0
    start = 24 * unit(seed ^ 18, day) * 0.7
    length = 2 + 5 * unit(seed ^ 19, day)
    h = hour(days)
    ramp = min(h - start, start + length - h) / 0.5
    return max(0.0, min(1.0, ramp)) * (0.35 + 0.6 * unit(seed ^ 20, day))
