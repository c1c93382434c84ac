"""Bare soil, and green dust net, by segmentation of declared zones.

Each pixel is judged by its colour in CIE Lab and by the roughness around it: earth is grey to
brown, dust net is green and even, plants are green and rough. Only declared zones are
measured, only in enough light, and people and machines in them are left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_edge.config.hazards import Area, BareSoil, NetMissing, Window
from siteward_edge.config.section import Point
from siteward_edge.hazards.ground import around
from siteward_edge.hazards.ports import Judged, Key, Look, Sighting
from siteward_edge.hazards.schedule import holds
from siteward_edge.vision.ports import Box, Image

WIDTH: Final = 640
"""Pixels to which pictures are shrunk; the grain of soil is gone then, its colour is not."""
EARTH: Final = ((-4.0, 22.0), (-2.0, 45.0))
"""Lab ``a`` and ``b`` of earth, from grey (0 and 6 in a photo of a dusty pit) to red-brown (13
and 25 as painted). Sheets, sky and water are bluer, brick and vests redder. Concrete is the
same grey: zones are drawn where the ground is soil."""
WHITE: Final = 93.0
"""Lightness of snow and of white sheets, which no soil has."""
NET: Final = (-60.0, -8.0)
"""Lab ``a`` of dust net and of plants."""
ROUGH: Final = 9.0
"""Standard deviation of lightness around a pixel of plants; net stays below."""
DARK: Final = 22.0
"""Lightness (0 to 100) of a picture's middle below which colours cannot be told."""
LEAST_SEEN: Final = 0.5
"""Share of a zone that must be free of people and machines."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What lies on a zone, as shares of what can be seen of it.

    Attributes:
        bare: Bare soil.
        net: Green dust net.
        seen: Share of the zone that nothing stands before.
    """

    bare: float
    net: float
    seen: float


def cover(image: Image, polygon: Sequence[Point], hidden: Sequence[Box] = ()) -> Cover | None:
    """Measures one zone; None when it is too dark to tell colours.

    Args:
        image: The picture.
        polygon: The zone.
        hidden: Boxes of what stands before it.
    """
    height = max(1, round(image.shape[0] * WIDTH / image.shape[1]))
    small = cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA)
    lab = np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2LAB), np.float32)
    light = lab[..., 0]
    if float(np.median(light)) < DARK:
        return None
    zone = np.zeros((height, WIDTH), np.uint8)
    corners = np.array([(x * WIDTH, y * height) for x, y in polygon]).round().astype(np.int32)
    cv2.fillPoly(zone, [corners], (1,))
    whole = int(zone.sum())
    for x, y, w, h in hidden:
        left, top = max(0, int(x * WIDTH)), max(0, int(y * height))
        zone[top : int((y + h) * height) + 1, left : int((x + w) * WIDTH) + 1] = 0
    judged = (zone > 0) & (light > DARK / 2)
    if not whole or not judged.any():
        return Cover(0.0, 0.0, 0.0)
    a, b = lab[..., 1], lab[..., 2]
    earth = (a > EARTH[0][0]) & (a < EARTH[0][1]) & (b > EARTH[1][0]) & (b < EARTH[1][1])
    earth &= light < WHITE
    green = (a > NET[0]) & (a < NET[1]) & (b > a / 2)
    net = green & (_roughness(light) < ROUGH)
    return Cover(_share(earth, judged), _share(net, judged), float(judged.sum()) / whole)


def _roughness(light: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = cv2.blur(light, (7, 7))
    squares = cv2.blur(light * light, (7, 7))
    return np.sqrt(np.maximum(squares - mean * mean, 0))


def _share(what: NDArray[np.bool_], of: NDArray[np.bool_]) -> float:
    return float((what & of).sum()) / float(of.sum())


@dataclass(slots=True)
class Segmentation:
    """Measures zones at intervals and judges each by a limit of its own.

    Attributes:
        kind: Hazard kind.
        zones: What to measure.
        limit: Whether a measurement of one is a hazard, how sure, and in words.
        every: How often.
        working: When it may be as it likes.
    """

    kind: str
    zones: Sequence[Area]
    limit: Callable[[Area, Cover], tuple[float, str] | None]
    every: timedelta
    working: Sequence[Window]
    _next: datetime | None = field(default=None)

    def judge(self, look: Look) -> Judged:
        """Each zone when it is time; absent where it cannot be judged now."""
        if self._next is not None and look.ts < self._next:
            return {}
        self._next = look.ts + self.every
        if holds(self.working, look.ts):
            return {Key(self.kind, zone.id, ""): None for zone in self.zones}
        hidden = [t.person.box for t in look.tracks] + [t.box for t in look.things]
        judged: Judged = {}
        for zone in self.zones:
            measured = cover(look.image, zone.polygon, hidden)
            if measured is None or measured.seen < LEAST_SEEN:
                continue
            beyond = self.limit(zone, measured)
            judged[Key(self.kind, zone.id, "")] = beyond and Sighting(
                self.kind, zone.id, around(zone.polygon), beyond[0], beyond[1]
            )
        return judged


def bare_soil(settings: BareSoil) -> Segmentation:
    """Judges soil that should be covered."""
    most = {zone.id: zone.most_bare for zone in settings.zones}

    def limit(zone: Area, cover: Cover) -> tuple[float, str] | None:
        if cover.bare <= most[zone.id]:
            return None
        detail = f"{cover.bare:.0%} bare, {most[zone.id]:.0%} allowed; net {cover.net:.0%}"
        return _sure(cover.bare - most[zone.id]), detail

    every = timedelta(seconds=settings.every_seconds)
    return Segmentation("bare_soil", settings.zones, limit, every, settings.working)


def net_missing(settings: NetMissing) -> Segmentation:
    """Judges what should be netted."""
    least = {zone.id: zone.least_net for zone in settings.zones}

    def limit(zone: Area, cover: Cover) -> tuple[float, str] | None:
        if cover.net >= least[zone.id]:
            return None
        detail = f"net on {cover.net:.0%}, {least[zone.id]:.0%} wanted"
        return _sure(least[zone.id] - cover.net), detail

    every = timedelta(seconds=settings.every_seconds)
    return Segmentation("net_missing", settings.zones, limit, every, settings.working)


def _sure(beyond: float) -> float:
    """0.6 just beyond the limit, certain 40 points beyond it."""
    return min(0.99, 0.6 + beyond)
