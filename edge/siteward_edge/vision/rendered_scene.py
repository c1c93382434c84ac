"""Reads the simulator's painted pictures: people by their clothes, progress by materials.

This is not computer vision for real sites: it knows the paints of ``scene_palette``. It
exists so that the whole product can be driven, and scored against a known truth, by
pictures that really travel through cameras, streams and decoders.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_contracts.messages import Model
from siteward_contracts.scene_palette import GROUND, MATERIALS
from siteward_edge.config.progress import Zone
from siteward_edge.vision.ports import DetectedPerson, Image, Scene, StateEstimate

Floats = NDArray[np.float64]
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
HELMETS: Final = (Hue(23, 32, 160, 60), Hue(174, 6, 195, 60), Hue(102, 114, 205, 70))

TORSO_TALL: Final = 0.34
"""Height of a painted torso in body heights; the paint around its edges counts in."""
TORSO_FOOT: Final = 0.43
"""From its lower edge to the ground."""
TORSO_HEAD: Final = 0.21
"""From its upper edge to the crown."""
BODY_WIDE: Final = 0.36


class RenderedScenePeople:
    """Finds painted people by their vests, or by a jacket under a head where none is worn."""

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
        vests = [b for b in vests if _has_head(hsv, b)]
        people = [_person(hsv, b, vest=True) for b in vests]
        people += [_person(hsv, b, vest=False) for b in plain]
        return Scene(tuple(sorted(people, key=lambda p: -p.confidence)))


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


def _helmet_share(head: Image) -> float:
    return max(float(np.mean(hue.mask(head) > 0)) for hue in HELMETS)


def _person(hsv: Image, body: _Body, vest: bool) -> DetectedPerson:
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
    if head.size and h >= 30:
        if _helmet_share(head) > 0.22:
            helmet = True
        elif float(np.mean(head[..., 2] < 0.45 * _brightness(hsv, body))) > 0.3:
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


STRIPS: Final = 8
"""Each band is judged in so many layers, so that a half built band is seen as half built."""
SAMPLES: Final = 300
"""Pixels looked at per layer; a median of more moves no decision."""
LIMIT: Final = 16.0
"""Squared distance beyond which a layer is hidden by something and stops counting."""
CHROMA_SIGMA: Final = 0.014
LUMA_SIGMA: Final = 0.22
SKY_BLUE: Final = 0.045
"""Least excess of blue over red, of the sum, that is sky: concrete in rain stays below."""
DARKEST: Final = 20
"""Sum of BGR below which a colour cannot be told."""

TINTS: Final = ((1.0, 1.0, 1.0), (0.96, 1.0, 1.05), (0.92, 0.99, 1.09))
"""Light from noon to dusk."""
EXPOSURES: Final = np.geomspace(0.28, 1.15, 14)


class MaterialBands:
    """Tells a zone's state by the paints of its layers, under the light that fits best.

    Work is taken to grow as painted: the bands that differ from the next state turn into it
    from the bottom one up. A zone is in a state until the next one is complete.
    """

    method: Final = "material-bands"

    def classify(self, image: Image, zone: Zone) -> StateEstimate:
        """Judges one picture; ``visible`` 0 where a state has no pattern or nothing is seen."""
        patterns = tuple(tuple(state.pattern) for state in zone.states)
        codes = [state.code for state in zone.states]
        even = dict.fromkeys(codes, 1 / len(codes))
        if any(len(p) != zone.bands or not set(p) <= MATERIALS.keys() for p in patterns):
            return StateEstimate(even, 0.0)
        colours = _layer_colours(image, tuple(zone.polygon), zone.bands)
        names, owners, layers = _hypotheses(patterns)
        costs = _costs(colours, names)
        totals = np.zeros((len(owners), costs.shape[1]))
        for strip in range(layers.shape[1]):
            totals += costs[strip][:, layers[:, strip]].T
        best = np.array([totals[owners == i].min() for i in range(len(codes))])
        winner = np.unravel_index(int(totals.argmin()), totals.shape)
        strips = np.arange(layers.shape[1])
        seen = costs[strips, winner[1], layers[winner[0]]] < LIMIT * 0.6
        odds = np.exp(-(best - best.min()) / 8)
        if not seen.any():
            return StateEstimate(even, 0.0)
        probabilities = dict(zip(codes, (odds / odds.sum()).tolist(), strict=True))
        return StateEstimate(probabilities, float(seen.mean()))


@lru_cache(maxsize=64)
def _hypotheses(
    patterns: tuple[tuple[str, ...], ...],
) -> tuple[tuple[str, ...], NDArray[np.intp], NDArray[np.intp]]:
    """Every stage of the work as materials of layers.

    Returns:
        The materials; for each stage the state it belongs to; for each stage and layer
        (bottom to top) the index of its material.
    """
    names = tuple(sorted({name for pattern in patterns for name in pattern}))
    owners, stages = [], []
    for index, now in enumerate(patterns):
        following = patterns[min(index + 1, len(patterns) - 1)]
        layers = [name for name in now for _ in range(STRIPS)]
        differing = [b for b in range(len(now)) if now[b] != following[b]]
        turning = [b * STRIPS + k for b in differing for k in range(STRIPS)]
        for turned in range(max(1, len(turning))):
            stage = list(layers)
            for layer in turning[:turned]:
                stage[layer] = following[layer // STRIPS]
            owners.append(index)
            stages.append([names.index(name) for name in stage])
    return names, np.array(owners), np.array(stages)


@lru_cache(maxsize=64)
def _layer_pixels(
    polygon: tuple[tuple[float, float], ...], bands: int, height: int, width: int
) -> list[NDArray[np.intp]]:
    """Flat pixel indices of each layer, bottom to top, evenly sampled."""
    outline = np.array([(x * width, y * height) for x, y in polygon]).round().astype(np.int32)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [outline], (255,))
    _, top, _, tall = cv2.boundingRect(outline)
    edges = top + tall - np.arange(bands * STRIPS + 1) * tall / (bands * STRIPS)
    layers = []
    for lower, upper in pairwise(edges.tolist()):
        first, last = round(upper), max(round(upper) + 1, round(lower))
        inside = np.flatnonzero(mask[first:last]) + first * width
        layers.append(inside[:: max(1, len(inside) // SAMPLES)])
    return layers


def _layer_colours(image: Image, polygon: tuple[tuple[float, float], ...], bands: int) -> Floats:
    """Median BGR of each layer, bottom to top."""
    height, width = image.shape[:2]
    flat = image.reshape(-1, 3)
    layers = _layer_pixels(polygon, bands, height, width)
    return np.array([np.median(flat[p], axis=0) if len(p) else np.zeros(3) for p in layers])


def _costs(colours: Floats, names: tuple[str, ...]) -> Floats:
    """Squared distance, at most ``LIMIT``, by layer, light and material."""
    chroma, luma = _features(colours)
    lights = np.array([np.array(t) * e for t in TINTS for e in EXPOSURES])
    costs = np.empty((len(colours), len(lights), len(names)))
    for column, name in enumerate(names):
        paint = GROUND if name == "sky" else MATERIALS[name]
        expected, bright = _features(np.array(paint) * lights)
        far = ((chroma[:, None] - expected) ** 2).sum(axis=2) / CHROMA_SIGMA**2
        far += (luma[:, None] - bright) ** 2 / LUMA_SIGMA**2
        if name == "sky":  # nothing built: sky and far town are blue, the ground is not
            lack = np.maximum(0, SKY_BLUE - (chroma[:, 0] - chroma[:, 2])) / CHROMA_SIGMA
            far = np.minimum(far, lack[:, None] ** 2)
        costs[:, :, column] = far
    costs[colours.sum(axis=1) < DARKEST] = LIMIT
    return np.minimum(costs, LIMIT)


def _features(colours: Floats) -> tuple[Floats, Floats]:
    """Share of each channel, and the logarithm of brightness."""
    total = colours.sum(axis=-1)
    safe = np.maximum(total, 1)
    return colours / safe[..., None], np.log(safe)


def _mask(values: object) -> Mask:
    return np.asarray(values, np.uint8)
