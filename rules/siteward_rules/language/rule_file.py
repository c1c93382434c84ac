"""Rule packs: YAML files read and checked as a whole.

Every mistake of every file is reported at once with its file, line, rule and remedy; a pack
with a mistake is not used at all.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from siteward_contracts.config_file import ConfigError, ConfigProblem, Document, read, validate
from siteward_rules.language.check import Complain, check_override, check_rule
from siteward_rules.language.layers import Pack, Place, resolve
from siteward_rules.language.spec import OverrideSpec, PackSpec, RuleSpec
from siteward_rules.stream.rule import StreamRule

SHIPPED: Final = Path(str(files("siteward_rules"))) / "packs"
"""The packs that come with Siteward."""
PAGES: Final = Path(str(files("siteward_rules"))) / "pages"
"""One page per rule, named by its id."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as far as it could be read."""

    document: Document
    pack: PackSpec | None
    rules: dict[int, RuleSpec]
    overrides: dict[int, OverrideSpec]
    problems: list[ConfigProblem]


def shipped_files() -> list[Path]:
    """The files of the packs that come with Siteward."""
    return sorted(SHIPPED.rglob("*.yaml"))


def load_packs(paths: Iterable[Path]) -> list[StreamRule]:
    """Reads packs and builds their national rules as they hold where nothing overrides them.

    Raises:
        ConfigError: With every problem of every file; nothing is used.
    """
    return list(resolve(read_packs(paths), Place()).rules)


def read_packs(paths: Iterable[Path]) -> list[Pack]:
    """Reads packs of any layer.

    Raises:
        ConfigError: With every problem of every file; nothing is used.
    """
    problems: list[ConfigProblem] = []
    found: list[_Read] = []
    for path in paths:
        try:
            found.append(_read(read(path)))
        except ConfigError as error:
            problems += error.problems
    problems += [problem for one in found for problem in one.problems]
    problems += _duplicates(found)
    known = {spec.id: spec for one in found for spec in one.rules.values()}
    for one in found:
        problems += _check_overrides(one, known)
    if problems:
        raise ConfigError(problems)
    return [Pack(one.pack) for one in found if one.pack is not None]


def _read(document: Document) -> _Read:
    problems: list[ConfigProblem] = []
    pack: PackSpec | None = None
    try:
        pack = validate(document, PackSpec)
    except ConfigError as error:
        problems += [_naming_rule(document, problem) for problem in error.problems]
    rules: dict[int, RuleSpec] = {}
    for index, raw in enumerate(_raw(document, "rules")):
        try:
            rules[index] = RuleSpec.model_validate(raw)
        except ValidationError:
            continue
        complain = _complainer(document, ("rules", index), rules[index].id, problems)
        check_rule(rules[index], complain)
    overrides: dict[int, OverrideSpec] = {}
    for index, raw in enumerate(_raw(document, "overrides")):
        try:
            overrides[index] = OverrideSpec.model_validate(raw)
        except ValidationError:
            continue
    return _Read(document, pack, rules, overrides, problems)


def _check_overrides(one: _Read, known: dict[str, RuleSpec]) -> list[ConfigProblem]:
    problems: list[ConfigProblem] = []
    for index, spec in one.overrides.items():
        complain = _complainer(one.document, ("overrides", index), spec.rule, problems)
        check_override(spec, known, complain)
    return problems


def _complainer(
    document: Document, path: tuple[str | int, ...], rule: str, problems: list[ConfigProblem]
) -> Complain:
    def complain(field: tuple[str, ...], message: str, remedy: str) -> None:
        problems.append(document.problem((*path, *field), f"rule {rule}: {message}", remedy))

    return complain


def _raw(document: Document, key: str) -> Sequence[Any]:
    rules = document.value.get(key) if isinstance(document.value, dict) else None
    return rules if isinstance(rules, list) else []


def _naming_rule(document: Document, problem: ConfigProblem) -> ConfigProblem:
    match = re.match(r"(rules|overrides)\[(\d+)\]", problem.field)
    raw = _raw(document, match[1])[int(match[2])] if match else None
    name = raw.get("id", raw.get("rule")) if isinstance(raw, dict) else None
    if name is None:
        return problem
    message = f"rule {name}: {problem.message}"
    return ConfigProblem(problem.file, problem.line, problem.field, message, problem.remedy)


def _duplicates(found: Sequence[_Read]) -> list[ConfigProblem]:
    problems = []
    seen: dict[str, Path] = {}
    for document in (one.document for one in found):
        for index, raw in enumerate(_raw(document, "rules")):
            rule = raw.get("id") if isinstance(raw, dict) else None
            if not isinstance(rule, str):
                continue
            if rule in seen:
                message = f"rule {rule}: already defined in {seen[rule]}"
                path = ("rules", index, "id")
                problems.append(document.problem(path, message, "give it another id"))
            seen[rule] = document.file
    return problems
