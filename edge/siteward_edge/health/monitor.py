"""Whether a camera sees: black, covered, frozen or moved, decided over several seconds.

All measures are taken on a small grey copy, so they cost about a millisecond.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_contracts.messages import Health
from siteward_edge.config.health import HealthTiming
from siteward_edge.vision.ports import Image

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]

SIZE: Final = (320, 180)
"""Width and height of the copy everything is measured on."""
BLACK_MEAN: Final = 10.0
"""Mean grey (0 to 255) under which nothing can be made out; lit nights stay above 20."""
COVERED_EDGES: Final = 0.01
"""Share of edge pixels; a hand, a cloth or a noisy black picture leaves none, a site camera
at an eighth of its light or four fifths of its contrast lost to fog over 0.02 (measured)."""
EDGE_STEP: Final = 20.0
"""Grey step (Sobel, after blurring noise away) that counts as an edge."""
CLEAR_EDGES: Final = 0.1
"""Share of edge pixels from which a picture is clear enough to be told another place; fog
and night leave less, and then a view that cannot be matched is no proof of a turn."""
FROZEN_STEP: Final = 3.0
"""Mean grey change of an 8x8 block; a coder makes up to 2.6 of a picture that stands still
(x264 at crf 28, measured), a burnt-in clock or anybody moving makes 10 and more."""
BORDER: Final = 0.1
"""Share of the height left out above and below when registering: burnt-in text stands
there and does not move with the camera."""
REFRESHED: Final = timedelta(days=1)
"""Age at which a reference that still fits is renewed, as the site grows under it."""
REACH: Final = 0.12
"""Shifts up to this share of the picture are found by correlating outlines."""
SURE_MATCH: Final = 0.3
"""Correlation of outlines above which a shift is believed. The same view reaches 0.7 in a
third of the light, in noise, fog and blur; unrelated pictures stay under 0.1 (measured)."""
RELIABLE_MATCHES: Final = 15
"""Feature pairs that must agree on one shift before it is believed."""


def shrink(image: Image) -> Gray:
    """The small grey copy of a picture."""
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(gray, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def is_blind(gray: Gray) -> bool:
    """Whether a picture shows nothing: black, or covered by something near and plain."""
    if float(gray.mean()) < BLACK_MEAN and float(gray.std()) < BLACK_MEAN:
        return True
    return edge_share(gray) < COVERED_EDGES


def edge_share(gray: Gray) -> float:
    """Share of pixels that lie on an edge, burnt-in text left out."""
    inner = np.asarray(cv2.GaussianBlur(_inner(gray), (5, 5), 0), np.uint8)
    dx = cv2.Sobel(inner, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(inner, cv2.CV_32F, 0, 1)
    return float(np.mean(cv2.magnitude(dx, dy) > EDGE_STEP))


def is_same(gray: Gray, before: Gray) -> bool:
    """Whether nothing changed between two pictures but what the coder adds."""
    change = cv2.absdiff(gray, before).astype(np.float32)
    blocks = cv2.resize(change, (SIZE[0] // 8, SIZE[1] // 8), interpolation=cv2.INTER_AREA)
    return float(blocks.max()) < FROZEN_STEP


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
        The distance in picture widths, or None when light or weather changed so much that
        no shift can be told.
    """
    height, width = reference.outlines.shape
    dy, dx = round(height * REACH), round(width * REACH)
    middle = reference.outlines[dy : height - dy, dx : width - dx]
    match = cv2.matchTemplate(_outlines(gray), middle, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(match)
    if best >= SURE_MATCH:
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
    centre = np.array([gray.shape[1] / 2, gray.shape[0] / 2, 1.0])
    return float(np.linalg.norm(matrix @ centre - centre[:2])) / SIZE[0]


def _evened(gray: Gray) -> Gray:
    """The inner picture with light and contrast evened out."""
    clahe = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(4, 8))
    return np.asarray(clahe.apply(_inner(gray)), np.uint8)


