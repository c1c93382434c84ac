"""How far a picture is shifted against the right view."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from siteward_edge.health.look import SIZE, Floats, Gray, inner

REACH: Final = 0.12
"""Shifts up to this share of the picture are found by correlating outlines."""
SURE_MATCH: Final = 0.3
"""Correlation of outlines above which a shift is believed. The same view reaches 0.7 in a
third of the light, in noise, fog and blur; unrelated pictures stay under 0.1 (measured)."""
SWAY: Final = 2
"""Pixels of the small copy within which a view is in its place."""
WEAK_MATCH: Final = 0.5
UNDECIDED: Final = 0.8
"""Under the first correlation, the place itself is taken if it reaches this share of the best:
where fog and a low sun leave only the horizon, it fits itself all along (0.36 to 0.43, the place
0.8 to 1 of it; after real moves, simulated in that weather too, 0.58 and more)."""
RELIABLE_MATCHES: Final = 15
"""Feature pairs that must agree on one shift before it is believed."""


@dataclass(frozen=True, slots=True)
class View:
    """What is remembered of the right view: its outlines and its features."""

    gray: Gray
    outlines: Floats


def view_of(gray: Gray) -> View:
    """Prepares a picture for being registered against."""
    return View(gray, _outlines(gray))


def shift_between(reference: View, gray: Gray) -> float | None:
    """How far a picture is shifted against the reference view.

    The middle of the reference's outlines is looked for around its place; where it is not
    found, features decide, which also see larger shifts, turns and zooms.

    Returns:
        The distance in picture widths, for turns and zooms the mean of the corners' ways, or
        None when light or weather changed so much that
        no shift can be told.
    """
    height, width = reference.outlines.shape
    dy, dx = round(height * REACH), round(width * REACH)
    middle = reference.outlines[dy : height - dy, dx : width - dx]
    match = cv2.matchTemplate(_outlines(gray), middle, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(match)
    if best >= SURE_MATCH:
        nearby = match[dy - SWAY : dy + SWAY + 1, dx - SWAY : dx + SWAY + 1]
        if best < WEAK_MATCH and float(nearby.max()) >= UNDECIDED * best:
            ny, nx = np.unravel_index(int(nearby.argmax()), nearby.shape)
            x, y = dx - SWAY + int(nx), dy - SWAY + int(ny)
        return float(np.hypot(x - dx, y - dy)) / SIZE[0]
    return _shift_of_features(reference.gray, gray)


def _shift_of_features(reference: Gray, gray: Gray) -> float | None:
    """For shifts beyond the reach of correlation, and for turns and zooms."""
    orb = cv2.ORB.create(nfeatures=400)
    points, described = orb.detectAndCompute(_evened(reference), None)
    points_now, described_now = orb.detectAndCompute(_evened(gray), None)
    if described is None or described_now is None:
        return None
    pairs = cv2.BFMatcher.create(cv2.NORM_HAMMING, crossCheck=True).match(described, described_now)
    if len(pairs) < RELIABLE_MATCHES:
        return None
    source = np.array([points[pair.queryIdx].pt for pair in pairs], np.float32)
    target = np.array([points_now[pair.trainIdx].pt for pair in pairs], np.float32)
    matrix, agreeing = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=2.0)
    if matrix is None or int(np.sum(agreeing)) < RELIABLE_MATCHES:
        return None
    height, width = gray.shape
    corners = np.array([(0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)], np.float64)
    ways = np.linalg.norm(corners @ matrix.T - corners[:, :2], axis=1)  # a zoom keeps the centre
    return float(ways.mean()) / SIZE[0]


def _evened(gray: Gray) -> Gray:
    """The inner picture with light and contrast evened out."""
    clahe = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(4, 8))
    return np.asarray(clahe.apply(inner(gray)), np.uint8)


def _outlines(gray: Gray) -> Floats:
    """Edge strength with light taken out: strong edges count alike by day and by night."""
    calm = cv2.GaussianBlur(inner(gray), (3, 3), 0)
    strength = cv2.magnitude(cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1))
    local = cv2.blur(strength, (31, 31)) + 8.0
    return np.asarray(np.minimum(strength / local, 3.0), np.float32)
