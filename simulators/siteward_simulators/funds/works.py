"""The works of a project: what is built, when, and how fast it really goes."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from siteward_simulators.funds.chance import yuan

KINDS: Final = ("earthwork", "structure", "masonry", "facade", "paving", "planting")
FEASIBLE: Final = {
    "earthwork": 25, "structure": 25, "masonry": 25, "facade": 20, "paving": 40, "planting": 50
}  # fmt: skip
"""Percent of a work item a week at most, as site engineers reckon it."""


@dataclass(slots=True)
class Item:
    """A line of the bill of quantities. ``late`` is in days, ``speed`` of the planned."""

    id: str
    kind: str
    value: Decimal
    start: date
    finish: date
    late: int
    speed: float

    def done(self, day: date) -> float:
        """Percent really done: late, a little slower or faster, never beyond what can be."""
        days = (self.finish - self.start).days + 1
        passed = (day - self.start).days - self.late
        return 100 * min(1.0, max(0.0, passed * self.speed / days))


def works(rng: Random, total: Decimal, begin: date) -> list[Item]:
    """Three to five items one after the other, overlapping a little."""
    kinds = sorted(rng.sample(KINDS, rng.randrange(3, 6)), key=KINDS.index)
    shares = [rng.uniform(0.5, 2) for _ in kinds]
    values = [yuan(total * Decimal(s / sum(shares))) for s in shares]
    values[-1] += total - sum(values)
    items, start = [], begin
    for kind, value in zip(kinds, values, strict=True):
        weeks = max(100 / FEASIBLE[kind] * rng.uniform(1.6, 3.2), 3)
        finish = start + timedelta(days=round(7 * weeks))
        late, speed = rng.choice((0, 0, 3, 7, 14)), rng.uniform(0.85, 1.05)
        items.append(Item(kind, kind, value, start, finish, late, speed))
        start = finish - timedelta(days=rng.randrange(0, 14))
    return items
