"""A drill before every camera of a site, for measuring what finds hazards.

Every hazard a camera can see and everything that only looks like one, one after another.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final, get_args

from siteward_simulators.world.chance import rng
from siteward_simulators.world.geometry import Point, inside
from siteward_simulators.world.people import on_way
from siteward_simulators.world.scenario import (
    Camera,
    HazardKind,
    Innocent,
    InnocentKind,
    LiveHazard,
    Plot,
    Scenario,
)
from siteward_simulators.world.sights import CROWD
from siteward_simulators.world.world import World

FIRST: Final = 60.0
"""Seconds before the first: cameras get used to their view."""
LASTS: Final = 20.0
APART: Final = 20.0
"""Seconds a hazard lasts, and until the next."""
TOO_MANY: Final = 6
"""People at a meeting place that are a crowd; nine are planted, three in a group."""
HAZARDS: Final[tuple[HazardKind, ...]] = (
    "no_helmet", "no_vest", "person_under_load", "fire_smoke", "bare_soil", "crowding",
)  # fmt: skip
INNOCENTS: Final[tuple[InnocentKind, ...]] = get_args(InnocentKind)
AT_NIGHT: Final[tuple[HazardKind | InnocentKind, ...]] = (
    "night_work", "steam", "beacon", "welding", "night_work", "machine",
)  # fmt: skip
"""Nobody else is there by night, so a group of people would be work."""
UNDER: Final = 0.14
"""Fractions of the picture's width on either side of an innocent load that stay free."""


def drilled(scenario: Scenario, seed: int, anchor: datetime, *, night: bool = False) -> Scenario:
    """The same site with a drill after ``anchor``; ``World.episodes`` tells its truth.

    Args:
        scenario: The site.
        seed: Draws order and places; give the world the same.
        anchor: The first start of the world.
        night: A drill of work by night, without intruders, instead of one by day.
    """
    changes: dict[str, object] = {
        "plots": [],
        "meeting_places": [],
        "live": [],
        "innocents": [],
        "look_for": ["night_work"] if night else list(HAZARDS),
    }
    if night:
        changes["danger_zones"] = []
    quiet = scenario.model_copy(update=changes)
    world = World(quiet, seed, anchor)
    plots: list[Plot] = []
    places: list[Plot] = []
    live: list[LiveHazard] = []
    innocents: list[Innocent] = []
    for camera in quiet.cameras:
        chance = rng(seed, "drill", quiet.site, camera.id)
        ground = Ground(quiet, camera, chance)
        kinds: list[HazardKind | InnocentKind] = list(AT_NIGHT if night else HAZARDS + INNOCENTS)
        if not night:
            chance.shuffle(kinds)
        plot, place = ground.plot(), ground.meeting_place()
        plots += [plot] if plot and not night else []
        places += [place[0]] if place and not night else []
        for slot, kind in enumerate(kinds):
            start = FIRST + slot * (LASTS + APART)
            spot: Point | None = ground.spot(kind)
            zone = None
            if kind == "load":
                spot = _free_of_people(world, camera, chance, anchor, start)
            elif kind in ("crowding", "group"):
                spot = place[1] if place else None
                zone = place[0].id if place else None
            elif kind == "bare_soil":
                spot, zone = (spot, plot.id) if plot else (None, None)
            if spot is None:
                continue
            when = {"after_minutes": start / 60, "minutes": LASTS / 60}
            told = {"kind": kind, "device": camera.id, "spot": spot} | when
            if kind in INNOCENTS:
                innocents.append(Innocent.model_validate(told))
            else:
                live.append(LiveHazard.model_validate(told | {"zone": zone}))
    planted = {"plots": plots, "meeting_places": places, "live": live, "innocents": innocents}
    return quiet.model_copy(update=planted)


def seconds(*, night: bool = False) -> float:
    """How long a drill takes."""
    count = len(AT_NIGHT) if night else len(HAZARDS) + len(INNOCENTS)
    return FIRST + count * (LASTS + APART)


