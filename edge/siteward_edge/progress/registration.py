"""Lays a picture over the reference view, so that a zone is where its polygon says.

Measured on the camera's small grey copies (320 x 180): their outlines are matched as the
camera's health does, and refined to a fraction of a pixel by maximising the enhanced
correlation coefficient (OpenCV's ``findTransformECC``).
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_edge.health.look import BORDER, SIZE
from siteward_edge.health.view import SURE_MATCH, View
from siteward_edge.vision.ports import Image

Matrix = NDArray[np.float64]

REACH: Final = 0.04
"""Shifts up to this share of the picture are looked for."""
LARGEST: Final = 0.02
"""Shift, in picture widths, that is made up for; beyond it the camera has moved (domain
reference, 6.3)."""
STILL: Final = 0.0005
"""Shift below which a picture is left as it is: two thirds of a pixel at 1280 wide."""
ITERATIONS: Final = 60
"""Of the refinement; from within two pixels it needs 10 to 30 (measured)."""


@dataclass(frozen=True, slots=True)
class Registration:
    """How a picture lies over the reference view.

    Attributes:
        matrix: 2 x 3, from points of the reference to points of the picture, in small pixels.
        shift: Furthest any corner is off, in picture widths.
        match: Correlation of the outlines when laid over each other, -1 to 1.
    """

    matrix: Matrix
    shift: float
    match: float


def register(reference: View, view: View) -> Registration | None:
    """How a picture lies over the reference view; None where their outlines do not match."""
    wanted, found = reference.outlines, view.outlines
    height, width = wanted.shape
    dx, dy = round(width * REACH), round(height * REACH)
    middle = wanted[dy : height - dy, dx : width - dx]
    _, match, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(found, middle, cv2.TM_CCOEFF_NORMED))
    if match < SURE_MATCH:
        return None
    start = np.array([[1, 0, x - dx], [0, 1, y - dy]], np.float32)
    matrix, refined = _refined(wanted, found, start)
    margin = round(SIZE[1] * BORDER)
    whole = matrix.astype(np.float64)
    whole[:, 2] += np.array([0, margin]) - whole[:, :2] @ np.array([0, margin])
    return Registration(whole, furthest(whole), max(match, refined))


def registered(image: Image, registration: Registration) -> Image:
    """The picture as the reference view would show it; itself where it already does."""
    if registration.shift < STILL:
        return image
    height, width = image.shape[:2]
    scale = np.diag([width / SIZE[0], height / SIZE[1], 1.0])
    small = np.vstack([registration.matrix, [0, 0, 1]])
    matrix = (scale @ small @ np.linalg.inv(scale))[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(
        image, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.uint8)


def _refined(
    wanted: NDArray[np.float32], found: NDArray[np.float32], start: NDArray[np.float32]
) -> tuple[NDArray[np.float32], float]:
    """A rigid motion near a whole-pixel shift, or that shift where nothing better is found."""
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, ITERATIONS, 1e-4)
    everywhere = np.full(wanted.shape, 255, np.uint8)
    try:
        match, matrix = cv2.findTransformECC(
            wanted, found, start.copy(), cv2.MOTION_EUCLIDEAN, criteria, everywhere, 3
        )
    except cv2.error:  # it did not converge
        return start, 0.0
    refined = np.asarray(matrix, np.float32)
    if float(np.abs(refined - start)[:, 2].max()) > 3 or not np.isfinite(refined).all():
        return start, 0.0
    return refined, float(match)


def furthest(matrix: Matrix) -> float:
    """How far a 2 x 3 matrix of small pixels moves a corner at most, in picture widths."""
    width, height = SIZE
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)], np.float64)
    moved = corners @ matrix[:, :2].T + matrix[:, 2]
    far = np.linalg.norm(moved - corners, axis=1)
    return float(far.max()) / width
