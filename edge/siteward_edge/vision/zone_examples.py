"""Tells a zone's state by pictures of this very site: a few examples of every state.

Nearest neighbours in the space of :mod:`zone_features`. How far pictures of one state may lie
apart is learned from the examples themselves and from each of them as other light, weather and
a swaying mast would show it. What is farther from every example than that is none of the states.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_edge.config.progress import Zone
from siteward_edge.config.section import Point
from siteward_edge.vision.ports import Image, ModelError, StateEstimate
from siteward_edge.vision.zone_features import Floats, crop, features

log = logging.getLogger(__name__)

SUFFIXES: Final = (".jpg", ".jpeg", ".png")
NEAREST: Final = 3
"""Examples, varied ones included, whose mean distance is the distance to a state."""
QUANTILE: Final = 0.9
"""Of distances between pictures of one state: what is usual."""
SWAY: Final = 0.004
"""Share of the picture that registration may be off by: measured 0.002."""
MARGIN: Final = 0.01
"""Share of the picture around a zone that a sway may bring into it."""
FLOOR: Final = 0.04
"""Change of a feature that is always allowed for; below it every accident of grain counts."""
STRANGE: Final = 1.6
"""Times the usual distance at which a picture is as likely none of the states. On photographs of
a high-rise the same state in other light and noise lies under 1.2, another state beyond 1.9,
another place beyond 2.2 (measured)."""
SHARPNESS: Final = 6.0
"""How fast odds turn with distance: a picture at 1.2 is 0.92 likely, one half way between two
states about 0.5."""


@dataclass(frozen=True, slots=True)
class Learned:
    """One zone's examples as numbers.

    Attributes:
        states: State of each row.
        rows: Features of the examples and their variations.
        scale: What each feature is multiplied with: what light and weather change counts less.
        usual: Distance within a state.
    """

    states: NDArray[np.str_]
    rows: Floats
    scale: Floats
    usual: float


class ZoneExamples:
    """Judges the zones of one camera by the examples in its folder."""

    method: Final = "examples"

    def __init__(self, folder: Path) -> None:
        """Learns nothing yet.

        Args:
            folder: Of the camera: ``zone/state/*.jpg``, whole pictures in the reference view.
        """
        self._folder = folder
        self._learned: dict[str, tuple[list[tuple[str, Path]], Learned]] = {}

    def classify(self, image: Image, zone: Zone) -> StateEstimate:
        """Judges one picture that is laid over the reference view.

        Learns anew when examples were added or removed. A zone that was not taught is not
        judged, and that is logged.
        """
        try:
            examples = examples_of(self._folder, zone)
            if self._learned.get(zone.id, ([], None))[0] != examples:
                self._learned[zone.id] = (examples, learn(zone, examples))
        except ModelError as error:
            log.warning("%s", error)
            return StateEstimate({}, 0.0)
        return estimate(self._learned[zone.id][1], zone, features(*crop(image, zone.polygon)))


def examples_of(folder: Path, zone: Zone) -> list[tuple[str, Path]]:
    """State and file of every example of a zone.

    Raises:
        ModelError: Fewer than two states have any.
    """
    found = [
        (state.code, file)
        for state in zone.states
        for file in sorted((folder / zone.id / state.code).glob("*"))
        if file.suffix.lower() in SUFFIXES
    ]
    if len({state for state, _ in found}) < 2:
        raise ModelError(
            f"zone {zone.id}: {folder / zone.id} has examples of fewer than 2 states; teach it "
            "with 'siteward edge teach CONFIG CAMERA ZONE STATE PICTURE...'"
        )
    return found


def learn(zone: Zone, examples: Iterable[tuple[str, Path]]) -> Learned:
    """Turns examples into numbers.

    Raises:
        ModelError: One of them is no picture.
    """
    examples = list(examples)
    varied = np.array([[features(*v) for v in _variations(_read(f), zone)] for _, f in examples])
    change = varied - varied[:, :1]
    scale = 1 / (np.sqrt((change**2).mean(axis=(0, 1))) + FLOOR)
    varied *= scale
    states = np.array([state for state, _ in examples])
    usual = float(np.quantile(np.linalg.norm(change * scale, axis=2)[:, 1:], QUANTILE))
    if apart := _between(varied, states):
        usual = max(usual, float(np.quantile(apart, QUANTILE)))
    rows = varied.reshape(-1, varied.shape[2])
    return Learned(np.repeat(states, varied.shape[1]), rows, scale, usual)


def left_out(zone: Zone, examples: Sequence[tuple[str, Path]]) -> list[tuple[Path, str, float]]:
    """Each example as the others would have it judged: a check on what was taught.

    Returns:
        File, likeliest state and its probability; examples that are their state's only one
        are left out.

    Raises:
        ModelError: One of them is no picture.
    """
    learned = learn(zone, examples)
    variations = len(learned.rows) // len(examples)
    judged = []
    for n, (state, file) in enumerate(examples):
        own = slice(n * variations, (n + 1) * variations)
        rest = replace(
            learned,
            states=np.delete(learned.states, own),
            rows=np.delete(learned.rows, own, axis=0),
        )
        if state in rest.states:
            row = learned.rows[n * variations] / learned.scale
            told = estimate(rest, zone, row).probabilities
            best = max(told, key=told.__getitem__)
            judged.append((file, best, told[best]))
    return judged


def estimate(learned: Learned, zone: Zone, row: Floats) -> StateEstimate:
    """Odds of every state and of none, from the distance to each in usual distances."""
    codes = [state.code for state in zone.states]
    known = [code for code in codes if code in learned.states]
    here = row * learned.scale
    near = np.array([_distance(learned.rows[learned.states == c], here) for c in known])
    near /= learned.usual
    fits = np.exp(-SHARPNESS * (np.append(near, STRANGE) - near.min()))
    odds = fits[:-1] / fits.sum()
    told = dict(zip(known, odds.tolist(), strict=True))
    return StateEstimate({code: told.get(code, 0.0) for code in codes}, 1.0)


def _distance(rows: Floats, row: Floats) -> float:
    """Mean distance of a picture to the nearest ones of a state."""
    return float(np.sort(np.linalg.norm(rows - row, axis=1))[:NEAREST].mean())


def _between(varied: Floats, states: NDArray[np.str_]) -> list[float]:
    """How far each example is from the others of its state."""
    found = []
    for i, state in enumerate(states):
        others = states == state
        others[i] = False
        if others.any():
            found.append(_distance(varied[others].reshape(-1, varied.shape[2]), varied[i, 0]))
    return found


def _read(file: Path) -> Image:
    image = cv2.imread(str(file))
    if image is None:
        raise ModelError(f"{file} is no picture; remove it or teach it again")
    return np.asarray(image, np.uint8)


def _variations(image: Image, zone: Zone) -> list[tuple[Image, NDArray[np.bool_]]]:
    """The zone as it is, and as another hour, haze, a softer lens or a swaying mast show it."""
    height, width = image.shape[:2]
    image, polygon = _around(image, zone.polygon)
    across, down = SWAY * width / image.shape[1], SWAY * height / image.shape[0]
    lights = [image, _lit(image, 0.7, (1.0, 1.0, 1.0)), _lit(image, 1.25, (1.0, 1.0, 1.0))]
    lights += [_lit(image, 0.8, (0.92, 1.0, 1.08)), _lit(image, 0.9, (1.08, 1.0, 0.93))]
    lights += [_hazy(image, 0.25), np.asarray(cv2.GaussianBlur(image, (3, 3), 0), np.uint8)]
    shown = [crop(light, polygon) for light in lights]
    for dx, dy in ((across, 0.0), (-across, down), (0.0, -down)):
        shown.append(crop(image, [(x + dx, y + dy) for x, y in polygon]))
    return shown


def _around(image: Image, polygon: list[Point]) -> tuple[Image, list[Point]]:
    """The zone with a margin, and where it lies in that: a whole picture would take long."""
    height, width = image.shape[:2]
    size = np.array((width, height))
    corners = np.array(polygon) * size
    low = np.floor(corners.min(axis=0) - MARGIN * size).astype(int).clip(0)
    high = np.ceil(corners.max(axis=0) + MARGIN * size).astype(int)
    part = image[low[1] : high[1], low[0] : high[0]]
    inside = (corners - low) / (part.shape[1], part.shape[0])
    return part, [(float(x), float(y)) for x, y in inside]


def _lit(image: Image, gain: float, tint: tuple[float, float, float]) -> Image:
    return np.clip(image * (np.array(tint) * gain), 0, 255).astype(np.uint8)


def _hazy(image: Image, share: float) -> Image:
    return np.asarray(image * (1 - share) + 190 * share, np.uint8)
