"""Who is in a camera's picture: workers on their ways, and now and then where nobody may be."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from siteward_simulators.world.chance import seed_of, smooth, unit
from siteward_simulators.world.geometry import Point, centre, inside
from siteward_simulators.world.hazards import Episode
from siteward_simulators.world.scenario import Camera, DangerZone, Scenario
from siteward_simulators.world.state import Person

HELMETS: Final = ("yellow", "yellow", "yellow", "blue", "red")
STAY_SECONDS: Final = 1200.0
"""Somebody who is in the picture stays for about so long."""
APPROACH: Final = timedelta(seconds=5)
"""How long an intruder walks up to the danger zone, and away from it."""


def count(seed: int, camera: Camera, days: float, work: float) -> int:
    """How many workers are in a camera's picture."""
    return sum(1 for _ in _present(seed, camera, days, work))


def people(
    seed: int, s: Scenario, camera: Camera, days: float, work: float, t: datetime,
    intrusions: Iterable[Episode],
) -> list[Person]:  # fmt: skip
    """Everybody in a camera's picture; positions move smoothly with ``t``.

    Args:
        seed: The site's.
        s: The site.
        camera: Which picture.
        days: Days since day 0 began.
        work: Share of the crew on site.
        t: The instant.
        intrusions: Those of this camera that are going on, begin soon or have just ended.
    """
    seconds = days * 86400
    found = [
        _walker(seed, camera, index, stay, seconds)
        for index, stay in _present(seed, camera, days, work)
    ]
    zones = {zone.id: zone for zone in s.danger_zones_of(camera.id)}
    for episode in intrusions:
        if episode.zone in zones:
            found.append(_intruder(camera, zones[episode.zone], episode, t))
    return found


def _present(seed: int, camera: Camera, days: float, work: float) -> Iterable[tuple[int, int]]:
    """Slot and stay of each worker in view: slots change over one by one, not together."""
    if work <= 0:
        return
    base = _base(seed, camera.id)
    for index in range(camera.people):
        stay = math.floor(days * 86400 / STAY_SECONDS + index / camera.people)
        if unit(base ^ index, stay) < 0.75 * work:
            yield index, stay


@lru_cache(maxsize=256)
def _base(seed: int, camera: str) -> int:
    return seed_of(seed, "people", camera)


def _walker(seed: int, camera: Camera, index: int, stay: int, seconds: float) -> Person:
    who = seed_of(seed, camera.id, index, stay)
    way = camera.walkways[math.floor(unit(who, 1) * len(camera.walkways))]
    length = sum(math.dist(a, b) for a, b in pairwise(way))
    pace = 0.012 + 0.012 * unit(who, 2)  # fractions of the picture's width per second
    stroll = seconds * pace / length + 7 * unit(who, 3) + 0.15 * smooth(who, seconds / 20)
    x, y = on_way(way, abs(stroll % 2 - 1))
    y += 0.008 * (unit(who, 4) - 0.5)
    helmet = HELMETS[math.floor(unit(who, 5) * len(HELMETS))]
    return Person(f"{camera.id}-{index}-{stay}", camera.id, x, y, helmet, True, False)


def on_way(way: Sequence[Point], part: float) -> Point:
    """The point at a share of a walkway's length."""
    lengths = [math.dist(a, b) for a, b in pairwise(way)]
    left = part * sum(lengths)
    for (a, b), length in zip(pairwise(way), lengths, strict=True):
        if left <= length:
            along = left / length if length else 0.0
            return a[0] + (b[0] - a[0]) * along, a[1] + (b[1] - a[1]) * along
        left -= length
    return way[-1]


@dataclass(frozen=True, slots=True)
class Approach:
    """An intruder's way: from a walkway to just outside, just inside, and to the middle."""

    origin: Point
    outside: Point
    inside: Point
    middle: Point


@lru_cache(maxsize=256)
def _approach(camera: Camera, zone: DangerZone) -> Approach:
    middle = centre(zone.polygon)
    points = [on_way(way, part / 20) for way in camera.walkways for part in range(21)]
    origin = min(points, key=lambda point: math.dist(point, middle))
    steps = [_mix(origin, middle, part / 200) for part in range(201)]
    first = next(i for i, point in enumerate(steps) if inside(point, zone.polygon))
    return Approach(origin, steps[max(0, first - 1)], steps[min(200, first + 1)], middle)


def _intruder(camera: Camera, zone: DangerZone, episode: Episode, t: datetime) -> Person:
    """Walks up, is inside from the episode's first instant to its last, and walks away."""
    way = _approach(camera, zone)
    key = f"{camera.id}-{zone.id}-{episode.start:%d%H%M%S}"
    look = seed_of(key)
    since = (t - episode.start).total_seconds()
    until = (episode.end - t).total_seconds()
    if since < 0 or until <= 0:
        left = max(-since, -until) / APPROACH.total_seconds()
        x, y = _mix(way.outside, way.origin, min(1.0, left))
    else:
        deep = min(1.0, min(since, until) / 4)
        x, y = _mix(way.inside, way.middle, deep)
        x += 0.012 * deep * smooth(look, since / 3)
        y += 0.008 * deep * smooth(look ^ 1, since / 3)
    within = inside((x, y), zone.polygon)
    helmet = HELMETS[math.floor(unit(look, 5) * len(HELMETS))]
    return Person(key, camera.id, x, y, helmet, True, within)


def _mix(a: Point, b: Point, part: float) -> Point:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