class Ground:
    """Places in one camera's picture, drawn so that nothing planted breaks another rule."""

    def __init__(self, s: Scenario, camera: Camera, chance: Random) -> None:
        """Looks at the zones of the picture."""
        self._camera = camera
        self._chance = chance
        self._danger = [zone.polygon for zone in s.danger_zones_of(camera.id)]
        self._built = [zone.polygon for zone in s.zones_of(camera.id)]

    def spot(self, kind: HazardKind | InnocentKind) -> Point | None:
        """Where something of a kind can be: people on their ways, things off them."""
        if kind in ("fire_smoke", "steam", "machine", "beacon", "welding"):
            return self._off_the_ways()
        return self._on_a_way(lambda p: self._safe(p, 0.07))

    def meeting_place(self) -> tuple[Plot, Point] | None:
        """A place where nine people can stand, and its middle."""

        def room(middle: Point) -> bool:
            x, y = middle
            return 0.23 <= x <= 0.77 and all(self._safe((x + a, y + b), 0.02) for a, b in CROWD)

        middle = self._on_a_way(room)
        if middle is None:
            return None
        x, y = middle
        left, right, top, low = x - 0.22, x + 0.22, y - 0.04, min(0.999, y + 0.06)
        corners = ((left, top), (right, top), (right, low), (left, low))
        return Plot(id="yard", camera=self._camera.id, polygon=corners), middle

    def plot(self) -> Plot | None:
        """Ground for soil that no zone and few people touch."""
        best: tuple[float, Point] | None = None
        for x, y in self._candidates(80):
            corners = _quad((x, y))
            if any(_meet(corners, polygon) for polygon in (*self._built, *self._danger)):
                continue
            far = self._from_ways((x, y))
            if best is None or far > best[0]:
                best = far, (x, y)
        if best is None:
            return None
        return Plot(id="plot", camera=self._camera.id, polygon=_quad(best[1]))

    def _off_the_ways(self) -> Point | None:
        free = [p for p in self._candidates(60) if self._safe(p, 0.03)]
        clear = [p for p in free if not any(inside(p, polygon) for polygon in self._built)]
        return max(clear or free, key=self._from_ways, default=None)

    def _on_a_way(self, good: Callable[[Point], bool]) -> Point | None:
        for _ in range(200):
            x, y = on_way(self._chance.choice(self._camera.walkways), self._chance.random())
            if 0.1 <= x <= 0.9 and y <= 0.93 and good((x, y)):
                return x, y
        return None

    def _candidates(self, count: int) -> Iterator[Point]:
        for _ in range(count):
            low = self._camera.horizon + 0.12
            yield self._chance.uniform(0.08, 0.92), self._chance.uniform(low, 0.86)

    def _safe(self, point: Point, margin: float) -> bool:
        """Whether it and what is a margin beside it are in no danger zone and in the picture."""
        x, y = point
        around = [(x + dx * margin, y + dy * margin / 2) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        return y < 0.985 and not any(inside(p, zone) for p in around for zone in self._danger)

    def _from_ways(self, point: Point) -> float:
        on_ways = [on_way(way, part / 20) for way in self._camera.walkways for part in range(21)]
        return min(math.dist(point, there) for there in on_ways)


def _quad(middle: Point) -> tuple[Point, ...]:
    x, y = middle
    return (
        (x - 0.055, y - 0.045),
        (x + 0.055, y - 0.045),
        (x + 0.07, y + 0.045),
        (x - 0.07, y + 0.045),
    )


def _meet(a: Sequence[Point], b: Sequence[Point]) -> bool:
    """Whether the boxes around two polygons overlap."""
    (ax, ay), (bx, by) = zip(*a, strict=True), zip(*b, strict=True)
    across = min(ax) < max(bx) and min(bx) < max(ax)
    return bool(across and min(ay) < max(by) and min(by) < max(ay))


def _free_of_people(
    world: World, camera: Camera, chance: Random, anchor: datetime, start: float
) -> Point | None:
    """Where a load can hang for a while without anybody walking under it."""
    instants = [anchor + timedelta(seconds=start + n / 2) for n in range(-2, round(2 * LASTS) + 3)]
    there = [person.x for t in instants for person in world.people(camera.id, t)]
    for _ in range(200):
        x = chance.uniform(0.06, 0.94)
        if all(abs(x - other) > UNDER for other in there):
            return x, chance.choice(camera.walkways)[0][1]
    return None
