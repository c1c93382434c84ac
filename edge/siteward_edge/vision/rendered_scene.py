"""Reads the simulator's painted pictures: people by their clothes.

This is not computer vision for real sites: it knows the paints of ``scene_palette``. It
exists so that the whole product can be driven, and scored against a known truth, by
pictures that really travel through cameras, streams and decoders.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_contracts.messages import Model
from siteward_edge.vision.ports import DetectedPerson, DetectedThing, Image, Scene, Thing

Mask = NDArray[np.uint8]

MODEL: Final = Model(name="rendered-scene", version="1")


@dataclass(frozen=True, slots=True)
class Hue:
    """A range of OpenCV hue (0 to 179), with the least saturation and value that count."""

    low: int
    high: int
    saturation: int
    value: int

    def mask(self, hsv: Image) -> Mask:
        """255 where a picture shows it; a range through red wraps."""
        floor, top = (self.saturation, self.value), (255, 255)
        if self.low <= self.high:
            return _mask(cv2.inRange(hsv, (self.low, *floor), (self.high, *top)))
        upper = cv2.inRange(hsv, (self.low, *floor), (179, *top))
        return _mask(cv2.bitwise_or(cv2.inRange(hsv, (0, *floor), (self.high, *top)), upper))


@dataclass(frozen=True, slots=True)
class Garment:
    """What a torso looks like in one kind of clothes.

    Attributes:
        hue: Its paint.
        wide: Width in body heights.
        gap: Pixels bridged up and down; a vest is cut in two by its reflective band.
        filled: Least share of its box that shows the paint.
        stretch: Least body height by width, for torsos half hidden; 0 where arms swing wide.
        abreast: At most so many side by side are parted; wider blobs are no people.
    """

    hue: Hue
    wide: float
    gap: int
    filled: float
    stretch: float
    abreast: int


VEST: Final = Garment(Hue(33, 46, 165, 50), wide=0.23, gap=13, filled=0.3, stretch=0.85, abreast=5)
JACKET: Final = Garment(Hue(102, 117, 172, 30), wide=0.34, gap=3, filled=0.42, stretch=0, abreast=1)
SHEET: Final = Hue(140, 160, 90, 30)
HELMETS: Final = (Hue(23, 32, 160, 60), Hue(174, 6, 195, 60), Hue(102, 114, 205, 70))

TORSO_TALL: Final = 0.34
"""Height of a painted torso in body heights; the paint around its edges counts in."""
TORSO_FOOT: Final = 0.43
"""From its lower edge to the ground."""
TORSO_HEAD: Final = 0.21
"""From its upper edge to the crown."""
BODY_WIDE: Final = 0.36


class RenderedScenePeople:
    """Finds painted people by their vests, or by a jacket under a head where none is worn, and loads."""

    model: Final = MODEL
    threshold: Final = 0.0

    def detect(self, image: Image) -> Scene:
        """The people in a picture, most certain first."""
        hsv = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2HSV), np.uint8)
        vests = _bodies(VEST.hue.mask(hsv), VEST)
        jackets = JACKET.hue.mask(hsv)
        for body in vests:  # their sleeves are jacket
            x, y, w, h = (int(v) for v in body.box)
            jackets[max(0, y) : y + h, max(0, x - w // 3) : x + w + w // 3] = 0
        plain = [b for b in _bodies(jackets, JACKET) if _has_head(hsv, b)]
        merged = [b for b in vests if not _has_head(hsv, b) and _has_helmets(hsv, b)]
        vests = [b for b in vests if b in merged or _has_head(hsv, b)]
        bodies = [*vests, *plain]
        people = [
            _person(hsv, b, b in vests, b in merged or _head_is_hidden(b, bodies)) for b in bodies
        ]
        return Scene(tuple(sorted(people, key=lambda p: -p.confidence)), tuple(_loads(hsv)))


def _loads(hsv: Image) -> Iterator[DetectedThing]:
    """Purple sheets around what hangs on a hook."""
    height, width = hsv.shape[:2]
    mask = cv2.morphologyEx(SHEET.mask(hsv), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines:
        x, y, w, h = cv2.boundingRect(outline)
        filled = cv2.contourArea(outline) / (w * h)
        if w * h >= 0.0006 * width * height and filled >= 0.7:
            box = (x / width, y / height, w / width, h / height)
            yield DetectedThing(Thing.LOAD, box, min(0.95, 0.2 + filled * 0.75))


@dataclass(frozen=True, slots=True)
class _Body:
    """A person's box in pixels and how full of its colour the torso was."""

    box: tuple[float, float, float, float]
    filled: float


