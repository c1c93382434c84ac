"""A new rule's files: the rule, its page and a test that passes at once."""

from math import log10
from pathlib import Path
from typing import Final

from siteward_contracts.catalog import HAZARDS, METRICS, Metric

_PACK: Final = """\
pack: {pack}
version: "1"
layer: national
rules:
  - id: {rule}
    title: {{zh: {zh}, en: {en}}}
    when: {{metric: {metric}, window: 10m, aggregate: {aggregate}}}
    limit: {{value: {limit:g}, unit: "{unit}"}}
    condition: value > limit        # the limit itself is no exceedance
    for: 0s                         # how long it must last
    keep_firing_for: 10m            # and go on after it ended
    hazard: {hazard}
    severity: general               # info, general, serious or suspected_major
    source: {{doc: 平台默认, clause: 写明文号和条款, trust: default}}
"""
_TEST: Final = """\
rule: {rule}
tests:
  - name: ten minutes above the limit
    start: 2026-11-24 10:00         # Asia/Shanghai unless an offset is given
    given:
      - {{metric: {metric}, every: 1m, values: "{above:g}x11 {below:g}x21"}}
    expect:
      - {{begin: 5m, end: {end}, severity: general}}
  - name: exactly at the limit
    start: 2026-11-24 10:00
    given:
      - {{metric: {metric}, every: 1m, values: "{limit:g}x20"}}
    expect: []
"""
_PAGE: Final = """\
# {rule} {zh} · {en}

**Question.** What does the reader want to know?

**How.** Reads `{metric}`; `value > limit`; limit {limit:g} {unit}; {aggregate} over 10 min; goes on
firing 10 min after it ended.

**Why.** Which law, standard or experience asks for it.

**Severity, action.** general; notice. Hazard `{hazard}`.

**Source.** 平台默认 写明文号和条款

**Example.** `{rule}.test.yaml`; run it with `siteward rules test {rule}.test.yaml --pack {rule}.yaml`.
"""


class ScaffoldError(ValueError):
    """The files cannot be written; the text says why."""


def new_rule(folder: Path, rule: str, metric: Metric, hazard: str) -> list[Path]:
    """Writes a rule, its page and its test into a folder.

    Raises:
        ScaffoldError: One of the files is there already.
    """
    paths = [folder / f"{rule}{suffix}" for suffix in (".yaml", ".test.yaml", ".md")]
    there = [path for path in paths if path.exists()]
    if there:
        raise ScaffoldError(f"{there[0]} is there already; choose another id or folder")
    energy = metric.unit == "dB(A)"
    limit = round((metric.low + metric.high) / 2)
    above, below = limit + (metric.high - limit) / 2, metric.low + (limit - metric.low) / 4
    words = {
        "pack": rule.lower(),
        "rule": rule,
        "zh": f"{metric.zh}偏高",
        "en": f"{metric.en} too high",
        "metric": metric.name,
        "aggregate": "energy_mean" if energy else "mean",
        "unit": metric.unit,
        "limit": limit,
        "above": above,
        "below": below,
        "hazard": hazard,
        "end": _end(above, below, limit, energy),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in zip(paths, (_PACK, _TEST, _PAGE), strict=True):
        path.write_text(text.format(**words), encoding="utf-8")
    return paths


def _end(above: float, below: float, limit: float, energy: bool) -> str:
    """When ten minutes' mean of 11 values above and then values below is over, kept 10 min."""

    def mean(values: list[float]) -> float:
        if not energy:
            return sum(values) / len(values)
        return 10 * log10(sum(10 ** (v / 10) for v in values) / len(values))

    values = [above] * 11 + [below] * 21
    for minute in range(11, len(values)):
        if mean(values[minute - 9 : minute + 1]) <= limit:
            return f"{minute + 10}m"
    return "31m"


def known_metric(name: str) -> Metric:
    """A metric of the catalogue.

    Raises:
        ScaffoldError: There is none of that name.
    """
    if name not in METRICS:
        raise ScaffoldError(f"no metric is called {name!r}; known: {', '.join(METRICS)}")
    return METRICS[name]


def known_hazard(name: str) -> str:
    """A hazard kind of the catalogue.

    Raises:
        ScaffoldError: There is none of that name.
    """
    if name not in HAZARDS:
        raise ScaffoldError(f"no hazard is called {name!r}; known: {', '.join(HAZARDS)}")
    return name
