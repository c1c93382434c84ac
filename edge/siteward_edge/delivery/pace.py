"""How fast the backlog may go out, so that other users of the link keep some of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Pace:
    """A token bucket: ``per_second`` in the long run, up to ``burst`` at once after a rest.

    A message may overdraw it, and the next one waits until the debt is paid, so that a picture
    larger than the burst gets through as well. A clock that jumps back pays nothing; one that
    jumps ahead pays at most the burst.
    """

    per_second: float
    burst: float
    _left: float = 0.0
    _at: datetime | None = None

    def left(self, now: datetime) -> float:
        """What may be spent now; not above zero means wait."""
        if self._at is None:
            self._left = self.burst
        else:
            earned = max(0.0, (now - self._at).total_seconds()) * self.per_second
            self._left = min(self.burst, self._left + earned)
        self._at = now
        return self._left

    def spend(self, amount: float) -> None:
        """Takes what was sent off what is left."""
        self._left -= amount

    def wait(self) -> float:
        """Seconds until something may be spent again."""
        return max(0.0, -self._left / self.per_second)