def _bodies(mask: Mask, garment: Garment) -> list[_Body]:
    """Torso-shaped blobs as whole bodies; people side by side are parted by width."""
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((garment.gap, 3), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    bodies = []
    for outline in outlines:
        left, top, wide, tall = cv2.boundingRect(outline)
        expected = tall * garment.wide / TORSO_TALL
        if tall < 8 or wide < 4 or wide > 1.6 * expected * garment.abreast:
            continue
        filled = cv2.countNonZero(closed[top : top + tall, left : left + wide]) / (wide * tall)
        if filled < garment.filled:
            continue
        abreast = max(1, round(wide / (1.25 * expected))) if wide > 1.6 * expected else 1
        for i in range(abreast):
            share = wide / abreast
            body = max((tall - 1) / TORSO_TALL, garment.stretch * share / garment.wide)
            centre = left + share * (i + 0.5)
            crown = top - body * TORSO_HEAD
            feet = top + tall - 1 + body * TORSO_FOOT
            box = (centre - body * BODY_WIDE / 2, crown, body * BODY_WIDE, feet - crown)
            bodies.append(_Body(box, filled))
    return bodies


def _head(hsv: Image, body: _Body) -> Image:
    """The pixels where the helmet or hair of a body is."""
    x, y, w, h = body.box
    middle, half = x + w / 2, h * 0.085
    top, bottom = max(0, int(y - h * 0.02)), max(0, int(y + h * 0.10)) + 1
    return hsv[top:bottom, max(0, int(middle - half)) : max(0, int(middle + half)) + 1]


def _has_head(hsv: Image, body: _Body) -> bool:
    """Whether a helmet sits above, or skin below dark hair: a jacket alone may be anything."""
    head = _head(hsv, body)
    if not head.size:
        return False
    if _helmet_share(head) > 0.12:
        return True
    x, y, w, h = body.box
    middle, half = x + w / 2, h * 0.06
    face = hsv[
        max(0, int(y + h * 0.08)) : max(0, int(y + h * 0.17)) + 1,
        max(0, int(middle - half)) : max(0, int(middle + half)) + 1,
    ]
    skin = Hue(4, 18, 60, 40).mask(face) if face.size else np.zeros(1, np.uint8)
    return float(np.mean(skin > 0)) > 0.3


def _has_helmets(hsv: Image, body: _Body) -> bool:
    """Whether helmets are anywhere above: of people one before the other, who look like one."""
    x, y, w, h = body.box
    left, right = max(0, int(x + 0.1 * w)), max(0, int(x + 0.9 * w)) + 1
    above = hsv[max(0, int(y)) : max(0, int(y + h * 0.3)) + 1, left:right]
    return bool(above.size) and _helmet_share(above) > 0.04


def _head_is_hidden(body: _Body, bodies: list[_Body]) -> bool:
    """Whether somebody else may stand before a head: then nothing can be said of its helmet."""
    x, y, w, h = body.box
    middle, top = x + w / 2, y + 0.06 * h
    return any(
        left - 0.1 * wide <= middle <= left + 1.1 * wide and upper <= top <= upper + tall
        for left, upper, wide, tall in (other.box for other in bodies if other is not body)
    )


def _helmet_share(head: Image) -> float:
    return max(float(np.mean(hue.mask(head) > 0)) for hue in HELMETS)


def _person(hsv: Image, body: _Body, vest: bool, head_hidden: bool) -> DetectedPerson:
    height, width = hsv.shape[:2]
    x, y, w, h = body.box
    left, top = max(0.0, x), max(0.0, y)
    box = (
        left / width,
        top / height,
        (min(width, x + w) - left) / width,
        (min(height, y + h) - top) / height,
    )
    head = _head(hsv, body)
    helmet: bool | None = None
    if head.size and h >= 30 and not head_hidden:
        share = _helmet_share(head)
        if share > 0.22:
            helmet = True
        elif (
            share < 0.05
            and float(  # a bit of a helmet is somebody else's, or half of one
                np.mean(head[..., 2] < 0.45 * _brightness(hsv, body))
            )
            > 0.3
        ):
            helmet = False
    certain = min(0.99, 0.55 + 0.3 * body.filled + min(0.14, h / 500))
    return DetectedPerson(box=box, confidence=certain, helmet=helmet, vest=vest)


def _brightness(hsv: Image, body: _Body) -> float:
    """Value of the torso, to which hair is dark at any hour."""
    x, y, w, h = body.box
    torso = hsv[
        max(0, int(y + h * 0.25)) : int(y + h * 0.5), max(0, int(x + w * 0.3)) : int(x + w * 0.7)
    ]
    return float(np.median(torso[..., 2])) if torso.size else 255.0


def _mask(values: object) -> Mask:
    return np.asarray(values, np.uint8)
