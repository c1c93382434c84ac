"""Stage one of fire and smoke: what looks like it in one picture, cheap enough for every one.

Flame is bright, saturated, and red over green over blue; smoke is grey where the background
was not what it is now. What a detector calls fire or smoke is a candidate as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_edge.vision.ports import Box, DetectedThing, Image, Thing

Mask = NDArray[np.uint8]
Levels = NDArray[np.float32]
"""Brightness or colours, 0 to 255."""
What = Literal["fire", "smoke"]

WIDTH: Final = 320
"""Pixels to which pictures are shrunk."""
LEAST: Final[dict[What, int]] = {"fire": 12, "smoke": 80}
"""Pixels of a candidate, shrunk."""
MOST: Final = 0.35
"""Share of the picture beyond which it is the light that changed, or fog."""
LEARN: Final = 0.02
"""Share of a new picture in the background; a tenth of it under a candidate."""
SHAKE: Final = 2
"""Pixels, shrunk, by which a swaying camera moves the picture."""
LIMBS: Final = 0.35
"""Of a person's width, on either side."""
CALM: Final = 6.0
"""Levels of stir below which flame colours become part of the scenery."""
CHANGED: Final = 12
"""Levels by which smoke differs from the background."""
LEFT_BEHIND: Final = 1.25
"""Times as strong as the picture's that the background's edges are around where somebody was."""
GREY: Final = 24
"""Largest spread of the three colours of smoke."""
SMOKE: Final = (40, 205)
"""Brightness of smoke; steam and glare are brighter."""


@dataclass(frozen=True, slots=True)
class Blob:
    """What looks like fire or smoke in one picture, in pixels of the shrunk one.

    Attributes:
        what: Which of the two.
        box: Left, top, width, height.
        mask: Its pixels within the box.
        stir: Levels by which its inside changed since the last picture.
        sure: A detector's confidence; 0 where only colours say so.
    """

    what: What
    box: tuple[int, int, int, int]
    mask: Mask
    stir: float
    sure: float = 0.0

    @property
    def area(self) -> int:
        """Its pixels."""
        return int(self.mask.sum())

    @property
    def root(self) -> tuple[float, float]:
        """The middle of its lower edge: what burns stays there."""
        x, y, w, h = self.box
        return (x + w / 2, y + h)


class Spotter:
    """Finds candidates; remembers the background and the last picture of one camera."""

    def __init__(self, smoke: bool) -> None:
        """Knows nothing of the background yet."""
        self._smoke_too = smoke
        self._background: Levels | None = None
        self._bare: Mask | None = None
        self._last: Image | None = None
        self._usual: Levels | None = None

    def spot(
        self, image: Image, people: Iterable[Box], things: Iterable[DetectedThing]
    ) -> tuple[list[Blob], tuple[int, int]]:
        """Candidates of a picture, and the width and height their pixels are counted in.

        Args:
            image: The picture.
            people: Boxes left out: reflective clothes have the colours of flame.
            things: What a detector found.
        """
        size = (WIDTH, max(1, round(image.shape[0] * WIDTH / image.shape[1])))
        small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        soft = np.asarray(cv2.GaussianBlur(small, (5, 5), 0), np.uint8)
        if self._last is None or self._last.shape != soft.shape:
            self._background, self._last = soft.astype(np.float32), soft
        stirred = _mean(cv2.absdiff(soft, steadied(self._last, soft)))
        self._last = soft
        boxes = [_with_limbs(box) for box in people]
        flame = self._unusual(flame_coloured(small), stirred)
        blobs = list(_blobs("fire", _without(flame, boxes), stirred))
        if self._smoke_too:
            blobs += _blobs("smoke", self._smoke(soft, boxes), stirred)
        for thing in things:
            if thing.thing in (Thing.FIRE, Thing.SMOKE):
                blobs.append(_told(thing, size, stirred))
        return blobs, size

    def _unusual(self, flame: Mask, stirred: Levels) -> Mask:
        """Flame-coloured pixels that are not always so, like a yellow mast, or that stir."""
        if self._usual is None or self._usual.shape != flame.shape:
            self._usual = flame.astype(np.float32)
        calm = (stirred < CALM).astype(np.uint8)
        cv2.accumulateWeighted(flame, self._usual, LEARN, mask=calm)
        usual = cv2.dilate((self._usual > 0.5).astype(np.uint8), np.ones((3, 3), np.uint8))
        unusual = (np.asarray(usual) == 0) | (stirred > 2 * CALM)
        return np.asarray(flame * unusual, np.uint8)

    def _smoke(self, now: Image, people: Sequence[Box]) -> Mask:
        background = now.astype(np.float32) if self._background is None else self._background
        free = _without(np.ones(now.shape[:2], np.uint8), people)
        if self._bare is None or self._bare.shape != free.shape:
            self._bare = np.zeros_like(free)
        # What somebody stands before is not known until they leave: a wall is grey, too.
        first = (free > self._bare)[..., None]
        background = np.where(first, now.astype(np.float32), background)
        self._bare |= free
        b, g, r = cv2.split(now)
        grey = cv2.subtract(cv2.max(cv2.max(b, g), r), cv2.min(cv2.min(b, g), r)) < GREY
        changed = beyond(now, background.astype(np.uint8)) > CHANGED
        if float(np.mean(changed)) > MOST:  # the light changed: learn it at once
            self._background = now.astype(np.float32)
            return np.zeros(now.shape[:2], np.uint8)
        smoke = (grey & changed & (g > SMOKE[0]) & (g < SMOKE[1])).astype(np.uint8) & free
        smoke = np.asarray(cv2.morphologyEx(smoke, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
        smoke = np.asarray(cv2.morphologyEx(smoke, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)))
        left = _left_behind(smoke, now, background)
        background[left] = now[left]
        smoke[left] = 0
        cv2.accumulateWeighted(now, background, LEARN, mask=free & (1 - smoke))
        cv2.accumulateWeighted(now, background, LEARN / 10, mask=free & smoke)
        self._background = background
        return np.asarray(free & smoke, np.uint8)


def _left_behind(smoke: Mask, now: Image, background: Levels) -> NDArray[np.bool_]:
    """Where somebody stood unnoticed and has gone: a wall shows that is not smoke.

    The outline of such a place lies on edges of the background, where they stood, and no longer
    on edges of the picture; around smoke it is the other way round.
    """
    left = np.zeros(smoke.shape, np.bool_)
    if not smoke.any():
        return left
    edges_now, edges_then = _edges(now), _edges(background.astype(np.uint8))
    count, labels = cv2.connectedComponents(smoke)
    for label in range(1, count):
        own = (labels == label).astype(np.uint8)
        outline = cv2.morphologyEx(own, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8)) > 0
        if float(edges_then[outline].mean()) > LEFT_BEHIND * float(edges_now[outline].mean()):
            left |= own > 0
    return left


