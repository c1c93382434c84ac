"""Which pictures are good enough to measure progress on: light, fog, rain, and who is before it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import cv2
import numpy as np
from astral import Observer
from astral.sun import elevation
from numpy.typing import NDArray

from siteward_edge.config.location import Location
from siteward_edge.config.progress import Usable, Zone
from siteward_edge.health.view import View
from siteward_edge.vision.ports import Box, Image, Scene, Thing

Gray = NDArray[np.uint8]

DARK: Final = 85.0
"""Mean grey below which there is no daylight: floodlit rendered nights reach 76, dusk has 95
and a pouring noon 122 (measured). Where the site's location is known, the sun decides first."""
CLEAR: Final = 0.45
"""Share of the reference's edge strength, by brightness, that must be left: fog and a wet
lens take it away."""
RAIN_SIZE: Final = (640, 360)
RAIN_STEP: Final = 10
"""Grey step between two pictures of plain ground that a falling drop makes."""
FLAT: Final = 14.0
"""Gradient below which ground is plain: a swaying mast changes nothing there."""
WET_SHARE: Final = 0.004
"""Share of a block's plain pixels that must change for the block to be wet."""
RAINING: Final = 0.5
"""Share of wet blocks; people and machines wet a few, rain all of them."""
SWAY: Final = 6.0
"""Pixels between two pictures that may be the mast's; more is something else."""
MAX_GAP: Final = 2.0
"""Seconds between two pictures beyond which they say nothing about rain."""
IN_THE_WAY: Final = frozenset({Thing.VEHICLE, Thing.MACHINE, Thing.LOAD, Thing.SMOKE})


def dark(image: Image, ts: datetime, usable: Usable, location: Location | None) -> str:
    """Why the light is not good enough, in a word; empty when it is."""
    if usable.at_night:
        return ""
    if location is not None:
        here = Observer(location.latitude, location.longitude)
        if elevation(here, ts) < usable.sun_degrees:
            return "low_sun"
    return "dark" if float(image.mean()) < DARK else ""


def foggy(reference: View, view: View) -> bool:
    """Whether the outlines of the reference view have paled."""
    strength, now = _gradient(reference.gray), _gradient(view.gray)
    edges = strength > np.percentile(strength, 90)
    before = float(strength[edges].mean()) / max(1.0, float(reference.gray.mean()))
    after = float(now[edges].mean()) / max(1.0, float(view.gray.mean()))
    return after < CLEAR * before


def raining(before: Image, image: Image) -> bool:
    """Whether something falls through the whole picture between two that follow one another."""
    first = _small(before)
    second = _unswayed(first, _small(image))
    change = cv2.absdiff(first, second)
    flat = (_gradient(cv2.blur(first, (5, 5))) < FLAT) & (
        _gradient(cv2.blur(second, (5, 5))) < FLAT
    )
    moved = flat & (change > RAIN_STEP)
    wet = looked = 0
    for rows in np.array_split(np.arange(RAIN_SIZE[1]), 9):
        for columns in np.array_split(np.arange(RAIN_SIZE[0]), 16):
            block = np.ix_(rows, columns)
            plain = int(flat[block].sum())
            if plain >= 300:
                looked += 1
                wet += int(moved[block].sum()) > WET_SHARE * plain
    return looked >= 20 and wet > RAINING * looked


def hidden_share(zone: Zone, scene: Scene) -> float:
    """Share of a zone that people, vehicles and machines stand before."""
    boxes = [p.box for p in scene.people]
    boxes += [t.box for t in scene.things if t.thing in IN_THE_WAY]
    return _covered(zone.polygon, boxes) if boxes else 0.0


def _covered(polygon: list[tuple[float, float]], boxes: Iterable[Box]) -> float:
    width, height = 320, 180
    outline = np.array([(x * width, y * height) for x, y in polygon]).round().astype(np.int32)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [outline], (1,))
    whole = int(mask.sum())
    for x, y, w, h in boxes:
        top, bottom = int(y * height), int(np.ceil((y + h) * height))
        mask[max(0, top) : bottom, max(0, int(x * width)) : int(np.ceil((x + w) * width))] = 0
    return 1 - int(mask.sum()) / whole if whole else 1.0


def _unswayed(first: Gray, second: Gray) -> Gray:
    """The second picture moved back by the few pixels that a mast sways between two."""
    window = cv2.createHanningWindow(RAIN_SIZE, cv2.CV_32F)
    planes = first.astype(np.float32), second.astype(np.float32)
    (dx, dy), _ = cv2.phaseCorrelate(*planes, window)
    if max(abs(dx), abs(dy)) > SWAY:
        return second
    back = np.array([[1, 0, -dx], [0, 1, -dy]], np.float64)
    moved = cv2.warpAffine(second, back, RAIN_SIZE, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _small(image: Image) -> Gray:
    small = cv2.resize(image, RAIN_SIZE, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def _gradient(gray: NDArray[np.uint8] | cv2.typing.MatLike) -> NDArray[np.float32]:
    return np.asarray(
        cv2.magnitude(cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)),
        np.float32,
    )
