"""Whether pictures stand still as no living camera's do.

A living sensor never gives the same picture twice: where nothing moves and no clock is burnt
in, its noise still changes what the coder makes of it at each key picture. A frozen one comes
back to the same picture. So two things must hold at once: nothing moves, and what is shown
now was shown before, more than a key picture's interval ago.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import cv2
import numpy as np

from siteward_edge.health.look import SIZE, Gray

MOVED_STEP: Final = 6.0
"""Mean grey change of an 8x8 block; a coder makes up to 5 of a picture that stands still
(x264 at crf 38, measured), a burnt-in clock or anybody moving makes 10 and more."""
CHANGED_STEP: Final = 2
"""Grey levels by which one pixel must differ to count."""
SAME_SHARE: Final = 0.002
"""Share of pixels changed since the most alike earlier picture: of a frozen picture through
x264 0 to 0.0015 once its coder has settled; of a still night view at two fifths of the
floodlights and with a noise of half a grey level 0.0036 and more (crf 23 to 32, measured)."""
RECURRING: Final = 0.2
"""Share of the last pictures that must come back; the coder's rate control disturbs many of a
frozen camera's, of a living one's there are none."""
KEPT_PER_INTERVAL: Final = 10
"""Earlier pictures kept for comparison in one key picture's interval."""


def nothing_moves(gray: Gray, before: Gray) -> bool:
    """Whether nothing changed between two pictures but what noise and the coder add."""
    change = cv2.absdiff(gray, before).astype(np.float32)
    blocks = cv2.resize(change, (SIZE[0] // 8, SIZE[1] // 8), interpolation=cv2.INTER_AREA)
    return float(blocks.max()) < MOVED_STEP


def changed_share(grain: Gray, before: Gray) -> float:
    """Share of pixels that changed, the noise of a living sensor included."""
    return float(np.count_nonzero(cv2.absdiff(grain, before) > CHANGED_STEP)) / grain.size


@dataclass(slots=True)
class Stillness:
    """Watches for a picture that comes back.

    Attributes:
        frozen_seconds: Stillness that long is a frozen camera. Key pictures must come at
            least twice in it.
    """

    frozen_seconds: float
    _still: Gray | None = None
    _since: datetime | None = None
    _kept: deque[tuple[datetime, Gray]] = field(
        default_factory=lambda: deque(maxlen=3 * KEPT_PER_INTERVAL)
    )
    _recurred: deque[tuple[datetime, bool]] = field(default_factory=deque)

    def observe(self, gray: Gray, grain: Gray, ts: datetime) -> datetime | None:
        """Takes one picture; since when the camera is frozen, None when it lives."""
        if self._still is None or self._since is None or not nothing_moves(gray, self._still):
            self.forget()
            self._still, self._since = gray, ts
        key_interval = timedelta(seconds=self.frozen_seconds / 2)
        earlier = [kept for at, kept in self._kept if ts - at >= key_interval]
        if earlier:
            same = any(changed_share(grain, kept) <= SAME_SHARE for kept in reversed(earlier))
            self._recurred.append((ts, same))
        while self._recurred and ts - self._recurred[0][0] > key_interval:
            self._recurred.popleft()
        if not self._kept or (ts - self._kept[-1][0]) >= key_interval / KEPT_PER_INTERVAL:
            self._kept.append((ts, grain))
        if (ts - self._since).total_seconds() < self.frozen_seconds or not self._recurred:
            return None
        share = sum(same for _, same in self._recurred) / len(self._recurred)
        return self._since if share >= RECURRING else None

    def forget(self) -> None:
        """Begins anew, after pictures were missing or something moved."""
        self._still = self._since = None
        self._kept.clear()
        self._recurred.clear()
