"""Helmets and vests of people, by where they must be in a person's box.

A helmet box over somebody's head zone is a helmet worn. None there is a bare head only where
the model could have seen one: the head is large enough, whole in the picture and hidden by
nobody, and the model looked at it enlarged. In any other case nothing is known, and what is
not known is never a violation. Vests and torso zones alike; a torso in the colours of vests
never lacks one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from siteward_contracts.messages import Model
from siteward_edge.models.manifest import Manifest
from siteward_edge.vision.bright_clothes import bright_share
from siteward_edge.vision.close_ups import close_ups
from siteward_edge.vision.fitting import Floats
from siteward_edge.vision.network import Area, Findings, Network, merged, without_parts
from siteward_edge.vision.ports import Box, DetectedPerson, DetectedThing, Image, Scene, Thing

Place = tuple[float, float, bool]
"""Across and down in a person's box, as shares of it, and whether it is clearly seen."""

LOOKED_AT: Final = 16
"""People looked at enlarged per picture at most; four are one run of the network."""
SURE: Final = 0.5
"""Least confidence that there is a person at all before something is said to be missing."""
SAME: Final = 0.3
"""Boxes of one kind that share more than this of their union are one helmet or vest: close-up
and whole picture draw small ones a little apart."""
PART: Final = 0.7
"""Share of a box within another from which on it is a part of the same helmet or vest, as at
the edge of a close-up."""
BORDER: Final = 0.015
"""Share of the picture's width or height from its border within which a box counts as cut."""
BRIGHT: Final = 0.06
"""Share of a torso in the colours of vests from which on a vest is not missing: 13 of 19 vests
were found by the model, the other 6 showed 0.09 or more; of 44 people without, 5 did."""
COVERED: Final = 0.5
"""Share of a zone behind somebody nearer from which on nothing can be missed there."""


@dataclass(frozen=True, slots=True)
class Worn:
    """Where in a person's box something is worn; all numbers are shares of the box.

    Attributes:
        thing: What is worn.
        top: The zone's upper edge, above the box where negative.
        bottom: Its lower edge.
        doubt: Down to here one found below the zone may still be worn by somebody who bends
            or lifts an arm; nothing is known then.
        aside: Furthest from the box's middle, to the side, at which one found is theirs and not
            perhaps somebody's behind them; nothing is known further out.
        core: Upper and lower edge of what must be in sight before it can be missed.
        least: Least height of the thing; smaller ones are somebody's further behind.
        smallest: Least height of a person in pixels before it can be missed.
    """

    thing: Thing
    top: float
    bottom: float
    doubt: float
    aside: float
    core: tuple[float, float]
    least: float
    smallest: float


HELMET: Final = Worn(Thing.HELMET, -0.1, 0.4, 0.6, 0.33, (0.0, 0.15), 0.07, 120)
VEST: Final = Worn(Thing.VEST, 0.1, 0.75, 0.75, 0.5, (0.2, 0.5), 0.12, 120)


class PersonalEquipment:
    """A :class:`~siteward_edge.vision.people.Wardrobe`."""

    def __init__(self, network: Network, manifest: Manifest) -> None:
        """Takes the model that finds helmets, vests or both, and how far to believe it."""
        self._network = network
        self._told = [manifest.thresholds[find] for find in network.finds]
        self._worn = [worn for worn in (HELMET, VEST) if worn.thing.value in network.finds]
        self._believed: dict[Thing, tuple[float, float]] = {}
        for worn in self._worn:
            told = manifest.thresholds[worn.thing]
            faint, clear = manifest.worn.get(worn.thing, (told, told))
            self._believed[worn.thing] = faint, clear
            network.expect(worn.thing, min(faint, told))
        self.model = Model(name=network.name, version=network.sha256[:12], sha256=network.sha256)

    def dress(self, image: Image, scene: Scene) -> Scene:
        """A scene with what its people wear; helmets and vests are among its things."""
        height, width = image.shape[:2]
        size = (width, height)
        boxes = [_pixels(person.box, size) for person in scene.people]
        nearer = boxes + [_pixels(thing.box, size) for thing in scene.things]
        closely = _looked_at(scene.people, boxes, size)
        found = [self._network.look(image, (0, 0, width, height))]
        found += close_ups(self._network, image, [upper_part(boxes[i], size) for i in closely])
        seen = without_parts(merged(found, SAME), PART)
        people = list(scene.people)
        for worn in self._worn:
            faint, clear = self._believed[worn.thing]
            things = seen.of(self._network.finds.index(worn.thing), faint)
            near = _whose(worn, things, clear, boxes)
            for i, box in enumerate(boxes):
                missable = (
                    i in closely
                    and people[i].confidence >= SURE
                    and _in_sight(worn, box, size)
                    and not _hidden(worn, box, nearer)
                    and not (worn.thing is Thing.VEST and bright_share(image, box) > BRIGHT)
                )
                told = _verdict(worn, near[i], missable)
                if worn.thing is Thing.HELMET:
                    people[i] = replace(people[i], helmet=told)
                else:
                    people[i] = replace(people[i], vest=told)
        return Scene(tuple(people), scene.things + self._things(seen, size))

    def _things(self, seen: Findings, size: tuple[int, int]) -> tuple[DetectedThing, ...]:
        shares = seen.boxes / np.array([*size, *size], np.float32)
        rows = zip(shares.tolist(), seen.scores.tolist(), seen.finds.tolist(), strict=True)
        return tuple(
            DetectedThing(Thing(self._network.finds[find]), (x, y, w, h), min(score, 1.0))
            for (x, y, w, h), score, find in rows
            if score >= self._told[find]
        )


