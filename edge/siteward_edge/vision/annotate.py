"""Draws what a detector saw into a copy of a picture, for people who set cameras up."""

from typing import Final

import cv2
import numpy as np

from siteward_edge.vision.ports import Box, DetectedPerson, Image, Scene

SAFE: Final = (80, 180, 40)
MISSING: Final = (40, 40, 220)
UNKNOWN: Final = (200, 160, 60)
THING: Final = (0, 190, 230)
MARKS: Final = {True: "+", False: "-", None: "?"}
"""Worn, missing, cannot be told."""


def annotated(image: Image, scene: Scene) -> Image:
    """A copy with a box for each finding.

    People are green with all that could be told of, red where something is missing and blue
    where nothing could be told; ``H`` is the helmet and ``V`` the vest.
    """
    drawn = image.copy()
    for thing in scene.things:
        _box(drawn, thing.box, THING, f"{thing.thing} {thing.confidence:.2f}", inside=True)
    for person in scene.people:
        _box(drawn, person.box, _colour(person), _caption(person), inside=False)
    return drawn


def _colour(person: DetectedPerson) -> tuple[int, int, int]:
    told = (person.helmet, person.vest)
    if False in told:
        return MISSING
    return SAFE if True in told else UNKNOWN


def _caption(person: DetectedPerson) -> str:
    return f"{person.confidence:.2f} H{MARKS[person.helmet]} V{MARKS[person.vest]}"


def _box(image: Image, box: Box, colour: tuple[int, int, int], caption: str, inside: bool) -> None:
    height, width = image.shape[:2]
    left, top = round(box[0] * width), round(box[1] * height)
    right, bottom = round((box[0] + box[2]) * width), round((box[1] + box[3]) * height)
    thick = max(1, round(max(width, height) / 600))
    size = 0.35 + max(width, height) / 4000
    cv2.rectangle(image, (left, top), (right, bottom), colour, thick)
    (_, tall), _ = cv2.getTextSize(caption, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    line = bottom - 3 if inside else max(tall + 2, top - 3)
    for shade, wide in (((0, 0, 0), thick + 2), (colour, thick)):
        cv2.putText(image, caption, (left, line), cv2.FONT_HERSHEY_SIMPLEX, size, shade, wide)


def encoded(image: Image) -> bytes:
    """A picture as JPEG."""
    _, data = cv2.imencode(".jpg", image)
    return np.asarray(data).tobytes()
