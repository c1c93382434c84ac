"""Whether a picture shows nothing, and why."""

from typing import Final

import cv2
import numpy as np

from siteward_edge.health.look import Gray, inner

BLACK_MEAN: Final = 10.0
"""Mean grey (0 to 255) under which nothing can be made out; lit nights stay above 20."""
DAZZLED_MEAN: Final = 235.0
"""Mean grey over which a picture without edges is burnt out, not covered."""
COVERED_EDGES: Final = 0.01
"""Share of edge pixels; a hand, a cloth or a noisy black picture leaves none, a site camera
at an eighth of its light or four fifths of its contrast lost to fog over 0.02 (measured)."""
EDGE_STEP: Final = 20.0
"""Grey step (Sobel, after blurring noise away) that counts as an edge."""


def blind_cause(gray: Gray) -> str:
    """Why a picture shows nothing: ``black``, ``dazzled`` or ``covered``; empty when it does.

    Black and dazzled are told from a thing before the lens by light alone.
    """
    mean = float(gray.mean())
    if mean < BLACK_MEAN and float(gray.std()) < BLACK_MEAN:
        return "black"
    if edge_share(gray) >= COVERED_EDGES:
        return ""
    return "dazzled" if mean > DAZZLED_MEAN else "covered"


def edge_share(gray: Gray) -> float:
    """Share of pixels that lie on an edge, burnt-in text left out."""
    calm = np.asarray(cv2.GaussianBlur(inner(gray), (5, 5), 0), np.uint8)
    dx = cv2.Sobel(calm, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(calm, cv2.CV_32F, 0, 1)
    return float(np.mean(cv2.magnitude(dx, dy) > EDGE_STEP))
