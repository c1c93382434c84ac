from decimal import Decimal

import pytest

from siteward_simulators.world.anomalies import (
    BASE_SEED,
    PLANTS,
    plant,
    plant_all,
    verified_value,
)
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.works import done, seen_percent

SCENARIOS = {s.site: s for s in load_scenarios()}
HONEST = ["elderly-care", "road"]


def paid(s: Scenario) -> Decimal:
    return sum((claim.amount for claim in s.claims), Decimal(0))


def ceiling(s: Scenario) -> Decimal:
    return verified_value(s) * Decimal(str(s.contract.progress_cap))


def visible_gap(s: Scenario) -> float:
    """Claimed less seen, in points on the visible part, by the scenario alone."""
    items = {item.id: done(item, 0) for item in s.work_items}
    coverage = sum(z.weight for z in s.zones)
    watched = {z.work_item for z in s.zones}
    total = float(s.contract.contract_sum)
    reported = max(s.reports, key=lambda r: r.day).percents
    unseen = sum(
        float(i.value) / total * reported.get(i.id, 0) for i in s.work_items if i.id not in watched
    )
    return (s.live_claim.claimed_percent - unseen) / coverage - seen_percent(s, items)


def test_the_base_seed_plants_nothing() -> None:
    assert plant_all(list(SCENARIOS.values()), BASE_SEED) == list(SCENARIOS.values())


@pytest.mark.parametrize("site", HONEST)
def test_an_honest_claim_is_clearly_honest(site: str) -> None:
    s = SCENARIOS[site]
    claim = s.live_claim
    assert not claim.expected
    assert paid(s) + claim.amount < ceiling(s) - s.contract.contract_sum / 100
    assert next(m.accepted for m in s.milestones if m.id == claim.milestone) is not None
    assert visible_gap(s) < 5
    assert not s.payee_changes
    assert not s.outages
    assert all(h.closed is not None for h in s.hazards)


def test_seeds_plant_every_rule_sooner_or_later_and_never_twice_in_a_world() -> None:
    planted = set()
    for seed in range(2, 40):
        found = [
            r
            for s in plant_all(list(SCENARIOS.values()), seed)
            for r in s.live_claim.expected
            if s.site in HONEST
        ]
        assert len(found) == len(set(found))
        planted |= set(found)
    assert planted == set(PLANTS)


def test_a_seed_always_plants_the_same() -> None:
    sites = list(SCENARIOS.values())
    assert plant_all(sites, 12) == plant_all(sites, 12)


@pytest.mark.parametrize("site", HONEST)
@pytest.mark.parametrize("rule", PLANTS)
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_what_is_planted_is_true_and_nothing_else_is(site: str, rule: str, seed: int) -> None:
    s = plant(SCENARIOS[site], rule, seed)
    claim = s.live_claim
    assert claim.expected == [rule]
    excess = paid(s) + claim.amount - ceiling(s)
    milestone = next(m for m in s.milestones if m.id == claim.milestone)
    true = {
        "FR-01": excess > s.contract.contract_sum * Decimal("0.02"),
        "FR-02": milestone.accepted is None,
        "FR-09": any(change.day > -30 for change in s.payee_changes),
        "FR-19": 0.25 * 168 < sum(o.hours for o in s.outages) < 0.4 * 168
        and max((o.hours for o in s.outages), default=0) < 24,
        "FR-20": any(h.severity == "suspected_major" and h.closed is None for h in s.hazards),
        "FR-21": visible_gap(s) > 12,
    }
    assert {name for name, is_true in true.items() if is_true} == {rule}
    assert paid(s) + claim.amount <= s.contract.contract_sum
    assert claim.wage_amount < claim.amount
