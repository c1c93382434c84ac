"""Fire and smoke, stage two: how a candidate behaves over seconds.

Flames stay where they are, change their outline from picture to picture and never go out
between. Smoke stays rooted, is stirred within, and grows. A vest or an orange machine keeps
its outline or moves away, a warning light goes out between flashes, welding is white and blue
and comes in bursts, steam is white or stays small.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from siteward_edge.config.hazards import FireSmoke
from siteward_edge.hazards.flames import SHAKE, Blob, Spotter
from siteward_edge.hazards.ground import inside
from siteward_edge.hazards.ports import Judged, Key, Look, Sighting
from siteward_edge.vision.ports import Box

KIND: Final = "fire_smoke"
FLICKER: Final = (0.19, 0.85)
"""Share of its pixels by which a flame's outline changes between two pictures, in the median."""
MISSING: Final = 0.2
"""Largest share of pictures in which it may not be found; a flash is off half the time."""
WANDER: Final = 0.5
"""Of its own size by which the root may wander."""
GROWTH: Final = 1.5
"""Least growth of smoke since it was first seen."""
STIR: Final = {"fire": 4.0, "smoke": 1.2}
"""Least stir within, in levels: flames have 6 and more, a machine that drives slowly 3, a
shadow or a parked lorry none."""
GONE: Final = 2.0
"""Seconds unseen after which a candidate is given up."""
RECENT: Final = 20
"""Pictures whose changes of outline are kept."""
FEW: Final = 5
"""Pictures below which nothing can be said."""


@dataclass(slots=True)
class Candidate:
    """The same thing over pictures.

    Attributes:
        name: Names it.
        begun: When it was first seen.
        early: Its area then, the median of the first pictures.
        seen: The last seconds; None for pictures it was not found in.
        latest: The last blob, and when.
        changes: By how much its outline changed between the last pictures.
    """

    name: str
    begun: datetime
    latest: tuple[datetime, Blob]
    early: float = 0.0
    seen: deque[tuple[datetime, Blob | None]] = field(default_factory=deque)
    changes: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))

    def add(self, ts: datetime, blob: Blob | None, keep: float) -> None:
        """Takes one picture; forgets what is older than ``keep`` seconds."""
        if blob is not None and self.seen:
            self.changes.append(outline_change(self.latest[1], blob))
        self.seen.append((ts, blob))
        if blob is not None:
            self.latest = (ts, blob)
        if len(self.seen) <= FEW:
            self.early = float(np.median([b.area for _, b in self.seen if b is not None]))
        while (ts - self.seen[0][0]).total_seconds() > keep:
            self.seen.popleft()


@dataclass(slots=True)
class Fire:
    """Watches one camera's pictures for fire and smoke."""

    settings: FireSmoke
    spotter: Spotter
    _candidates: list[Candidate] = field(default_factory=list)
    _count: int = 0

    def judge(self, look: Look) -> Judged:
        """Candidates watched for long enough; None for those that behave otherwise or are gone."""
        people = [track.person.box for track in look.tracks]
        blobs, size = self.spotter.spot(look.image, people, look.things)
        blobs = [b for b in blobs if not self._ignored(b, size)]
        judged: Judged = {}
        for one in self._follow(blobs, look.ts):
            judged[Key(KIND, None, one.name)] = None
        for one in self._candidates:
            when, blob = one.latest
            if when != look.ts or (look.ts - one.begun).total_seconds() < self.settings.seconds:
                continue
            sure = behaves([b for _, b in one.seen], one.early, float(np.median(one.changes)))
            judged[Key(KIND, None, one.name)] = (
                Sighting(KIND, None, _fractions(blob.box, size), sure, blob.what, since=one.begun)
                if sure
                else None
            )
        return judged

    def _ignored(self, blob: Blob, size: tuple[int, int]) -> bool:
        root = (min(1.0, blob.root[0] / size[0]), min(1.0, blob.root[1] / size[1]))
        return any(inside(root, area) for area in self.settings.ignore)

    def _follow(self, blobs: Sequence[Blob], ts: datetime) -> list[Candidate]:
        """Adds each blob to the candidate it overlaps; returns candidates that are gone."""
        free = list(blobs)
        keep = max(4.0, 2 * self.settings.seconds)
        for one in self._candidates:
            last = one.latest[1]
            near = [b for b in free if b.what == last.what and _touch(b.box, last.box)]
            best = max(near, key=lambda b: _common(b.box, last.box), default=None)
            free = [b for b in free if b is not best]
            one.add(ts, best, keep)
        gone = [c for c in self._candidates if (ts - c.latest[0]).total_seconds() > GONE]
        self._candidates = [c for c in self._candidates if c not in gone]
        for blob in free:
            self._count += 1
            one = Candidate(f"{blob.what} {self._count}", ts, (ts, blob))
            one.add(ts, blob, keep)
            self._candidates.append(one)
        return gone