def upper_part(box: Floats, size: tuple[int, int]) -> Area:
    """The square around somebody's upper part, as far as the picture reaches."""
    x, y, w, h = (float(v) for v in box)
    side = max(w * 1.4, h * 0.7)
    left, top = max(0, int(x + w / 2 - side / 2)), max(0, int(y - side * 0.15))
    right, bottom = min(size[0], int(x + w / 2 + side / 2) + 1), min(size[1], int(top + side) + 1)
    return left, top, max(1, right - left), max(1, bottom - top)


def _verdict(worn: Worn, near: list[Place], missable: bool) -> bool | None:
    """What is known, from where in a person's box its things are."""
    if any(y <= worn.bottom and abs(x - 0.5) <= worn.aside and clear for x, y, clear in near):
        return True
    if any(y <= worn.doubt for _, y, _ in near) or not missable:
        return None
    return False


def _whose(worn: Worn, things: Findings, clear: float, boxes: list[Floats]) -> list[list[Place]]:
    """For each person where in their box things are; each thing is one person's."""
    near: list[list[Place]] = [[] for _ in boxes]
    for thing, score in zip(things.boxes, things.scores.tolist(), strict=True):
        middle = thing[:2] + thing[2:] / 2
        claims = []
        for i, box in enumerate(boxes):
            x, y = ((middle - box[:2]) / box[2:]).tolist()
            if 0 <= x <= 1 and worn.top <= y <= 1 and thing[3] >= worn.least * box[3]:
                far = abs(y - sum(worn.core) / 2)
                claims.append((abs(x - 0.5) + far, i, (x, y, score >= clear)))
        if claims:
            _, i, place = min(claims)
            near[i].append(place)
    return near


def _looked_at(
    people: Sequence[DetectedPerson], boxes: list[Floats], size: tuple[int, int]
) -> list[int]:
    """Who is looked at enlarged: first those of whom most can be told."""
    large = [i for i, box in enumerate(boxes) if float(box[3]) >= HELMET.smallest / 2]

    def judged_last(i: int) -> bool:
        return people[i].confidence < SURE or not _in_sight(HELMET, boxes[i], size)

    # In their first order: who shares a run with whom should not change with it.
    return sorted(sorted(large, key=judged_last)[:LOOKED_AT])


def _in_sight(worn: Worn, box: Floats, size: tuple[int, int]) -> bool:
    """Whether the picture holds the zone of somebody large enough to judge."""
    x, y, w, h = (float(v) for v in box)
    across, down = BORDER * size[0], BORDER * size[1]
    if h < worn.smallest or y <= down or x <= across or x + w >= size[0] - across:
        return False
    # Cut off below: a box no taller than wide shows head and shoulders only.
    return worn.thing is Thing.HELMET or y + h < size[1] - down or h > 1.2 * w


def _hidden(worn: Worn, box: Floats, others: list[Floats]) -> bool:
    """Whether somebody or something nearer to the camera covers the zone."""
    x, y, w, h = (float(v) for v in box)
    left, right = x + 0.2 * w, x + 0.8 * w
    top, bottom = y + worn.core[0] * h, y + worn.core[1] * h
    for other in others:
        ox, oy, ow, oh = (float(v) for v in other)
        if oy + oh <= y + h:  # stands further away
            continue
        across = max(0.0, min(right, ox + ow) - max(left, ox))
        down = max(0.0, min(bottom, oy + oh) - max(top, oy))
        if across * down > COVERED * (right - left) * (bottom - top):
            return True
    return False


def _pixels(box: Box, size: tuple[int, int]) -> Floats:
    return np.array(box, np.float32) * np.array([*size, *size], np.float32)
