"""Reads the progress of painted zones by their materials.

Knows the paints of ``scene_palette``: it is no classifier for real sites, and exists so that
the whole product can be scored against a known truth by pictures that really travel.
"""

from functools import lru_cache
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_contracts.scene_palette import GROUND, MATERIALS
from siteward_edge.config.progress import Zone
from siteward_edge.vision.ports import Image, StateEstimate

Floats = NDArray[np.float64]

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
        stages = totals.min(axis=1)
        best = np.array([stages[owners == i].min() for i in range(len(codes))])
        winner = np.unravel_index(int(totals.argmin()), totals.shape)
        strips = np.arange(layers.shape[1])
        seen = costs[strips, winner[1], layers[winner[0]]] < LIMIT * 0.6
        odds = np.exp(-(best - best.min()) / 8)
        if not seen.any():
            return StateEstimate(even, 0.0)
        probabilities = dict(zip(codes, (odds / odds.sum()).tolist(), strict=True))
        toward = {code: _toward(stages[owners == i]) for i, code in enumerate(codes)}
        return StateEstimate(probabilities, float(seen.mean()), toward)


def _toward(stages: Floats) -> float:
    """Share of a state's stages before the one that fits best."""
    return int(stages.argmin()) / len(stages)


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
