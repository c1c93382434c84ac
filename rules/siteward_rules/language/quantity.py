"""What the names in a rule mean: their titles, units and plausible ranges."""

from dataclasses import dataclass
from typing import Final

from siteward_contracts.catalog import METRICS
from siteward_rules.findings import Text
from siteward_rules.language.spec import RuleSpec, When

FACTS: Final[dict[str, tuple[Text, float, float]]] = {
    "spi": (Text("进度绩效指数", "Schedule performance index"), 0.0, 2.0),
    "cpi": (Text("成本绩效指数", "Cost performance index"), 0.0, 3.0),
    "lag_points": (Text("进度滞后百分点", "Points behind schedule"), -100.0, 100.0),
    "idle_working_days": (Text("无人施工工作日", "Working days without anybody"), 0.0, 365.0),
    "overdue_hazards": (Text("逾期隐患", "Overdue hazards"), 0.0, 1000.0),
    "wage_cover": (Text("工资专户保障倍数", "Wage account cover"), 0.0, 100.0),
}
"""Daily facts about a project that stream rules may read: name and plausible range."""

_LONGEST_SILENCE: Final = 60.0 * 24 * 30
"""Minutes; a month without data is silence enough for any rule."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number a condition may name."""

    title: Text
    unit: str
    low: float
    high: float


def read_quantity(when: When) -> Quantity:
    """What ``value`` or ``confidence`` is; its names must be of the catalogues."""
    if when.fact:
        title, low, high = FACTS[when.fact]
        return Quantity(title, "", low, high)
    if not when.metric:
        return Quantity(Text("置信度", "Confidence"), "", 0.0, 1.0)
    metric = METRICS[when.metric]
    title, span = Text(metric.zh, metric.en), metric.high - metric.low
    if when.aggregate == "no_data":
        return Quantity(title, "min", 0.0, _LONGEST_SILENCE)
    if when.aggregate == "count":
        return Quantity(title, "", 0.0, 1000.0)
    if when.aggregate == "change":
        return Quantity(title, metric.unit, -span, span)
    if when.aggregate in ("rate_per_hour", "rate_per_day"):
        return Quantity(title, f"{metric.unit}/{when.aggregate[9]}", -span, span)
    return Quantity(title, metric.unit, metric.low, metric.high)


def main_name(when: When) -> str:
    """What a condition calls that quantity."""
    return "confidence" if when.detection else "value"


def others(spec: RuleSpec) -> dict[str, Quantity]:
    """What else a condition may name besides its main quantity and ``limit``."""
    named = {
        name: Quantity(Text(m.zh, m.en), m.unit, m.low, m.high)
        for name, given in spec.inputs.items()
        for m in [METRICS[given.metric]]
    }
    for name, given in spec.params.items():
        named[name] = Quantity(
            Text(given.title.zh, given.title.en), given.unit, given.low, given.high
        )
    return named
