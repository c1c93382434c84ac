"""Reads rules' test files and runs them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from siteward_contracts.config_file import ConfigError, ConfigProblem, Document, read, validate
from siteward_rules.funds import FUND_RULES
from siteward_rules.language.layers import Pack
from siteward_rules.testing.facts import FactsError, base_project, run_fund_test
from siteward_rules.testing.spec import FundTestFile, StreamTestFile
from siteward_rules.testing.streams import run_stream_test

EXAMPLES: Final = Path(str(files("siteward_rules"))) / "examples"
"""One test file per shipped rule, named by its id, and the honest project of fund tests."""
PROJECT: Final = EXAMPLES / "project.yaml"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test: where it stands, and what differs from what was expected."""

    file: Path
    line: int
    rule: str
    name: str
    differences: tuple[str, ...]


def shipped_tests() -> list[Path]:
    """The test files of the shipped rules."""
    return sorted(p for p in EXAMPLES.glob("*.yaml") if p != PROJECT)


def run_files(paths: Iterable[Path], packs: Sequence[Pack]) -> Iterator[Outcome]:
    """Runs every test of every file.

    Raises:
        ConfigError: A file is not a test file; every mistake of it is named.
    """
    base = base_project(PROJECT)
    for path in paths:
        document = read(path)
        raw = document.value if isinstance(document.value, dict) else {}
        if str(raw.get("rule", "")).startswith("FR-"):
            yield from _funds(document, base)
        else:
            yield from _streams(document, packs)


def _streams(document: Document, packs: Sequence[Pack]) -> Iterator[Outcome]:
    spec = validate(document, StreamTestFile)
    for index, test in enumerate(spec.tests):
        differences = run_stream_test(spec.rule, test, packs)
        yield _outcome(document, index, spec.rule, test.name, differences)


def _funds(document: Document, base: Mapping[str, Any]) -> Iterator[Outcome]:
    spec = validate(document, FundTestFile)
    rule = next((rule for rule in FUND_RULES if rule.id == spec.rule), None)
    if rule is None:
        known = ", ".join(rule.id for rule in FUND_RULES)
        problem = document.problem(("rule",), f"no fund rule is called {spec.rule}", known)
        raise ConfigError([problem])
    for index, test in enumerate(spec.tests):
        try:
            differences = run_fund_test(rule, test, base)
        except FactsError as error:
            line = document.line(("tests", index))
            problem = ConfigProblem(document.file, line, f"tests[{index}]", str(error))
            raise ConfigError([problem]) from error
        yield _outcome(document, index, rule.id, test.name, differences)


def _outcome(
    document: Document, index: int, rule: str, name: str, differences: Sequence[str]
) -> Outcome:
    line = document.line(("tests", index))
    return Outcome(document.file, line, rule, name, tuple(differences))
