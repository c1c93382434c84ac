"""A picture as health looks at it: small copies, made once, that every measure shares."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_edge.vision.ports import Image

Gray = NDArray[np.uint8]
"""Grey, height x width, 0 to 255."""
Floats = NDArray[np.float32]

SIZE: Final = (320, 180)
"""Width and height of the copy that views are compared on."""
DETAIL_WIDTH: Final = 640
"""Width of the copy that focus is measured on."""
BORDER: Final = 0.1
"""Share of the height left out above and below where views and focus are judged: burnt-in
text stands there; it stays where and as sharp as it is whatever happens to the lens."""


@dataclass(frozen=True, slots=True)
class Look:
    """Copies of one picture.

    Attributes:
        gray: The whole, averaged down to ``SIZE``.
        grain: Every so many-th pixel as it is, so that noise is not averaged away.
        detail: The whole, ``DETAIL_WIDTH`` wide.
    """

    gray: Gray
    grain: Gray
    detail: Gray


def look_at(image: Image) -> Look:
    """Makes the copies of a picture."""
    full = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height, width = full.shape
    step = max(1, width // SIZE[0])
    detail = cv2.resize(
        full, (DETAIL_WIDTH, round(height * DETAIL_WIDTH / width)), interpolation=cv2.INTER_AREA
    )
    return Look(
        gray=np.asarray(cv2.resize(full, SIZE, interpolation=cv2.INTER_AREA), np.uint8),
        grain=np.ascontiguousarray(full[::step, ::step], np.uint8),
        detail=np.asarray(detail, np.uint8),
    )


def shrink(image: Image) -> Gray:
    """Only the small grey copy of a picture."""
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(gray, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def inner(gray: Gray) -> Gray:
    """Without the border where burnt-in text stands."""
    margin = round(gray.shape[0] * BORDER)
    return gray[margin : gray.shape[0] - margin]
