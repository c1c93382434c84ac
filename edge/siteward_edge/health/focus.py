"""How far the lens is out of focus, whatever the light, the contrast and the noise.

An edge blurred by ``s`` pixels has, after blurring it again by ``a`` and by ``b``, slopes in
the ratio ``sqrt((s^2 + b^2) / (s^2 + a^2))``: how high the edge is cancels out, so fog and
night do not matter, and only edges that stand out of the noise are asked (the re-blurring of
Zhuo and Sim, "Defocus map estimation from a single image", 2011).
"""

from typing import Final

import cv2
import numpy as np

from siteward_edge.health.look import Floats, Gray, inner

FINE: Final = 1.0
COARSE: Final = 2.5
"""Pixels of the two re-blurrings."""
SLOPE: Final = 1.5
"""Least grey steps per pixel of an edge; noise of 6 grey levels stays under it."""
PEAK: Final = 1.4
AROUND: Final = 31
"""An edge is this much steeper than the mean of so many pixels around it. Clouds, lit fog and
the glow around a low sun are soft however sharp the lens is; they are no edges."""
EDGES: Final = 60
"""Fewer edge pixels say nothing about the lens."""


def blur_of(detail: Gray) -> float | None:
    """Width of the blur of a picture's edges (a Gaussian's sigma) in pixels.

    Args:
        detail: The picture 640 pixels wide.

    Returns:
        About 0.7 for a camera in focus (measured on site cameras and photos by day, at night,
        in fog, noise and a low sun: 0.6 to 0.9); None when there are too few edges to tell.
    """
    picture = inner(detail)
    fine, coarse = _slopes(picture, FINE), _slopes(picture, COARSE)
    ridge = coarse >= cv2.dilate(coarse, np.ones((3, 3), np.uint8)) * 0.98
    edges = ridge & (coarse > SLOPE) & (coarse > PEAK * cv2.blur(coarse, (AROUND, AROUND)))
    if int(edges.sum()) < EDGES:
        return None
    edges &= coarse >= np.median(coarse[edges])
    ratio = float(np.median(fine[edges] / coarse[edges]))
    ratio = min(max(ratio, 1.001), COARSE / FINE)
    return float(np.sqrt((COARSE**2 - (ratio * FINE) ** 2) / (ratio**2 - 1)))


def _slopes(gray: Gray, sigma: float) -> Floats:
    calm = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), sigma)
    dx = cv2.Sobel(calm, cv2.CV_32F, 1, 0, scale=0.125)
    dy = cv2.Sobel(calm, cv2.CV_32F, 0, 1, scale=0.125)
    return np.asarray(cv2.magnitude(dx, dy), np.float32)
