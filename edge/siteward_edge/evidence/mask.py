"""Pixels outside the fence are blackened at the source: nothing later ever has them.

A camera of a site may see the street; the law lets it be aimed at the works only
(domain reference, section 0.9).
"""

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np

from siteward_edge.config.section import Point
from siteward_edge.vision.ports import Frame, Image


class FenceMask:
    """Blackens polygons of one camera's pictures. Belongs to one thread."""

    def __init__(self, polygons: Sequence[Sequence[Point]]) -> None:
        """Keeps the polygons, corners as fractions of the picture."""
        self._polygons = polygons
        self._drawn: Image | None = None

    def __call__(self, frame: Frame) -> Frame:
        """The frame without what lies outside; the same frame where there is no mask."""
        if not self._polygons:
            return frame
        return dataclasses.replace(frame, image=self.hide(frame.image), masked=True)

    def hide(self, image: Image) -> Image:
        """The picture without what lies outside; the same picture where there is no mask."""
        if not self._polygons:
            return image
        return np.asarray(cv2.bitwise_and(image, self._over(image)), np.uint8)

    def _over(self, image: Image) -> Image:
        """White where the picture stays, drawn once per picture size."""
        if self._drawn is None or self._drawn.shape != image.shape:
            height, width = image.shape[:2]
            drawn = np.full(image.shape, 255, np.uint8)
            for polygon in self._polygons:
                corners = np.asarray(polygon, np.float64) * (width - 1, height - 1)
                # Rounded outwards by a pixel: an edge half hidden is not hidden.
                points = np.rint(corners).astype(np.int32)
                cv2.fillPoly(drawn, [points], (0, 0, 0))
                cv2.polylines(drawn, [points], True, (0, 0, 0), thickness=3)
            self._drawn = drawn
        return self._drawn
