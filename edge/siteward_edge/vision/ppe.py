"""Helmets and vests of people, by where they must be in a person's box.

A helmet box over somebody's head zone is a helmet worn. None there is a bare head only where
the model could have seen one: the head is large enough, whole in the picture and hidden by
nobody, and the model looked at it enlarged. In any other case nothing is known, and what is
not known is never a violation. Vests and torso zones alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from siteward_contracts.messages import Model
from siteward_edge.vision.fitting import Floats
from siteward_edge.vision.network import Area, Findings, Network, merged
from siteward_edge.vision.ports import Box, DetectedThing, Image, Scene, Thing

LOOKED_AT: Final = 8
"""People looked at enlarged per picture at most; each costs as much as the whole picture."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of a person's box, and what is worn there.

    Attributes:
        thing: What is worn.
        left: Its sides, as shares of the box; beyond the box where below 0 or above 1.
        top: See ``left``.
        right: See ``left``.
        bottom: See ``left``.
        smallest: Least height of the person, in pixels, at which its absence can be told.
    """

    thing: Thing
    left: float
    top: float
    right: float
    bottom: float
    smallest: float


HEAD: Final = Zone(Thing.HELMET, 0.0, -0.08, 1.0, 0.36, 60)
TORSO: Final = Zone(Thing.VEST, 0.0, 0.12, 1.0, 0.75, 70)


class PersonalEquipment:
    """A :class:`~siteward_edge.vision.people.Wardrobe`."""

    def __init__(self, network: Network) -> None:
        """Takes the model that finds helmets, vests or both."""
        self._network = network
        self._zones = [zone for zone in (HEAD, TORSO) if zone.thing.value in network.finds]
        self.model = Model(name=network.name, version=network.sha256[:12], sha256=network.sha256)

    def dress(self, image: Image, scene: Scene) -> Scene:
        """A scene with what its people wear; helmets and vests are among its things."""
        height, width = image.shape[:2]
        boxes = [_pixels(person.box, width, height) for person in scene.people]
        found = [self._network.look(image, (0, 0, width, height))]
        found += [self._network.look(image, close_up(b, width, height)) for b in boxes[:LOOKED_AT]]
        seen = merged(found)
        things = _things(seen, self._network.finds, image)
        people = list(scene.people)
        for zone in self._zones:
            worn = _worn(zone, seen, self._network.finds, boxes)
            for i, box in enumerate(boxes):
                verdict: bool | None = True if worn[i] else None
                if not worn[i] and i < LOOKED_AT and _clear(zone, i, boxes, width, height):
                    verdict = False
                if zone.thing is Thing.HELMET:
                    people[i] = replace(people[i], helmet=verdict)
                else:
                    people[i] = replace(people[i], vest=verdict)
        return Scene(tuple(people), scene.things + things)


def close_up(box: Floats, width: int, height: int) -> Area:
    """The square around somebody's upper part, as far as the picture reaches."""
    x, y, w, h = box
    side = max(w * 1.4, h * 0.7)
    centre = x + w / 2
    left, top = max(0, int(centre - side / 2)), max(0, int(y - side * 0.15))
    right, bottom = min(width, int(centre + side / 2) + 1), min(height, int(top + side) + 1)
    return left, top, max(1, right - left), max(1, bottom - top)


def _worn(zone: Zone, seen: Findings, finds: Sequence[str], boxes: list[Floats]) -> list[bool]:
    """Of each person, whether the thing is in their zone; each thing is one person's."""
    worn = [False] * len(boxes)
    for thing, find in zip(seen.boxes, seen.finds, strict=True):
        if finds[find] != zone.thing.value:
            continue
        middle = thing[:2] + thing[2:] / 2
        near = [
            (_distance(zone, box, middle), i)
            for i, box in enumerate(boxes)
            if _inside(zone, box, middle)
        ]
        if near:
            worn[min(near)[1]] = True
    return worn


def _inside(zone: Zone, box: Floats, point: Floats) -> bool:
    x, y = (point - box[:2]) / box[2:]
    return bool(zone.left <= x <= zone.right and zone.top <= y <= zone.bottom)


def _distance(zone: Zone, box: Floats, point: Floats) -> float:
    x, y = (point - box[:2]) / box[2:]
    return float(abs(x - 0.5) + abs(y - max(0.0, zone.top)))


def _clear(zone: Zone, i: int, boxes: list[Floats], width: int, height: int) -> bool:
    x, y, w, h = boxes[i]
    return bool(h >= zone.smallest and y > 2)


def _pixels(box: Box, width: int, height: int) -> Floats:
    return np.array(box, np.float32) * np.array([width, height, width, height], np.float32)


def _things(seen: Findings, finds: Sequence[str], image: Image) -> tuple[DetectedThing, ...]:
    height, width = image.shape[:2]
    size = np.array([width, height, width, height], np.float32)
    shares = [tuple(map(float, box / size)) for box in seen.boxes]
    return tuple(
        DetectedThing(Thing(finds[find]), (box[0], box[1], box[2], box[3]), float(score))
        for box, score, find in zip(shares, seen.scores, seen.finds, strict=True)
    )
