"""What no model can express about a rule: names in catalogues, units, living conditions."""

import difflib
from collections.abc import Mapping
from typing import Protocol

from siteward_contracts.catalog import HAZARDS, METRICS
from siteward_rules.language.condition import (
    Condition,
    ConditionError,
    check_alive,
    check_boundary,
)
from siteward_rules.language.quantity import FACTS, main_name, others, read_quantity
from siteward_rules.language.spec import OverrideSpec, RuleSpec


class Complain(Protocol):
    """Notes a mistake at a field of the rule."""

    def __call__(self, field: tuple[str, ...], message: str, remedy: str) -> None:
        """Says what is wrong and what to do."""


def check_rule(spec: RuleSpec, complain: Complain) -> None:
    """Complains of everything wrong with a rule that its shape does not show."""
    if not _names_known(spec, complain):
        return
    _check_units(spec, complain)
    _check_alive(spec, complain)


def _check_alive(spec: RuleSpec, complain: Complain) -> None:
    names = ", ".join(condition_names(spec))
    remedy = f"write CEL over {names}, e.g. 'value > limit'"
    for field, source in (("condition", spec.condition), ("clear", spec.clear)):
        if source is None:
            continue
        try:
            _check_condition(spec, source, main=field == "condition")
        except ConditionError as error:
            complain((field,), str(error), remedy)


def check_override(spec: OverrideSpec, known: Mapping[str, RuleSpec], complain: Complain) -> None:
    """Complains of an override of an unknown rule, or of what may not be overridden."""
    rule = known.get(spec.rule)
    if rule is None:
        complain(("rule",), f"no rule is called {spec.rule}", nearest(spec.rule, list(known)))
        return
    if not rule.overridable and (spec.changed or spec.params):
        complain(("rule",), "may not be overridden", "remove the override")
    if not spec.changed and not spec.params:
        complain((), "changes nothing", "give the field to change, or remove the override")
    if rule.when.aggregate == "no_data" and (spec.hours or spec.days):
        complain(("hours",), "a no_data rule holds at all hours", "remove hours and days")
    if spec.limit and (rule.limit is None or spec.limit.unit != rule.limit.unit):
        unit = repr(rule.limit.unit) if rule.limit else "no limit at all"
        complain(("limit",), f"the rule's limit is in {unit}", "convert the limit to that unit")
    elif spec.limit:
        _check_alive(rule.model_copy(update={"limit": spec.limit}), complain)
    for name, value in spec.params.items():
        given = rule.params.get(name)
        if given is None:
            remedy = nearest(name, list(rule.params))
            complain(("params", name), f"the rule has no parameter {name!r}", remedy)
        elif not given.low <= value <= given.high:
            message = f"{value:g} is outside {given.low:g} to {given.high:g} {given.unit}"
            complain(("params", name), message, "correct the number or its unit")


def nearest(name: str, known: list[str]) -> str:
    """A remedy for a wrong name."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known) or 'none'}"


def condition_names(spec: RuleSpec) -> tuple[str, ...]:
    """What a rule's conditions may name."""
    limit = ("limit",) if spec.limit else ()
    return (main_name(spec.when), *limit, *spec.inputs, *spec.params)


def _names_known(spec: RuleSpec, complain: Complain) -> bool:
    when, wrong = spec.when, False
    wanted: list[tuple[tuple[str, ...], str, str | None, list[str]]] = [
        (("when", "metric"), "metric", when.metric, list(METRICS)),
        (("when", "detection"), "detection", when.detection, list(HAZARDS)),
        (("when", "fact"), "fact", when.fact, list(FACTS)),
        (("hazard",), "hazard", spec.hazard, list(HAZARDS)),
    ]
    wanted += [
        (("with", name, "metric"), "metric", given.metric, list(METRICS))
        for name, given in spec.inputs.items()
    ]
    for field, what, name, known in wanted:
        if name is not None and name not in known:
            complain(field, f"no {what} is called {name!r}", nearest(name, known))
            wrong = True
    for name in {*spec.inputs, *spec.params} & {"value", "confidence", "limit"}:
        complain(("with", name), f"{name!r} has a meaning already", "give it another name")
        wrong = True
    for name in spec.inputs.keys() & spec.params.keys():
        complain(("params", name), f"{name!r} is an input too", "give one of them another name")
        wrong = True
    return not wrong


def _check_units(spec: RuleSpec, complain: Complain) -> None:
    when, unit = spec.when, read_quantity(spec.when).unit
    if spec.limit and spec.limit.unit != unit:
        message = f"unit {spec.limit.unit!r} is not that of what it reads, {unit!r}"
        complain(("limit", "unit"), message, f"convert the limit and write unit: {unit!r}")
    if when.aggregate == "energy_mean" and unit != "dB(A)":
        complain(("when", "aggregate"), "energy_mean is for levels in dB(A)", "use mean")
    if when.aggregate == "mean" and unit == "dB(A)":
        complain(("when", "aggregate"), "levels in dB(A) have no plain mean", "use energy_mean")
    if when.detection and when.window:
        complain(("when", "window"), "detections have no window", "use keep_firing_for")
    if when.detection and spec.inputs:
        complain(("with",), "detections are judged alone", "write a rule over the metric")
    for name in {*spec.inputs, *spec.params} - _used(spec):
        complain(("with",), f"{name!r} is not used by any condition", "use it or remove it")


def _used(spec: RuleSpec) -> frozenset[str]:
    used: frozenset[str] = frozenset()
    for source in (spec.condition, spec.clear):
        try:
            used |= Condition(source, condition_names(spec)).names if source else frozenset()
        except ConditionError:  # told where the condition is checked
            return frozenset((*spec.inputs, *spec.params))
    return used


def _check_condition(spec: RuleSpec, source: str, main: bool) -> None:
    condition = Condition(source, condition_names(spec))
    if source.strip() == "true" and spec.when.detection and main:
        return
    quantity, limit = read_quantity(spec.when), spec.limit.value if spec.limit else None
    ranges = {name: (q.low, q.high) for name, q in others(spec).items()}
    name = main_name(spec.when)
    check_alive(condition, name, quantity.low, quantity.high, limit, ranges)
    if main and limit is not None and condition.names == {name, "limit"}:
        check_boundary(condition, {name: limit, "limit": limit}, spec.boundary == "inclusive")
