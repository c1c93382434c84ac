"""What a seed plants in an honest site: one kind of fraud, with the facts that make it true.

The base seed plants nothing. Every other seed gives each site with an honest live claim one
of the fund rules of the slice, or none, and never the same one twice.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any, Final

from siteward_simulators.world.chance import rng
from siteward_simulators.world.scenario import FoundHazard, Outage, PayeeChange, Scenario
from siteward_simulators.world.works import done, seen_percent

BASE_SEED: Final = 1
"""The seed of the demo as its page describes it."""
HONEST: Final = "none"


def plant_all(scenarios: Sequence[Scenario], seed: int) -> list[Scenario]:
    """The same sites with what the seed plants in them."""
    if seed == BASE_SEED:
        return list(scenarios)
    honest = [s.site for s in scenarios if not s.live_claim.expected]
    drawn = rng(seed, "anomalies").sample([*PLANTS, HONEST], min(len(honest), len(PLANTS)))
    chosen = dict(zip(honest, drawn, strict=False))
    return [plant(s, chosen.get(s.site, HONEST), seed) for s in scenarios]


def plant(scenario: Scenario, rule: str, seed: int) -> Scenario:
    """One site with the facts that make ``rule`` true of its live claim."""
    if rule == HONEST:
        return scenario
    changes = PLANTS[rule](scenario, rng(seed, scenario.site, rule))
    planted = scenario.model_copy(update=changes)
    claim = planted.live_claim.model_copy(update={"expected": [rule]})
    return planted.model_copy(update={"live_claim": claim})


def verified_value(s: Scenario) -> Decimal:
    """Value of the work as the chief supervisor last measured it."""
    latest: dict[str, float] = {}
    for measurement in sorted(s.measurements, key=lambda m: m.day):
        latest.update(measurement.percents)
    return sum(
        (item.value * Decimal(str(latest.get(item.id, 0))) / 100 for item in s.work_items),
        Decimal(0),
    )


def _claim(s: Scenario, **changes: object) -> dict[str, Any]:
    return {"live_claim": s.live_claim.model_copy(update=changes)}


def _ahead_of_progress(s: Scenario, chance: Random) -> dict[str, Any]:
    """FR-01: the claim lifts what is paid 4 to 10 % of the contract over verified value x cap."""
    paid = sum((claim.amount for claim in s.claims), Decimal(0))
    ceiling = verified_value(s) * Decimal(str(s.contract.progress_cap))
    excess = s.contract.contract_sum * Decimal(chance.randint(4, 10)) / 100
    amount = (ceiling - paid + excess).quantize(Decimal("1000.00"))
    wages = (amount * Decimal(str(s.contract.wage_share))).quantize(Decimal("0.01"))
    return _claim(s, amount=amount.quantize(Decimal("0.01")), wage_amount=wages)


def _before_acceptance(s: Scenario, chance: Random) -> dict[str, Any]:
    """FR-02: the claim is bound to a milestone that is not accepted."""
    open_ones = [m.id for m in s.milestones if m.accepted is None]
    return _claim(s, milestone=chance.choice(open_ones))


def _new_account(s: Scenario, chance: Random) -> dict[str, Any]:
    """FR-09: the payee's account changed within the last month."""
    account = f"62220812{chance.randrange(10**11):011d}"
    change = PayeeChange(day=-chance.randint(3, 14), account=account, reason="来函变更收款账户")
    return {"payee_changes": [*s.payee_changes, change]}


def _dark_camera(s: Scenario, chance: Random) -> dict[str, Any]:
    """FR-19: one camera is blind 25 to 40 % of the last week, in stretches under a day."""
    camera = chance.choice(s.cameras).id
    hours = chance.uniform(44, 60) / 3
    outages = [
        Outage(camera=camera, fault=fault, start_hours=start, hours=hours)
        for fault, start in (("offline", -140), ("black", -108), ("covered", -76))
    ]
    return {"outages": [*s.outages, *outages]}


def _open_hazard(s: Scenario, chance: Random) -> dict[str, Any]:
    """FR-20: an inspector's suspected major hazard stands open."""
    hazard = FoundHazard(
        kind=chance.choice(("formwork_tilt", "pit_displacement")),
        severity="suspected_major",
        description="现场监测值超过专项方案报警值，疑似重大隐患，待专家论证",
        day=-chance.randint(2, 6),
        due=chance.randint(4, 9),
    )
    return {"hazards": [*s.hazards, hazard]}


def _beyond_pictures(s: Scenario, chance: Random) -> dict[str, Any]:
    """FR-21: on what cameras see, the claim is 14 to 18 or 24 to 32 points above them."""
    items = {item.id: done(item, 0) for item in s.work_items}
    coverage = sum(zone.weight for zone in s.zones)
    reported = max(s.reports, key=lambda report: report.day).percents
    total = float(s.contract.contract_sum)
    unseen = sum(
        (float(item.value) / total - sum(z.weight for z in s.zones if z.work_item == item.id))
        * reported.get(item.id, 0)
        for item in s.work_items
    )
    gap = chance.choice((chance.uniform(14, 18), chance.uniform(24, 32)))
    claimed = unseen + coverage * (seen_percent(s, items) + gap)
    return _claim(s, claimed_percent=round(min(100.0, claimed), 2))


PLANTS: Final[dict[str, Callable[[Scenario, Random], dict[str, Any]]]] = {
    "FR-01": _ahead_of_progress,
    "FR-02": _before_acceptance,
    "FR-09": _new_account,
    "FR-19": _dark_camera,
    "FR-20": _open_hazard,
    "FR-21": _beyond_pictures,
}
"""What a seed may plant. Each changes only what its own rule looks at."""
