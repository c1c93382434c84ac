"""Work at night: people, vehicles, or the moving lights of plant outside the permits.

Lights tell of plant that is itself too dark to be found. Floodlights stand still; a lamp that
moves on by more than its own size between pictures is carried by something.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_edge.config.hazards import NightWork
from siteward_edge.hazards.ports import Judged, Key, Look, Sighting
from siteward_edge.hazards.schedule import holds
from siteward_edge.vision.ports import Box, Image, Thing

KIND: Final = "night_work"
PLANT: Final = (Thing.VEHICLE, Thing.MACHINE)
WIDTH: Final = 480
"""Pixels to which pictures are shrunk to look for lights."""
GLARE: Final = 248
"""Least brightness of a lamp, which saturates the sensor; lit walls do not."""
LEAST: Final = 4
MOST: Final = 900
"""Pixels of a lamp, shrunk; a larger bright area is a lit wall or the sky."""
REACH: Final = 30
"""Pixels a lamp may travel from one picture to the next."""
FOLLOWED: Final = 4
"""Pictures in a row a lamp must be seen to travel in."""
STRAIGHT: Final = 0.7
"""Least distance from first to last by the length of the way: flicker goes to and fro."""


@dataclass(slots=True)
class Night:
    """Remembers the lamps of the last pictures."""

    settings: NightWork
    _ways: list[list[tuple[float, float]]] = field(default_factory=list)

    def judge(self, look: Look) -> Judged:
        """The place, at night and without a permit; absent at other hours."""
        if not holds(self.settings.hours, look.ts) or holds(self.settings.permits, look.ts):
            self._ways.clear()
            return {}
        found: list[tuple[float, Box, str]] = [
            (track.person.confidence, track.person.box, "somebody at work at night")
            for track in look.tracks
        ]
        found += [
            (thing.confidence, thing.box, f"{thing.thing} at night")
            for thing in look.things
            if thing.thing in PLANT
        ]
        found += [(0.7, box, "a light that moves") for box in self._moving(look.image)]
        if not found:
            return {Key(KIND, None, ""): None}
        sure, box, what = max(found)
        return {Key(KIND, None, ""): Sighting(KIND, None, box, sure, what)}

    def _moving(self, image: Image) -> list[Box]:
        scale = WIDTH / image.shape[1]
        size = (WIDTH, max(1, round(image.shape[0] * scale)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        lamps = _lamps(np.asarray(small, np.uint8))
        ways, free = [], list(self._ways)
        for lamp in lamps:
            near = [w for w in free if _apart(w[-1], lamp) <= REACH]
            way = min(near, key=lambda w: _apart(w[-1], lamp), default=[])
            if way:
                free.remove(way)
            ways.append([*way, lamp][-2 * FOLLOWED :])
        self._ways = ways
        half = 8
        return [
            (
                max(0.0, (x - half) / size[0]),
                max(0.0, (y - half) / size[1]),
                2 * half / size[0],
                2 * half / size[1],
            )
            for way in ways
            if travels(way)
            for x, y in [way[-1]]
        ]


def travels(way: list[tuple[float, float]]) -> bool:
    """Whether a lamp goes somewhere rather than trembling where it is."""
    if len(way) < FOLLOWED:
        return False
    length = sum(_apart(a, b) for a, b in pairwise(way))
    gone = _apart(way[0], way[-1])
    return gone >= 3 * (len(way) - 1) ** 0.5 and gone >= STRAIGHT * length


def _lamps(small: Image) -> list[tuple[float, float]]:
    bright: NDArray[np.uint8] = (small.min(axis=2) >= GLARE).astype(np.uint8)
    count, _, stats, centres = cv2.connectedComponentsWithStats(bright)
    return [
        (float(centres[i][0]), float(centres[i][1]))
        for i in range(1, count)
        if LEAST <= stats[i, cv2.CC_STAT_AREA] <= MOST
    ]


def _apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)