def behaves(seen: Sequence[Blob | None], early: float, changes: float) -> float | None:
    """How sure it is that something burns or smokes; None when it behaves otherwise.

    Args:
        seen: It over some seconds, None for pictures it was not found in.
        early: Its area when it was first seen.
        changes: By how much its outline changes from picture to picture.
    """
    blobs = [blob for blob in seen if blob is not None]
    if len(blobs) < FEW or len(blobs) < (1 - MISSING) * len(seen) or _wanders(blobs):
        return None
    told = max(blob.sure for blob in blobs) / 4
    stirred = float(np.median([b.stir for b in blobs])) >= STIR[blobs[-1].what]
    if blobs[-1].what == "fire":
        if told or (stirred and FLICKER[0] <= changes <= FLICKER[1]):
            return min(0.99, 0.6 + changes / 2 + told)
        return None
    late = float(np.median([b.area for b in blobs[-FEW:]]))
    if told or (stirred and late >= GROWTH * early):
        return min(0.95, 0.55 + min(0.3, late / early / 10) + told)
    return None


def outline_change(a: Blob, b: Blob) -> float:
    """Pixels in one of two blobs only, as a share of those in either.

    A camera that sways moves both: what fits best within its sway counts.
    """
    left, top = min(a.box[0], b.box[0]), min(a.box[1], b.box[1])
    right = max(a.box[0] + a.box[2], b.box[0] + b.box[2])
    bottom = max(a.box[1] + a.box[3], b.box[1] + b.box[3])
    rim = SHAKE  # room to move in
    both = np.zeros((2, bottom - top + 2 * rim, right - left + 2 * rim), np.uint8)
    for layer, blob in zip(both, (a, b), strict=True):
        x, y, w, h = blob.box
        layer[y - top + rim : y - top + rim + h, x - left + rim : x - left + rim + w] = blob.mask
    either = max(1, int(both.any(axis=0).sum()))
    one_only = min(
        int(np.count_nonzero(np.roll(both[0], (dy, dx), (0, 1)) != both[1]))
        for dy in range(-SHAKE, SHAKE + 1)
        for dx in range(-SHAKE, SHAKE + 1)
    )
    return min(1.0, one_only / either)


def _wanders(blobs: Sequence[Blob]) -> bool:
    xs, ys = np.array([blob.root for blob in blobs]).T
    wide = max(4.0, float(np.median([blob.box[2] for blob in blobs])))
    half = len(blobs) // 2
    moved = np.hypot(
        np.median(xs[:half]) - np.median(xs[half:]), np.median(ys[:half]) - np.median(ys[half:])
    )
    return bool(moved > WANDER * wide)


def _touch(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return (
        a[0] <= b[0] + b[2] + 2
        and b[0] <= a[0] + a[2] + 2
        and a[1] <= b[1] + b[3] + 2
        and b[1] <= a[1] + a[3] + 2
    )


def _common(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> float:
    """Shared by two boxes, as a share of both together."""
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    tall = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(0, wide) * max(0, tall)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def _fractions(box: tuple[int, int, int, int], size: tuple[int, int]) -> Box:
    x, y, w, h = box
    return (x / size[0], y / size[1], w / size[0], h / size[1])
