"""The demonstrations of the shipped rules, and the commands for people who write rules."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from siteward_rules.funds import FUND_RULES
from siteward_rules.language.rule_file import read_packs, shipped_files
from siteward_rules.main import command
from siteward_rules.money.recommend import assess
from siteward_rules.testing.facts import base_project, case
from siteward_rules.testing.run import EXAMPLES, PROJECT, run_files, shipped_tests

PACKS = read_packs(shipped_files())
RULES = [spec.id for pack in PACKS for spec in pack.spec.rules] + [rule.id for rule in FUND_RULES]


@pytest.mark.parametrize("rule", RULES)
def test_the_demonstration_of_every_rule_holds(rule: str) -> None:
    outcomes = list(run_files([EXAMPLES / f"{rule}.yaml"], PACKS))
    assert {outcome.rule for outcome in outcomes} == {rule}
    assert [(o.name, o.differences) for o in outcomes if o.differences] == []


@pytest.mark.parametrize("rule", RULES)
def test_every_demonstration_shows_the_rule_firing_and_not_firing(rule: str) -> None:
    text = (EXAMPLES / f"{rule}.yaml").read_text(encoding="utf-8")
    if rule.startswith("FR-"):
        assert "expect: nothing" in text and "expect: {" in text
    else:
        assert "expect:\n" in text
        assert text.count("- name:") > 1 or "rate_per_day" in _when(rule)


def _when(rule: str) -> str:
    return next(s.when.aggregate for p in PACKS for s in p.spec.rules if s.id == rule)


def test_no_demonstration_is_without_its_rule() -> None:
    assert {path.stem for path in shipped_tests()} == set(RULES)


def test_the_project_of_the_fund_tests_is_honest() -> None:
    found = assess(*case(base_project(PROJECT), {}, {}))
    assert [finding.explanation.en for finding in found.findings] == []


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, list(arguments))
    return result.exit_code, result.output


def test_a_test_that_fails_says_what_was_expected_and_found(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    text = (EXAMPLES / "SR-GAS-CO.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("begin: 1m", "begin: 2m"), encoding="utf-8")
    code, out = run("test", str(file))
    assert code == 1
    assert f"{file}:3: SR-GAS-CO: above the limit, then back" in out
    assert "begin: expected 2m, found 1m in 1m to 9m, value 36" in out
    assert "1 of 2 tests failed" in out


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("rule: FR-03", "rule: FR-99", "no fund rule is called FR-99"),
        ("facts:", "facs:", "did you mean 'facts'?"),
        ("contract:", "contrat:", "facts.contrat: no such field; known: project, as_of, contract"),
    ],
)
def test_a_test_file_with_a_mistake_names_it(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    file = tmp_path / "FR-03.yaml"
    text = (EXAMPLES / "FR-03.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    code, out = run("test", str(file))
    assert code == 1 and expected in out and f"{file}:" in out


@pytest.mark.parametrize("metric", ["pm10", "noise_laeq", "gas_o2", "pit_top_horizontal"])
def test_a_new_rule_passes_its_own_test_at_once(tmp_path: Path, metric: str) -> None:
    arguments = ["--metric", metric, "--hazard", "dust", "--folder", str(tmp_path)]
    code, out = run("new", "SR-MINE", *arguments)
    assert code == 0 and f"wrote {tmp_path}/SR-MINE.test.yaml" in out
    pack = str(tmp_path / "SR-MINE.yaml")
    assert run("check", pack)[1] == "1 rules in 1 files are fine\n"
    assert run("test", str(tmp_path / "SR-MINE.test.yaml"), "--pack", pack)[1] == "2 tests passed\n"
    code, out = run("new", "SR-MINE", *arguments)
    assert code == 1 and "is there already; choose another id or folder" in out


def test_a_new_rule_over_nothing_is_refused() -> None:
    assert (
        "no metric is called 'pm1'" in run("new", "SR-A", "--metric", "pm1", "--hazard", "dust")[1]
    )
    assert "is not a rule id" in run("new", "dust", "--metric", "pm10", "--hazard", "dust")[1]


def test_the_list_shows_what_holds_in_a_province() -> None:
    wide = {"COLUMNS": "300"}
    out = CliRunner().invoke(command, ["list", "--region", "上海"], env=wide).output
    assert "SR-DUST-SHANGHAI-HIGH" in out and "SR-DUST-TSP" not in out
    assert "SR-PIT-STRUT abstains until the site gives 支撑轴力设计值 (kN)" in out
