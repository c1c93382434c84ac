"""The generator of project histories, and the fund rules' score on an unseen street."""

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from siteward_simulators.funds.history import history
from siteward_simulators.funds.street import PLANTS, STATISTICAL, cases
from siteward_simulators.scorecard.main import command


def test_a_history_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    first, again, other = (history("p", Random(seed)) for seed in (5, 5, 6))
    assert first == again != other


def test_an_honest_project_pays_wages_with_every_claim_and_never_beyond_its_contract() -> None:
    for number in range(20):
        told = history(f"p{number}", Random(number))
        for case in told:
            assert 0 < case.claim["wage_amount"] < case.claim["amount"]
            contract = case.facts["contract"]
            paid = sum(p["amount"] for p in case.facts["payments"]) + case.claim["amount"]
            assert paid <= contract["contract_sum"] + contract["approved_variations"]
        days = [case.claim["claimed_on"] for case in told]
        assert days == sorted(days) and len(set(days)) == len(days)


@pytest.mark.parametrize("rule", PLANTS)
def test_an_anomaly_comes_in_several_disguises_and_leaves_the_honest_case_alone(rule: str) -> None:
    honest = list(cases(seed=3, projects=40, per_rule=1))[:200]
    before = [(dict(case.facts), dict(case.claim)) for case in honest]
    made = [m for n, case in enumerate(honest) if (m := PLANTS[rule](case, Random(n))) is not None]
    assert len({case.disguise for case in made}) > 1
    assert {case.planted for case in made} == {rule}
    assert [(dict(case.facts), dict(case.claim)) for case in honest] == before


def test_every_floor_holds_on_an_unseen_street(tmp_path: Path) -> None:
    output = tmp_path / "funds.json"
    arguments = ["funds", "--seed", "97", "--projects", "60", "--per-rule", "20"]
    result = CliRunner().invoke(command, [*arguments, "--output", str(output)])
    assert result.exit_code == 0, result.output
    score = json.loads(output.read_text(encoding="utf-8"))
    assert score["wrong_holds_per_1000_honest"] <= 1
    for rule, found in score["rules"].items():
        assert found["planted"] > 0
        if rule not in STATISTICAL:
            assert found["recall"] >= 0.99, rule
