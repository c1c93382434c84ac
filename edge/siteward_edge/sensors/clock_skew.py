"""How far an instrument's clock is off, told from when it says it sent something. Pure.

A packet that waited for the link looks like one from a clock that is behind. They are told
apart by constancy: over a minute of our time a wrong clock stays equally wrong, while packets
that waited arrive in a burst and each has waited less than the one before.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final

OVER: Final = timedelta(seconds=60)
"""Of our time the offset must have been constant before it is believed."""
SPREAD: Final = 30.0
"""Seconds it may vary meanwhile: networks delay, boxes round."""
FEWEST: Final = 3
"""Packets it takes."""
MOST: Final = 600
"""Packets remembered: ten minutes of a box that sends every second."""


@dataclass(slots=True)
class ClockSkew:
    """What is known of one instrument's clock."""

    _seen: deque[tuple[datetime, float]] = field(default_factory=lambda: deque(maxlen=MOST))
    _believed: float | None = None

    def observe(self, sent: datetime, now: datetime) -> float | None:
        """Takes a packet just sent.

        Returns:
            Seconds the instrument's clock is ahead of ours, negative when behind; None while
            that cannot be told.
        """
        offset = (sent - now).total_seconds()
        if self._seen and abs(offset - self._seen[-1][1]) > SPREAD:
            self._seen.clear()
        self._seen.append((now, offset))
        while len(self._seen) > FEWEST and self._seen[1][0] <= now - OVER:
            self._seen.popleft()
        offsets = [o for _, o in self._seen]
        constant = max(offsets) - min(offsets) <= SPREAD
        long = now - self._seen[0][0] >= OVER and len(offsets) >= FEWEST
        if long:
            self._believed = median(offsets) if constant else None
        return self._believed
