"""Whether somebody's torso shows the colours of high-visibility clothes.

Orange and red ones, and yellow-green ones, as ISO 20471 and GB 20653 have them. A model of
vests misses some that are dusty, crumpled or half turned away; their colour still tells that
there may be one.
"""

from typing import Final

import cv2
import numpy as np

from siteward_edge.vision.fitting import Floats
from siteward_edge.vision.ports import Image

TORSO: Final = (0.2, 0.15, 0.8, 0.55)
"""Left, top, right and bottom of where a vest shows, as shares of a person's box."""
RED: Final = (176, 14)
"""OpenCV hues (0 to 179) from and to, through 0."""
YELLOW: Final = (20, 48)
LEAST: Final = 120
"""Saturation and value of a colour that counts."""


def bright_share(image: Image, box: Floats) -> float:
    """Share of a person's torso that shows such colours, 0 to 1.

    Args:
        image: The picture.
        box: ``[x, y, width, height]`` of the person in pixels.
    """
    x, y, w, h = (float(v) for v in box)
    left, top, right, bottom = (
        max(0, int(x + TORSO[0] * w)),
        max(0, int(y + TORSO[1] * h)),
        int(x + TORSO[2] * w) + 1,
        int(y + TORSO[3] * h) + 1,
    )
    torso = image[top:bottom, left:right]
    if not torso.size:
        return 0.0
    hue, saturation, value = cv2.split(cv2.cvtColor(torso, cv2.COLOR_BGR2HSV))
    red = (hue >= RED[0]) | (hue <= RED[1])
    yellow = (hue >= YELLOW[0]) & (hue <= YELLOW[1])
    return float(np.mean((red | yellow) & (saturation > LEAST) & (value > LEAST)))
