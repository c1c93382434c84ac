"""Runs a fund rule on facts written as YAML, over an honest project that is always the same."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from siteward_contracts.config_file import read
from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Text
from siteward_rules.testing.spec import FundTest

_Facts = TypeVar("_Facts")


class FactsError(ValueError):
    """The facts of a test cannot be used; the text says which field and why."""


def run_fund_test(rule: FundRule, test: FundTest, base: Mapping[str, Any]) -> list[str]:
    """What differs; nothing when the test holds.

    Raises:
        FactsError: The test's facts are not facts.
    """
    facts, claim = case(base, test.facts, test.claim)
    found = rule.evaluate(facts, claim)
    if test.expect == "nothing":
        return [] if found is None else [f"expected nothing, found: {found.explanation.en}"]
    if found is None:
        return ["expected a finding, found nothing"]
    wanted = {"severity": test.expect.severity, "action": test.expect.action}
    differences = [
        f"{name}: expected {value}, found {getattr(found, name)}"
        for name, value in wanted.items()
        if value is not None and getattr(found, name) != value
    ]
    shown = _numbers(found)
    for name, value in test.expect.numbers.items():
        if shown.get(name) != value:
            got = shown.get(name, f"no such number; there are {', '.join(shown)}")
            differences.append(f"number {name!r}: expected {value}, found {got}")
    return differences


def base_project(file: Path) -> Mapping[str, Any]:
    """The honest project every test starts from.

    Raises:
        ConfigError: The file is not YAML.
    """
    value: Mapping[str, Any] = read(file).value
    return value


def case(
    base: Mapping[str, Any], facts: Mapping[str, Any], claim: Mapping[str, Any]
) -> tuple[ProjectFacts, ClaimFacts]:
    """The base project and claim with a test's changes.

    Raises:
        FactsError: A field is unknown or of another type.
    """
    project = _typed(_merged(base["facts"], facts), ProjectFacts, "facts")
    return project, _typed(_merged(base["claim"], claim), ClaimFacts, "claim")


def _merged(base: Any, change: Any) -> Any:
    """Mappings are merged, everything else is replaced."""
    if isinstance(base, Mapping) and isinstance(change, Mapping):
        keys = {**base, **change}
        return {
            key: _merged(base[key], change[key]) if key in base and key in change else value
            for key, value in keys.items()
        }
    return change


def _typed(value: Any, wanted: type[_Facts], where: str) -> _Facts:
    for problem in _unknown(wanted, value, where):
        raise FactsError(problem)
    try:
        return msgspec.convert(_plain(value), wanted, strict=False)
    except msgspec.ValidationError as error:
        raise FactsError(f"{where}: {error}") from error


def _plain(value: Any) -> Any:
    """Numbers become text, so that amounts are exact."""
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


def _unknown(wanted: Any, value: Any, where: str) -> Iterator[str]:
    """Fields that no dataclass of the facts has."""
    kind = _dataclass_in(wanted)
    if kind is None:
        return
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield from _unknown(kind, child, f"{where}[{index}]")
    elif isinstance(value, Mapping):
        hints, known = get_type_hints(kind), [f.name for f in fields(kind)]
        for name, child in value.items():
            if name not in known:
                yield f"{where}.{name}: no such field; known: {', '.join(known)}"
            else:
                yield from _unknown(hints[name], child, f"{where}.{name}")


def _dataclass_in(wanted: Any) -> Any:
    if is_dataclass(wanted):
        return wanted
    if get_origin(wanted) in (tuple, UnionType):
        return next(
            (k for a in get_args(wanted) if a is not NoneType and (k := _dataclass_in(a))), None
        )
    return None


def _numbers(finding: Finding) -> dict[str, str]:
    return {
        n.name.en: n.value.en if isinstance(n.value, Text) else n.value for n in finding.numbers
    }
