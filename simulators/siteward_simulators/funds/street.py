"""A street's projects over years: mostly honest claims, and anomalies planted in some."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Final

from siteward_simulators.funds import anomalies_money as money
from siteward_simulators.funds import anomalies_paper as paper
from siteward_simulators.funds.chance import yuan
from siteward_simulators.funds.history import Case, history

Plant = Callable[[Case, Random], Case | None]

PEERS: Final = 400
"""Payments of the street a claim is compared with: other claims, and three times as many for
everything else an office buys."""


def strange_digits(case: Case, rng: Random) -> Case | None:
    """FR-14: somebody made the street's amounts up."""
    made = case.changed("FR-14", rng.choice(("nines", "fives and sixes", "even digits")))
    peers: list[Decimal] = made.facts["papers"].get("peer_amounts", [])
    if len(peers) < PEERS:
        return None
    made.facts["papers"]["peer_amounts"] = [_invent(amount, made.disguise, rng) for amount in peers]
    return made


def _invent(amount: Decimal, disguise: str, rng: Random) -> Decimal:
    if disguise == "nines":
        first = "9" if rng.random() < 0.3 else str(amount)[0]
    elif disguise == "even digits":
        first = str(rng.randrange(1, 10))
    else:
        first = rng.choice("56") if rng.random() < 0.5 else str(amount)[0]
    return Decimal(first + str(amount)[1:])


PLANTS: Final[dict[str, Plant]] = {
    "FR-01": money.paid_ahead,
    "FR-02": money.not_accepted,
    "FR-03": money.beyond_contract,
    "FR-04": money.beyond_estimate,
    "FR-05": paper.no_signature,
    "FR-06": money.duplicate,
    "FR-07": money.split,
    "FR-08": money.just_below,
    "FR-09": money.account_changed,
    "FR-10": money.conflict,
    "FR-11": paper.out_of_hours,
    "FR-12": money.year_end,
    "FR-13": money.round_amounts,
    "FR-14": strange_digits,
    "FR-15": money.surge,
    "FR-16": money.prices,
    "FR-17": paper.variations,
    "FR-18": paper.retention,
    "FR-19": paper.dark_cameras,
    "FR-20": paper.open_hazard,
    "FR-21": paper.cameras_disagree,
    "FR-22": paper.impossible_progress,
    "FR-23": paper.wages_short,
    "FR-24": paper.ghost_workers,
    "FR-25": paper.advance,
    "FR-26": money.overdue,
    "FR-27": paper.backdated,
    "FR-28": paper.materials,
    "FR-29": paper.no_competition,
    "FR-30": paper.blind_supervisor,
}
STATISTICAL: Final = frozenset({"FR-08", "FR-12", "FR-13", "FR-14", "FR-15"})
"""Rules that judge many amounts together; the others compare numbers that either hold or not."""
CONSEQUENCES: Final[dict[str, frozenset[str]]] = {
    "FR-01": frozenset({"FR-07", "FR-12", "FR-15", "FR-22"}),
    "FR-03": frozenset({"FR-01", "FR-07", "FR-12", "FR-15"}),
    "FR-06": frozenset({"FR-01", "FR-07", "FR-15"}),
    "FR-07": frozenset({"FR-06", "FR-08", "FR-15"}),
    "FR-08": frozenset({"FR-01", "FR-03", "FR-07", "FR-15"}),
    "FR-09": frozenset({"FR-06"}),
    "FR-12": frozenset({"FR-01", "FR-03", "FR-15", "FR-18", "FR-21", "FR-22"}),
    "FR-13": frozenset({"FR-01"}),
    "FR-14": frozenset({"FR-15"}),
    "FR-15": frozenset({"FR-01", "FR-03", "FR-07", "FR-12"}),
    "FR-17": frozenset({"FR-04"}),
    "FR-21": frozenset({"FR-01"}),
    "FR-22": frozenset({"FR-15"}),
    "FR-25": frozenset({"FR-01", "FR-03"}),
}
"""What else the same deed truly shows: an inflated claim is also a claim ahead of progress."""


def cases(seed: int, projects: int, per_rule: int) -> Iterator[Case]:
    """Honest claims of every project, and ``per_rule`` anomalies of every rule among them."""
    rng = Random(f"{seed}/street")
    honest = [c for n in range(projects) for c in history(f"p{n}", Random(f"{seed}/{n}"))]
    amounts = [Decimal(c.claim["amount"]) for c in honest]
    amounts += [yuan(10 ** rng.uniform(2.3, 6.8)) for _ in range(3 * len(amounts))]
    for case in honest:
        if rng.random() < 0.2:
            sample = rng.sample(amounts, min(PEERS, len(amounts)))
            case.facts["papers"]["peer_amounts"] = sample
        yield case
    for plant in PLANTS.values():
        yield from _planted(plant, honest, per_rule, rng)


def _planted(plant: Plant, honest: list[Case], wanted: int, rng: Random) -> Iterator[Case]:
    """As many as wanted; a case an anomaly does not fit is passed over."""
    found = 0
    for case in rng.sample(honest, len(honest)):
        if found == wanted:
            return
        made = plant(case, rng)
        if made is not None:
            found += 1
            yield made
