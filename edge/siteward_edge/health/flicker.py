"""Whether brightness goes up and down: bands of mains light, an exposure that hunts.

Clouds, dusk and headlights change the light too, but they do not turn back at every other
picture over most of the picture's height.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_edge.health.look import Gray

ROWS: Final = 18
COLUMNS: Final = 16
SWING: Final = 0.04
"""Change of brightness (logarithm) from one picture to the next that counts; a median over
the columns of a row of blocks keeps people and machines out of it."""
DARKEST: Final = 8.0
"""Grey added before the logarithm, so that noise in the dark is no swing."""
STRIDES: Final = (1, 3)
"""Pictures between those compared: slow bands need more."""
STEPS: Final = 8
"""Changes that are looked at."""
STRONG: Final = 0.6
"""Share of them that must swing, over half of the rows."""
TURNING: Final = 0.35
"""Share that must go against the one before; steps without any order would be 0.67."""
SHORTEST: Final = timedelta(seconds=0.3)
LONGEST: Final = timedelta(seconds=2)
"""Between two pictures: closer ones are left out, after longer gaps it begins anew."""

Rows = NDArray[np.float64]


@dataclass(slots=True)
class Flicker:
    """The last rows of brightness of one camera."""

    _rows: deque[tuple[datetime, Rows]] = field(
        default_factory=lambda: deque(maxlen=STEPS * max(STRIDES) + 1)
    )

    def observe(self, gray: Gray, ts: datetime) -> datetime | None:
        """Takes one picture; since when it flickers at the latest, None when it does not."""
        if self._rows:
            gap = ts - self._rows[-1][0]
            if gap > LONGEST:
                self._rows.clear()
            elif gap < SHORTEST:
                return self._since()
        blocks = cv2.resize(gray, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
        self._rows.append((ts, np.log(blocks.astype(np.float64) + DARKEST)))
        return self._since()

    def forget(self) -> None:
        """Begins anew."""
        self._rows.clear()

    def _since(self) -> datetime | None:
        for stride in STRIDES:
            taken = list(self._rows)[::-stride][: STEPS + 1][::-1]
            if len(taken) > STEPS and (first := _swings([rows for _, rows in taken])) is not None:
                return taken[first][0]
        return None


def _swings(rows: list[Rows]) -> int | None:
    """Which picture is the first that differs, if brightness goes up and down."""
    steps = np.median(np.diff(np.array(rows), axis=0), axis=2)
    strong = np.mean(np.abs(steps) > SWING, axis=1) >= 0.5
    turning = np.sum(steps[1:] * steps[:-1], axis=1) < 0
    if np.mean(strong) < STRONG or np.mean(turning) < TURNING:
        return None
    return int(np.argmax(strong)) + 1
