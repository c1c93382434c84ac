"""Which pictures of a stream may be believed.

A decoder hides damage: it fills what is missing from the picture before, or with grey, and every
picture built on that one is wrong as well, whether it says so or not. So after damage nothing is
believed until the next picture that stands on its own.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(seconds=3)
"""Damage is judged over this long."""
MOSTLY: Final = 0.5
"""Share of damaged packets above which the whole stream is called corrupt."""
FEWEST: Final = 4
"""Packets that are too few to tell damage by."""


@dataclass(slots=True)
class Damage:
    """The damage of one connection.

    Attributes:
        opened: When it began.
        intact: When a picture was last believed; None before the first.
        useless: Packets of video since then.
    """

    opened: datetime
    intact: datetime | None = None
    useless: int = 0
    _whole: bool = False
    _recent: deque[tuple[datetime, bool]] = field(default_factory=deque)

    def packet(self, ts: datetime, damaged: bool, alone: bool, pictures: int) -> bool:
        """Notes a packet; whether the pictures it gave may be believed.

        Args:
            ts: When it came.
            damaged: Whether the decoder complained of it.
            alone: Whether its pictures need no other picture.
            pictures: How many it gave.
        """
        self.useless += 1
        if damaged:
            self._whole = False
        elif alone:
            self._whole = True
        if self.intact is not None or self._whole:  # who joins in the middle misses the beginning
            self._recent.append((ts, damaged))
        while self._recent and ts - self._recent[0][0] > WINDOW:
            self._recent.popleft()
        if self._whole and pictures:
            self.intact, self.useless = ts, 0
        return self._whole

    @property
    def sends(self) -> bool:
        """Whether something comes, though nothing of use. A last torn packet is nothing."""
        return self.useless >= FEWEST

    @property
    def mostly(self) -> datetime | None:
        """Since when most packets are damaged; None while most are not."""
        damaged = [ts for ts, bad in self._recent if bad]
        if len(self._recent) < FEWEST or len(damaged) <= MOSTLY * len(self._recent):
            return None
        return damaged[0]
