"""Earned value: planned, earned and actual cost, their indices and the S-curve.

Formulas are the standard PMI forms (PV = BAC x planned %, EV = BAC x verified %, AC = what
was paid). Divisions by nothing give None, never infinity.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from siteward_rules.facts import ZERO, PaymentFacts, WorkItemFacts, part, yuan

Light = Literal["green", "yellow", "red", "grey"]

ON_SCHEDULE: Final = 0.95
"""SPI from which a project is green (platform default)."""
BEHIND_SCHEDULE: Final = 0.85
"""SPI below which a project is red (platform default)."""


@dataclass(frozen=True, slots=True)
class EarnedValue:
    """The three sums at one instant, in yuan, and what follows from them."""

    bac: Decimal
    pv: Decimal
    ev: Decimal
    ac: Decimal

    @property
    def sv(self) -> Decimal:
        """Schedule variance EV - PV."""
        return self.ev - self.pv

    @property
    def cv(self) -> Decimal:
        """Cost variance EV - AC."""
        return self.ev - self.ac

    @property
    def spi(self) -> float | None:
        """Schedule performance index EV / PV."""
        return _ratio(self.ev, self.pv)

    @property
    def cpi(self) -> float | None:
        """Cost performance index EV / AC."""
        return _ratio(self.ev, self.ac)

    @property
    def eac_typical(self) -> Decimal | None:
        """Estimate at completion when the rest costs as the past did: BAC / CPI."""
        return yuan(self.bac * self.ac / self.ev) if self.ev > 0 and self.ac > 0 else None

    @property
    def eac_atypical(self) -> Decimal:
        """Estimate at completion when the rest goes as planned: AC + (BAC - EV)."""
        return self.ac + self.bac - self.ev

    @property
    def eac_combined(self) -> Decimal | None:
        """Estimate when both indices persist: AC + (BAC - EV) / (CPI x SPI)."""
        if self.ev <= 0 or self.ac <= 0 or self.pv <= 0:
            return None
        return yuan(self.ac + (self.bac - self.ev) * self.ac * self.pv / (self.ev * self.ev))

    @property
    def etc(self) -> Decimal | None:
        """Estimate to complete, typical: EAC - AC."""
        return None if self.eac_typical is None else self.eac_typical - self.ac

    @property
    def vac(self) -> Decimal | None:
        """Variance at completion, typical: BAC - EAC."""
        return None if self.eac_typical is None else self.bac - self.eac_typical

    @property
    def tcpi(self) -> float | None:
        """Efficiency the rest must reach: (BAC - EV) / (BAC - AC)."""
        return _ratio(self.bac - self.ev, self.bac - self.ac)


def planned_percent(item: WorkItemFacts, day: date) -> float:
    """Percent of a work item the baseline wants done by the end of a day (linear)."""
    days = (item.planned_finish - item.planned_start).days + 1
    done = (day - item.planned_start).days + 1
    return 100.0 * min(1.0, max(0.0, done / days)) if days > 0 else 100.0 * (done > 0)


def planned_value(items: Iterable[WorkItemFacts], day: date) -> Decimal:
    """Value the baseline wants done by the end of a day."""
    return sum((part(item.value, planned_percent(item, day)) for item in items), ZERO)


def weighed_percent(
    items: Sequence[WorkItemFacts], percent: Callable[[WorkItemFacts], float]
) -> float:
    """Mean of a percent over work items, weighed by their value; 0 without any value."""
    total = sum((item.value for item in items), ZERO)
    if total <= 0:
        return 0.0
    return sum(float(item.value / total) * percent(item) for item in items)


def earned_value(
    items: Sequence[WorkItemFacts], payments: Iterable[PaymentFacts], day: date
) -> EarnedValue:
    """The project at the end of a day; items carry the percents accepted by then."""
    return EarnedValue(
        bac=sum((item.value for item in items), ZERO),
        pv=planned_value(items, day),
        ev=sum((part(item.value, item.accepted_percent) for item in items), ZERO),
        ac=sum((p.amount for p in payments if p.paid_on <= day), ZERO),
    )


@dataclass(frozen=True, slots=True)
class Accepted:
    """The chief supervisor accepted this percent of a work item on this day."""

    work_item: str
    percent: float
    on: date


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Cumulative planned, earned and paid value at the end of a day; None after today."""

    day: date
    planned: Decimal
    earned: Decimal | None
    paid: Decimal | None


def s_curve(
    items: Sequence[WorkItemFacts],
    accepted: Sequence[Accepted],
    payments: Sequence[PaymentFacts],
    days: Iterable[date],
    today: date,
) -> list[CurvePoint]:
    """The S-curve on the given days.

    Args:
        items: Work items with their plan.
        accepted: Every measurement; the last one on or before a day counts.
        payments: Every payment.
        days: Where to draw, in any order.
        today: Earned and paid end here.
    """
    by_day = sorted(accepted, key=lambda a: a.on)
    value = {item.id: item.value for item in items}

    def earned_by(day: date) -> Decimal:
        last = {a.work_item: a.percent for a in by_day if a.on <= day}
        return sum((part(value[i], p) for i, p in last.items() if i in value), ZERO)

    def paid_by(day: date) -> Decimal:
        return sum((p.amount for p in payments if p.paid_on <= day), ZERO)

    return [
        CurvePoint(
            day,
            planned_value(items, day),
            earned_by(day) if day <= today else None,
            paid_by(day) if day <= today else None,
        )
        for day in days
    ]


def forecast_finish(started: date, planned: date, value: EarnedValue) -> date | None:
    """Planned duration / SPI after the start: the finish if the pace stays as it was.

    None while nothing is earned, and beyond ten times the plan, where it says nothing any more.
    """
    spi = value.spi
    if not spi or spi < 0.1:
        return None
    return started + timedelta(days=round((planned - started).days / spi))


def schedule_light(spi: float | None) -> Light:
    """Green from 0.95, yellow from 0.85, red below, grey before anything was planned."""
    if spi is None:
        return "grey"
    if spi >= ON_SCHEDULE:
        return "green"
    return "yellow" if spi >= BEHIND_SCHEDULE else "red"


def payable_ceiling(verified: Decimal, cap: Decimal, unrecovered_advance: Decimal) -> Decimal:
    """The most that may have been paid: verified value x cap plus advance not yet earned back."""
    return yuan(verified * cap) + unrecovered_advance


def _ratio(numerator: Decimal, denominator: Decimal) -> float | None:
    return float(numerator / denominator) if denominator > 0 else None