def _inner(gray: Gray) -> Gray:
    margin = round(SIZE[1] * BORDER)
    return gray[margin : SIZE[1] - margin]


def _outlines(gray: Gray) -> Floats:
    """Edge strength with light taken out: strong edges count alike by day and by night."""
    inner = cv2.GaussianBlur(_inner(gray), (3, 3), 0)
    strength = cv2.magnitude(cv2.Sobel(inner, cv2.CV_32F, 1, 0), cv2.Sobel(inner, cv2.CV_32F, 0, 1))
    local = cv2.blur(strength, (31, 31)) + 8.0
    return np.asarray(np.minimum(strength / local, 3.0), np.float32)


@dataclass(slots=True)
class Monitor:
    """Decides the health of one camera from its pictures.

    Attributes:
        timing: How long and how much.
        health: What holds now.
        since: When that began: at the first picture that showed it, not when decided.
        reference: The right view; the first good picture when none is given.
        referred: When the reference was taken.
        last_good: When a picture last showed the site.
        verdict: What the last picture alone says; ``health`` follows when it lasts.
    """

    timing: HealthTiming
    health: Health
    since: datetime
    reference: View | None = None
    referred: datetime | None = None
    last_good: datetime | None = None
    verdict: Health = Health.OFFLINE
    _suspected: Health | None = None
    _suspected_since: datetime | None = None
    _still: Gray | None = None
    _still_since: datetime | None = None

    def observe(self, gray: Gray, ts: datetime) -> bool:
        """Judges one picture; True when the health changed."""
        self.verdict = verdict = self._judge(gray, ts)
        if verdict is Health.OK:
            self.last_good = ts
        began = self._still_since if verdict is Health.FROZEN else None
        changed = self._decide(verdict, began or ts, ts)
        # The first pictures after opening may be half grey: only a proven view is kept.
        if self.reference is None and verdict is Health.OK and self.health is Health.OK:
            self._refer_to(gray, ts)
        return changed

    def observe_silence(self, since: datetime, ts: datetime) -> bool:
        """No picture has come since ``since``; True when that made it offline just now."""
        if (ts - since).total_seconds() < self.timing.stall_seconds:
            return False
        self._still = self._still_since = None
        self.verdict = Health.OFFLINE
        if self.health is Health.OFFLINE:
            return False
        self._become(Health.OFFLINE, since)
        return True

    def _judge(self, gray: Gray, ts: datetime) -> Health:
        if self._still is None or not is_same(gray, self._still):
            self._still, self._still_since = gray, ts
        if is_blind(gray):
            return Health.BLIND
        if self._still_since is not None and (
            (ts - self._still_since).total_seconds() >= self.timing.frozen_seconds
        ):
            return Health.FROZEN
        if self.reference is None:
            return Health.OK
        shift = shift_between(self.reference, gray)
        if shift is None:
            return Health.MOVED if edge_share(gray) >= CLEAR_EDGES else Health.OK
        if shift > self.timing.moved_fraction:
            return Health.MOVED
        if shift == 0 and (self.referred is None or ts - self.referred >= REFRESHED):
            self._refer_to(gray, ts)
        return Health.OK

    def _refer_to(self, gray: Gray, ts: datetime) -> None:
        self.reference, self.referred = view_of(gray), ts

    def _decide(self, verdict: Health, began: datetime, ts: datetime) -> bool:
        if verdict is self.health:
            self._suspected = None
            return False
        if verdict is not self._suspected or self._suspected_since is None:
            self._suspected, self._suspected_since = verdict, began
        waited = (ts - self._suspected_since).total_seconds()
        if waited < self.timing.decide_seconds:
            return False
        self._become(verdict, self._suspected_since)
        return True

    def _become(self, health: Health, since: datetime) -> None:
        self.health, self.since = health, since
        self._suspected = self._suspected_since = None
