"""Whether readings can be believed: ranges, order, flatlines. Pure.

A value outside the catalogue's range is a broken sensor or a wrong unit. A value that never
changes is a dead one, of those quantities that never stand still on a site.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from siteward_contracts.catalog import METRICS
from siteward_edge.config.sensors import Flatline

_MINUTES: Final = Flatline(samples=12, seconds=600)
_HOUR: Final = Flatline(samples=12, seconds=3600)
_HALF_DAY: Final = Flatline(samples=12, seconds=43_200)

FLATLINES: Final[Mapping[str, Flatline]] = {
    "noise_laeq": _MINUTES,
    "pm25": _HOUR,
    "pm10": _HOUR,
    "tsp": _HOUR,
    "wind_speed": _HOUR,
    "crane_wind": _HOUR,
    "wind_direction": _HOUR,
    "temperature": _HALF_DAY,
    "humidity": _HALF_DAY,
    "pressure": _HALF_DAY,
}
"""When a value counts as flat, unless the configuration says otherwise.

Twelve equal samples is the domain reference's default (section 3.2); the times are ours,
because a box that sends every second repeats an honest 21.6 °C for minutes. What may rightly
stand still for days, a parked crane or a pit that does not move, is judged only where the
configuration asks for it.
"""

HONEST: Final[Mapping[str, float]] = {
    "wind_speed": 0.0,  # calm, or below the speed at which cups begin to turn
    "crane_wind": 0.0,
    "rainfall": 0.0,
    "humidity": 100.0,  # fog
    "hoist_door_open": 0.0,
}
"""Metric to the value that it may keep for as long as it likes."""

CALM: Final = 0.5
"""m/s; below it a vane stays where it is."""

PM_TOLERANCE: Final = 1.1
"""Fine dust may exceed coarse by a tenth (domain reference, section 3.2)."""
PM_NOISE: Final = 5.0
"""µg/m³ two channels of one sensor may differ by when there is hardly any dust."""


def plausible(
    values: Mapping[str, float], flags: Mapping[str, str]
) -> tuple[dict[str, float], dict[str, str]]:
    """Splits readings into believable ones and, by metric, reasons against the others.

    A value its instrument flags is left out without a reason: it is expected to be nonsense.
    """
    good: dict[str, float] = {}
    refused: dict[str, str] = {}
    for name, value in values.items():
        metric = METRICS[name]
        if math.isfinite(value) and metric.low <= value <= metric.high:
            good[name] = value
        elif name not in flags:
            refused[name] = (
                f"{name} {value:g} is outside {metric.low:g} to {metric.high:g} {metric.unit}; "
                f"{_remedy(name, value)}"
            )
    return good, refused


def _remedy(name: str, value: float) -> str:
    if METRICS[name].unit == "µg/m³" and value > METRICS[name].high:
        return "probably ng/m³: set its scale under units to 0.001"
    if name == "pressure" and 500 <= value <= 1100:
        return "probably hPa: set its scale under units to 0.1"
    return "check its unit, scale and address, then the sensor"


def disorder(values: Mapping[str, float]) -> str | None:
    """What is wrong with the order of fine to coarse dust, empty if nothing, None if unknown."""
    known = [(name, values[name]) for name in ("pm25", "pm10", "tsp") if name in values]
    if len(known) < 2:
        return None
    for (fine, less), (coarse, more) in pairwise(known):
        if less > more * PM_TOLERANCE + PM_NOISE:
            return (
                f"{fine} {less:g} is above {coarse} {more:g}, which contains it; "
                "check that both have the same unit"
            )
    return ""


@dataclass(frozen=True, slots=True)
class Run:
    """Equal samples in a row.

    Attributes:
        value: What they all are.
        samples: How many.
        since: When the first was taken.
    """

    value: float
    samples: int
    since: datetime


def continued(run: Run | None, value: float, ts: datetime) -> Run:
    """The run after one more sample."""
    if run is None or run.value != value:
        return Run(value, 1, ts)
    return Run(value, run.samples + 1, run.since)


def flat(run: Run, ts: datetime, limit: Flatline) -> bool:
    """Whether a run is so long that the sensor must be dead."""
    return run.samples >= limit.samples and (ts - run.since).total_seconds() >= limit.seconds


def may_stand_still(name: str, value: float, values: Mapping[str, float]) -> bool:
    """Whether a value may rightly stay as it is."""
    if name == "wind_direction":
        return values.get("wind_speed", 0.0) < CALM
    return HONEST.get(name) == value
