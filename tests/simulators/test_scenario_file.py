from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from siteward_contracts.config_file import ConfigError
from siteward_simulators.main import command
from siteward_simulators.world.anomalies import verified_value
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.scenario_file import SCENARIOS, load_scenario, load_scenarios


def kindergarten() -> Scenario:
    return load_scenario(SCENARIOS / "kindergarten.yaml")


def broken(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = (SCENARIOS / "kindergarten.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    file = tmp_path / "broken.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as refusal:
        load_scenario(file)
    return [str(problem) for problem in refusal.value.problems]


def test_shipped_scenarios_are_sound() -> None:
    assert [s.site for s in load_scenarios()] == ["elderly-care", "kindergarten", "road"]


def test_kindergarten_case_has_the_exact_figures() -> None:
    s = kindergarten()
    paid = sum((claim.amount for claim in s.claims), Decimal(0))
    claim = s.live_claim
    assert s.contract.contract_sum == Decimal("8000000.00")
    assert verified_value(s) == Decimal("3500000.00")
    assert paid == Decimal("2600000.00")
    assert (claim.amount, claim.wage_amount) == (Decimal("2900000.00"), Decimal("580000.00"))
    assert claim.title == "主体封顶"
    assert [m.accepted for m in s.milestones if m.id == claim.milestone] == [None]
    assert [change.day for change in s.payee_changes] == [-6]
    assert sum(outage.hours for outage in s.outages) == pytest.approx(40.333, abs=0.01)


def test_every_typo_is_named_at_once_with_line_field_and_remedy(tmp_path: Path) -> None:
    file = broken(
        tmp_path,
        ("planned_finish: 90", "planed_finish: 90"),
        ("percent: 22.67", "percent: many"),
        ("retention: 0.03", "retention: 3"),
    )
    found = problems(file)
    assert len(found) == 4
    assert any(
        "planed_finish: no such setting (did you mean 'planned_finish'?)" in p for p in found
    )
    assert any("project.planned_finish: is missing" in p for p in found)
    assert any("zones[0].states[3].percent" in p for p in found)
    assert any("contract.retention" in p and "got 3" in p for p in found)
    lines = file.read_text(encoding="utf-8").splitlines()
    for problem in found:
        name = problem.split(": ")[1].rsplit(".", 1)[-1]
        line = int(problem.removeprefix(f"{file}:").split(":")[0])
        assert name in lines[line - 1] or "is missing" in problem


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("work_items: [piling, main-block]", "work_items: [pilling]", "one of: piling, main-block"),
        (
            "camera: cam-annex\n    work_item",
            "camera: cam-x\n    work_item",
            "'cam-x' is not declared",
        ),
        ("weight: 0.55", "weight: 0.95", "weights add up to 1.200"),
        ("percent: 27.33", "percent: 20", "does not rise"),
        ("[concrete, rebar, sky, sky]", "[concrete, gold, sky, sky]", "no material 'gold'"),
        ("[concrete, rebar, sky, sky]", "[concrete, rebar, sky]", "3 materials for 4 bands"),
        ("[concrete, rebar, sky, sky]", "[concrete, formwork, sky, sky]", "an earlier state"),
        ("[[0.10, 0.96], [0.62, 0.95]]", "[[0.10, 0.96], [0.92, 0.92]]", "'under-hook'"),
        ('value: "600000.00"', 'value: "600000.01"', "not the sum of the work items"),
        ('wage_amount: "580000.00"', 'wage_amount: "2900000.01"', "is more than the claim"),
        ("planned: [-70, 70]", "planned: [70, -70]", "must start before it finishes"),
        ("id: annex\n    name", "id: main-block\n    name", "is used twice"),
    ],
)
def test_contradictions_are_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(broken(tmp_path, (old, new))))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no \*\.yaml"):
        load_scenarios(tmp_path)


def test_check_names_mistakes_and_fails(tmp_path: Path) -> None:
    file = broken(tmp_path, ("weight: 0.55", "wieght: 0.55"))
    result = CliRunner().invoke(command, ["check", str(file), str(SCENARIOS / "road.yaml")])
    assert result.exit_code == 1
    assert "did you mean 'weight'?" in result.output
    assert "road is sound" in result.output
