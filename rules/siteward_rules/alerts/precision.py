"""How often a rule was right, by what people said of its alerts."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

ENOUGH: Final = 10
"""Fewer judged alerts say nothing about a rule (platform default)."""
_Z: Final = 1.959964
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Alerts by what became of them; ``unjudged`` nobody looked at."""

    confirmed: int = 0
    false_alarms: int = 0
    cannot_tell: int = 0
    unjudged: int = 0

    @property
    def precision(self) -> float | None:
        """Share confirmed of those judged either way; None while they are too few."""
        judged = self.confirmed + self.false_alarms
        return self.confirmed / judged if judged >= ENOUGH else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of it; None where nobody judged."""
        judged = self.confirmed + self.false_alarms
        return wilson(self.confirmed, judged) if judged else None


def wilson(right: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share; it never leaves 0 to 1, however few there are.

    Raises:
        ValueError: There is nothing to take a share of.
    """
    if count <= 0 or not 0 <= right <= count:
        raise ValueError(f"{right} of {count} is no share")
    share, square = right / count, _Z * _Z
    centre = (share + square / (2 * count)) / (1 + square / count)
    spread = _Z * sqrt(share * (1 - share) / count + square / (4 * count * count))
    spread /= 1 + square / count
    return max(0.0, centre - spread), min(1.0, centre + spread)
