"""A stream rule ready to run: what it reads, when it is breached, what it raises."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import fsum, log10
from typing import Final, Literal

from siteward_contracts.catalog import Severity
from siteward_contracts.clock import SHANGHAI
from siteward_rules.calendar import china
from siteward_rules.findings import Action, Text, Trust
from siteward_rules.language.condition import Condition

Aggregate = Literal[
    "mean", "energy_mean", "max", "min", "last", "count", "p05", "p10", "p50", "p90", "p95", "p99",
    "change", "rate_per_hour", "rate_per_day", "no_data",
]  # fmt: skip
Layer = Literal["national", "city", "project"]
Boundary = Literal["exclusive", "inclusive"]
"""Whether the limit itself is an exceedance; it is not unless a rule says so."""
Days = Literal["all", "working", "rest"]
"""Working days by the State Council's yearly notice, days of rest, or all."""
Shows = Literal["max", "min", "abs_max", "last"]
"""An extreme for a peak (of either sign where both count), the last value for a standing
that people ask for as it is."""


def _mean(values: Sequence[float]) -> float:
    return round(fsum(values) / len(values), 6)


def _energy_mean(values: Sequence[float]) -> float:
    """Mean level in dB of values already turned into energies; never the arithmetic mean."""
    return round(10 * log10(fsum(values) / len(values)), 6)


def _quantile(share: float) -> Callable[[Sequence[float]], float]:
    """The value below which a share of the values lies, between neighbours in proportion."""

    def of(values: Sequence[float]) -> float:
        ordered = sorted(values)
        at = share * (len(ordered) - 1)
        below = int(at)
        above = min(below + 1, len(ordered) - 1)
        return round(ordered[below] + (ordered[above] - ordered[below]) * (at - below), 6)

    return of


AGGREGATES: Final[dict[Aggregate, Callable[[Sequence[float]], float]]] = {
    "mean": _mean,
    "energy_mean": _energy_mean,
    "max": max,
    "min": min,
    "last": lambda values: values[-1],
    "count": len,
    "p05": _quantile(0.05),
    "p10": _quantile(0.10),
    "p50": _quantile(0.50),
    "p90": _quantile(0.90),
    "p95": _quantile(0.95),
    "p99": _quantile(0.99),
    "change": lambda values: round(values[-1] - values[0], 6),
}
"""Window of values, oldest first and not empty, to one number. Means are rounded to a
millionth, so that a constant signal at the limit is the limit."""
RATES: Final[dict[Aggregate, float]] = {"rate_per_hour": 3600.0, "rate_per_day": 86400.0}
"""Aggregates that divide the change by the time it took: seconds of their unit."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day in Asia/Shanghai; ``end`` does not belong to them."""

    start: time
    end: time

    def contain(self, ts: datetime) -> bool:
        """Whether an instant falls into them; 22:00-06:00 goes over midnight."""
        now = ts.astimezone(SHANGHAI).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


@dataclass(frozen=True, slots=True)
class Source:
    """Where a limit comes from and since when it is in force."""

    doc: str
    clause: str
    trust: Trust
    valid_from: date | None = None
    valid_to: date | None = None

    def __str__(self) -> str:
        """Document and clause, as people cite it."""
        return f"{self.doc} {self.clause}".strip()


@dataclass(frozen=True, slots=True)
class Input:
    """Another metric a condition names: its newest value not older than ``within``."""

    name: str
    metric: str
    within: timedelta
    of_site: bool = False


@dataclass(frozen=True, slots=True)
class StreamRule:
    """One rule over readings, detections or daily facts.

    Attributes:
        id: ``SR-…``.
        version: Version of its pack.
        pack: Its pack.
        layer: The lowest layer that had a say in it.
        title: What it finds.
        kind: Hazard kind of the catalogue it raises.
        severity: Of the alerts it raises; never ``major``, which a person decides.
        action: What it recommends.
        source: Where its limit comes from.
        reads: Series it reads: a metric, ``detection.{kind}`` or a fact.
        quantity: Name of what it reads.
        unit: Unit of what it reads and of its limit.
        condition: When it is breached.
        limit: The number it compares with; None where it compares with none.
        aggregate: How a window becomes one number.
        window: How far it looks back; zero is the last value only.
        coverage: Share of the window that must have passed since its oldest value.
        wait: How long a breach must last before the alert fires (``for``).
        keep: How long an alert goes on firing after the breach ended (``keep_firing_for``).
        stale: A value holds no longer than this without another.
        hours: When the rule applies; None is always.
        shows: Which value of a breach an alert shows.
        inputs: Other metrics the condition names.
        params: Numbers the site gave, by the names the condition uses.
        clear: When a breach is over; None is when the condition is false.
        days: On which days the rule applies.
        permit: A valid permit of this kind makes the rule stand aside.
        silence: For a rule about missing data: how long without a reading.
        layers: Field to the layer that set it, for those a lower layer changed.
        reasons: Why lower layers changed it.
    """

    id: str
    version: str
    pack: str
    layer: Layer
    title: Text
    kind: str
    severity: Severity
    action: Action
    source: Source
    reads: str
    quantity: Text
    unit: str
    condition: Condition
    limit: float | None
    aggregate: Aggregate = "last"
    window: timedelta = timedelta(0)
    coverage: float = 0.5
    wait: timedelta = timedelta(0)
    keep: timedelta = timedelta(0)
    stale: timedelta = timedelta(minutes=20)
    hours: Hours | None = None
    shows: Shows = "max"
    inputs: tuple[Input, ...] = ()
    params: Mapping[str, float] = field(default_factory=dict)
    clear: Condition | None = None
    days: Days = "all"
    permit: str | None = None
    silence: timedelta | None = None
    layers: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @property
    def of_detections(self) -> bool:
        """Whether it follows incidents a camera reports instead of comparing numbers."""
        return self.reads.startswith("detection.")

    def applies(self, ts: datetime) -> bool:
        """Whether an instant is within its legal hours and its source's validity."""
        source = self.source
        if source.valid_from or source.valid_to:
            day = ts.astimezone(SHANGHAI).date()
            if (source.valid_from and day < source.valid_from) or (
                source.valid_to and day > source.valid_to
            ):
                return False
        if self.days != "all":
            worked = china().is_working_day(ts.astimezone(SHANGHAI).date())
            if worked != (self.days == "working"):
                return False
        return self.hours is None or self.hours.contain(ts)

    def shown(self, before: float | None, value: float) -> float:
        """Which of a breach's values so far and its next one an alert shows."""
        if before is None or self.shows == "last":
            return value
        if self.shows == "abs_max":
            return max(before, value, key=abs)
        return max(before, value) if self.shows == "max" else min(before, value)


def summary(rule: StreamRule, value: float | None, started_at: datetime) -> Text:
    """One sentence about an incident for people."""
    at = started_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    utc = started_at.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
    if value is None or rule.of_detections:
        return Text(f"{rule.title.zh}，始于 {at}", f"{rule.title.en}, since {utc}")
    limit = "" if rule.limit is None else f"，限值 {rule.limit:g} {rule.unit}".rstrip()
    limit_en = "" if rule.limit is None else f", limit {rule.limit:g} {rule.unit}".rstrip()
    shown = f"{value:.2f}".rstrip("0").rstrip(".")
    return Text(
        f"{rule.quantity.zh} {shown} {rule.unit}".rstrip() + f"{limit}，始于 {at}",
        f"{rule.quantity.en} {shown} {rule.unit}".rstrip() + f"{limit_en}, since {utc}",
    )
