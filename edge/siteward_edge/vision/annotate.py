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
    write(image, caption, (left, bottom - 3 if inside else max(0, top - 3)), colour, size, thick)


def write(
    image: Image,
    text: str,
    at: tuple[int, int],
    colour: tuple[int, int, int],
    size: float,
    thick: int,
) -> None:
    """Writes text on a dark ground; ``at`` is its lower left corner, moved to be in the picture."""
    (wide, tall), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    left, line = max(0, min(at[0], image.shape[1] - wide - 2)), max(at[1], tall + 2)
    # Not an outline of thicker letters: those are wider, and run ahead of the text.
    ground = image[max(0, line - tall - 2) : line + below, left : left + wide + 2]
    ground[:] = ground // 3
    cv2.putText(
        image, text, (left + 1, line), cv2.FONT_HERSHEY_SIMPLEX, size, colour, thick, cv2.LINE_AA
    )


def encoded(image: Image) -> bytes:
    """A picture as JPEG."""
    _, data = cv2.imencode(".jpg", image)
    return np.asarray(data).tobytes()
