"""Brings a part of a picture into the size a network takes, and its boxes back."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_edge.vision.ports import Image

Floats = NDArray[np.float32]
Size = tuple[int, int]
"""Width and height in pixels."""
PAD: Final = 114
"""Grey of the empty border, as the networks were trained with."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A part of a picture in a network's size.

    Attributes:
        image: What the network sees.
        scale: Network pixels per picture pixel, across and down.
        offset: Where the part's top left corner is in ``image``.
    """

    image: Image
    scale: tuple[float, float]
    offset: tuple[int, int]

    def back(self, boxes: Floats) -> Floats:
        """Boxes ``[x, y, width, height]`` in ``image`` as boxes in the part."""
        moved = boxes - np.array([*self.offset, 0, 0], np.float32)
        return np.asarray(moved / np.array([*self.scale, *self.scale]), np.float32)


def top_left(part: Image, size: Size) -> Fitted:
    """Keeps its shape; the border is to the right and below."""
    return _boxed(part, size, centred=False)


def centred(part: Image, size: Size) -> Fitted:
    """Keeps its shape; the border is on both sides."""
    return _boxed(part, size, centred=True)


def stretched(part: Image, size: Size) -> Fitted:
    """Fills the whole size; the shape is lost."""
    height, width = part.shape[:2]
    return Fitted(_resized(part, size), (size[0] / width, size[1] / height), (0, 0))


def _boxed(part: Image, size: Size, centred: bool) -> Fitted:
    height, width = part.shape[:2]
    ratio = min(size[0] / width, size[1] / height)
    inner = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    x, y = ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2) if centred else (0, 0)
    canvas = np.full((size[1], size[0], 3), PAD, np.uint8)
    canvas[y : y + inner[1], x : x + inner[0]] = _resized(part, inner)
    return Fitted(canvas, (inner[0] / width, inner[1] / height), (x, y))


def _resized(part: Image, size: Size) -> Image:
    shrinks = size[0] < part.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, size, interpolation=method), np.uint8)
