"""Pictures for the public: no face and no number plate can be made out in them.

Video of public places is published with faces and plates masked (domain reference, section 0.9).
Heads are found by the people they belong to, so that they are masked from whichever side they are
seen; the lower part of a vehicle holds its plate wherever it is. Evidence itself is never changed.
"""

import dataclasses
from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np

from siteward_edge.config.detector import ModelDetector
from siteward_edge.vision.ports import Box, DetectedThing, Image, Scene, Thing

CAREFUL: Final = 0.15
"""Least confidence of a person here: one masked for nothing harms nobody."""
HEAD_CELLS: Final = 4
"""Cells across a masked head; a face is told apart from about twelve on."""
PLATE_CELLS: Final = 10
"""Cells across a masked vehicle, of which its plate takes two or three."""


def careful(settings: ModelDetector) -> ModelDetector:
    """A detector's settings for publishing: the same model, told to miss less."""
    least = min(CAREFUL, settings.threshold or CAREFUL)
    return settings.model_copy(update={"threshold": least})


@dataclasses.dataclass(frozen=True, slots=True)
class Published:
    """A picture that may be shown to everybody, and how much of it had to be masked."""

    image: Image
    heads: int
    vehicles: int


def published(image: Image, scene: Scene) -> Published:
    """Masks the heads and plates of a scene.

    Args:
        image: The picture; it is not changed.
        scene: What was found in it, also what is hardly certain.
    """
    heads, vehicles = list(_heads(scene)), list(_plates(scene))
    masked = image.copy()
    for box in vehicles:
        _pixelate(masked, box, PLATE_CELLS)
    for box in heads:
        _pixelate(masked, box, HEAD_CELLS)
    return Published(masked, len(heads), len(vehicles))


def _heads(scene: Scene) -> Iterator[Box]:
    for person in scene.people:
        x, y, w, h = person.box
        # A box hardly taller than wide shows somebody cut off or bent: the head may be anywhere.
        share = 0.4 if h > 1.6 * w else 0.7
        yield x - 0.15 * w, y - 0.08 * h, 1.3 * w, share * h + 0.08 * h
    for thing in scene.things:
        x, y, w, h = thing.box
        if thing.thing is Thing.HELMET:  # the face is below it
            yield x - 0.25 * w, y - 0.1 * h, 1.5 * w, 2.6 * h
        elif thing.thing is Thing.BARE_HEAD:
            yield x - 0.1 * w, y - 0.1 * h, 1.2 * w, 1.3 * h


def _plates(scene: Scene) -> Iterator[Box]:
    for thing in scene.things:
        if _has_plate(thing):
            x, y, w, h = thing.box
            yield x, y + 0.35 * h, w, 0.65 * h


def _has_plate(thing: DetectedThing) -> bool:
    return thing.thing in (Thing.VEHICLE, Thing.MACHINE)


def _pixelate(image: Image, box: Box, cells: int) -> None:
    height, width = image.shape[:2]
    x, y, w, h = box
    left, top = max(0, int(x * width)), max(0, int(y * height))
    right, bottom = min(width, round((x + w) * width) + 1), min(height, round((y + h) * height) + 1)
    if right <= left or bottom <= top:
        return
    part = image[top:bottom, left:right]
    across = min(cells, right - left)
    down = max(1, min(bottom - top, round(across * (bottom - top) / (right - left))))
    coarse = cv2.resize(part, (across, down), interpolation=cv2.INTER_AREA)
    size = (right - left, bottom - top)
    part[:] = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_NEAREST), np.uint8)
