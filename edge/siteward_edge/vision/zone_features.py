"""What a zone of a picture looks like, as numbers that light and weather change little."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_edge.vision.ports import Image

Floats = NDArray[np.float64]

SIDE: Final = 96
"""Pixels a zone is brought to, across and down."""
CELLS: Final = 3
"""The zone is described in so many cells across and down: work grows from below."""
ANGLES: Final = 8
"""Directions of edges that are told apart."""
COLOURS: Final = 6
"""Steps of each of the two colour axes."""
COLOUR_RANGE: Final = 48.0
"""Distance from grey, on Lab's a and b axes, that the outermost step begins at."""
STRONG: Final = 24.0
"""Gradient, after evening out the light, of an edge that counts."""
PATTERNS: Final = 10
"""Kinds of local binary patterns: nine that turn at most twice, and all others."""


def crop(image: Image, polygon: Sequence[tuple[float, float]]) -> tuple[Image, NDArray[np.bool_]]:
    """A zone's box brought to ``SIDE`` square, and which of its pixels lie in the polygon."""
    height, width = image.shape[:2]
    corners = np.array(polygon, np.float64) * (width, height)
    left, top = np.floor(corners.min(axis=0)).astype(int).clip(0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    box = image[top : max(bottom, top + 2), left : max(right, left + 2)]
    square = cv2.resize(box, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    scale = np.array((SIDE / box.shape[1], SIDE / box.shape[0]))
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(mask, [((corners - (left, top)) * scale).round().astype(np.int32)], (1,))
    return np.asarray(square, np.uint8), mask.astype(bool)


def features(square: Image, mask: NDArray[np.bool_]) -> Floats:
    """Edge directions, local patterns, colours and edge density of every cell of a crop.

    Light is evened out first: lightness by its local contrast, colour by the zone's own mean
    half way, so that dusk does not turn concrete into brick. Each kind of histogram is
    square-rooted (Hellinger), which makes plain distances between them meaningful.
    """
    lab = np.asarray(cv2.cvtColor(square, cv2.COLOR_BGR2Lab), np.uint8)
    light = np.asarray(cv2.createCLAHE(3.0, (4, 4)).apply(lab[..., 0]), np.uint8)
    dx, dy = (cv2.Sobel(light, cv2.CV_32F, *axis) for axis in ((1, 0), (0, 1)))
    strength = np.hypot(dx, dy)
    angle = ((np.arctan2(dy, dx) % np.pi) / np.pi * ANGLES).astype(int).clip(0, ANGLES - 1)
    patterns = _patterns(light)
    colours = _colours(lab)
    rows = []
    step = SIDE // CELLS
    for y in range(0, SIDE, step):
        for x in range(0, SIDE, step):
            cell = (slice(y, y + step), slice(x, x + step))
            inside = mask[cell]
            if inside.sum() < 0.1 * step * step:
                inside = np.ones_like(inside)  # a corner without zone: the same every time
            weight = strength[cell][inside]
            rows.append(_histogram(angle[cell][inside], ANGLES, weight))
            rows.append(_histogram(patterns[cell][inside], PATTERNS))
            rows.append(_histogram(colours[cell][inside], COLOURS * COLOURS))
            rows.append(np.array([np.mean(weight > STRONG)]) ** 0.5)
    return np.concatenate(rows)


def _colours(lab: Image) -> NDArray[np.intp]:
    ab = lab[..., 1:].astype(np.float64) - 128
    steps = ((ab / COLOUR_RANGE + 1) / 2 * COLOURS).astype(int).clip(0, COLOURS - 1)
    return np.asarray(steps[..., 0] * COLOURS + steps[..., 1], np.intp)


def _patterns(gray: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Rotation-invariant uniform local binary patterns of the eight neighbours."""
    padded = np.pad(gray.astype(np.int16), 1, mode="edge")
    around = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
    height, width = gray.shape
    brighter = np.stack(
        [padded[y : y + height, x : x + width] > gray + np.int16(4) for y, x in around]
    )
    turns = (brighter != np.roll(brighter, 1, axis=0)).sum(axis=0)
    return np.asarray(np.where(turns <= 2, brighter.sum(axis=0), PATTERNS - 1), np.intp)


def _histogram(values: NDArray[np.intp], bins: int, weight: Floats | None = None) -> Floats:
    counts = np.bincount(values, weights=weight, minlength=bins).astype(np.float64)
    return np.asarray(np.sqrt(counts / max(1e-9, counts.sum())), np.float64)