def _edges(picture: Image) -> Levels:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return np.asarray(
        cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    )


def beyond(now: Image, before: Image) -> Mask:
    """Levels by which each pixel is outside what was there or ``SHAKE`` pixels beside it.

    A mast that sways moves every edge; that alone is no change.
    """
    around = np.ones((2 * SHAKE + 1, 2 * SHAKE + 1), np.uint8)
    above = cv2.subtract(now, cv2.dilate(before, around))
    below = cv2.subtract(cv2.erode(before, around), now)
    b, g, r = cv2.split(cv2.max(above, below))
    return np.asarray(cv2.max(cv2.max(b, g), r), np.uint8)


def steadied(before: Image, now: Image) -> Image:
    """The picture before, moved by the whole pixels that fit the one now best."""
    a, b = (np.ascontiguousarray(picture[::2, ::2, 1]) for picture in (before, now))
    inner = b[SHAKE:-SHAKE, SHAKE:-SHAKE]
    fit = cv2.matchTemplate(a, inner, cv2.TM_SQDIFF)
    _, _, (x, y), _ = cv2.minMaxLoc(fit)
    down, right = 2 * (SHAKE - y), 2 * (SHAKE - x)
    return np.roll(before, (down, right), (0, 1)) if down or right else before


def _mean(levels: object) -> Levels:
    """Over the three colours."""
    return np.asarray(cv2.transform(levels, np.full((1, 3), 1 / 3, np.float32)), np.float32)  # type: ignore[call-overload]


def flame_coloured(small: Image) -> Mask:
    """1 where a picture has the colours of flame."""
    b, g, r = (small[..., i].astype(np.int16) for i in range(3))
    return ((r > 195) & (r >= g) & (g > b + 18) & (r - b > 75) & (g > 70)).astype(np.uint8)


def _with_limbs(box: Box) -> Box:
    """A person's box with room for arms and legs in stride."""
    x, y, w, h = box
    return (x - LIMBS * w, y, w * (1 + 2 * LIMBS), h * 1.03)


def _without(mask: Mask, boxes: Sequence[Box]) -> Mask:
    height, width = mask.shape
    for x, y, w, h in boxes:
        left, top = max(0, int(x * width)), max(0, int(y * height))
        mask[top : max(0, int((y + h) * height) + 1), left : max(0, int((x + w) * width) + 1)] = 0
    return mask


def _blobs(what: What, mask: Mask, stirred: Levels) -> Iterable[Blob]:
    """Connected pixels, those a gap of one or two apart counted as one."""
    joined = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    for label in range(1, count):
        x, y, w, h = (int(v) for v in stats[label, :4])
        part = np.s_[y : y + h, x : x + w]
        own = ((labels[part] == label) & (mask[part] > 0)).astype(np.uint8)
        if LEAST[what] <= own.sum() <= MOST * mask.size:
            yield Blob(what, (x, y, w, h), own, float(stirred[part][own > 0].mean()))


def _told(thing: DetectedThing, size: tuple[int, int], stirred: Levels) -> Blob:
    x, y, w, h = thing.box
    left, top = int(x * size[0]), int(y * size[1])
    wide, tall = max(1, round(w * size[0])), max(1, round(h * size[1]))
    inside = stirred[top : top + tall, left : left + wide]
    what: What = "fire" if thing.thing is Thing.FIRE else "smoke"
    stir = float(inside.mean()) if inside.size else 0.0
    return Blob(
        what, (left, top, wide, tall), np.ones((tall, wide), np.uint8), stir, thing.confidence
    )
