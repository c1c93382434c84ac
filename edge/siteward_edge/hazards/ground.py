"""Where somebody stands, and whether that is in a zone. Pure."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from siteward_edge.config.hazards import Area
from siteward_edge.config.section import Point
from siteward_edge.vision.ports import Box


def feet(box: Box) -> Point:
    """Where a person stands: the middle of the lower edge of the box."""
    x, y, width, height = box
    return (x + width / 2, y + height)


def inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Whether a point lies in a polygon; its border belongs to it."""
    corners = np.asarray(polygon, np.float32)
    return cv2.pointPolygonTest(corners, point, False) >= 0


def zone_of(box: Box, areas: Iterable[Area]) -> Area | None:
    """The first of the areas somebody stands in."""
    return next((area for area in areas if inside(feet(box), area.polygon)), None)


def around(polygon: Sequence[Point]) -> Box:
    """The box around a polygon."""
    xs, ys = zip(*polygon, strict=True)
    return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
