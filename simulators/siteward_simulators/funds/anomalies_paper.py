"""Anomalies in signatures, dates, people, progress and cameras, each in several disguises."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from siteward_simulators.funds.chance import SHANGHAI, yuan
from siteward_simulators.funds.dossier import Facts
from siteward_simulators.funds.history import Case


def no_signature(case: Case, rng: Random) -> Case | None:
    """FR-05: no valid signature of the chief supervisor."""
    made = case.changed("FR-05", rng.choice(("nobody", "not on the roster", "certificate ended")))
    mine = next(s for s in made.facts["papers"]["signatures"] if s["claim"] == made.claim["id"])
    if made.disguise == "nobody":
        made.facts["papers"]["signatures"].remove(mine)
    elif made.disguise == "not on the roster":
        mine["on_roster"] = False
    else:
        mine["valid_to"] = mine["signed_on"] - timedelta(days=rng.randrange(1, 200))
    return made


def out_of_hours(case: Case, rng: Random) -> Case | None:
    """FR-11: approved at night, early or on a day of rest."""
    made = case.changed("FR-11", rng.choice(("night", "early", "Sunday", "holiday")))
    mine = _approval(made)
    day: date = mine["at"].date()
    hour = {"night": 20 + rng.randrange(4), "early": rng.randrange(8)}.get(made.disguise, 10)
    if made.disguise == "Sunday":
        day -= timedelta(days=(day.weekday() + 1) % 7)
        if day in _WORKED_SUNDAYS:
            return None
    elif made.disguise == "holiday":
        day = date(day.year, 10, 2)
    mine["at"] = datetime.combine(day, time(hour, 15), SHANGHAI)
    mine["submitted_at"] = mine["at"] - timedelta(hours=30)
    return made


_WORKED_SUNDAYS = frozenset(
    {
        date(2024, 2, 4), date(2024, 2, 18), date(2024, 4, 7), date(2024, 4, 28),
        date(2024, 9, 29), date(2025, 1, 26), date(2025, 4, 27), date(2025, 9, 28),
        date(2026, 1, 4), date(2026, 9, 20),
    }
)  # fmt: skip


def variations(case: Case, rng: Random) -> Case | None:
    """FR-17: variations that grow, come in series or were dated afterwards."""
    made = case.changed(
        "FR-17", rng.choice(("six per cent", "twelve per cent", "series", "afterwards"))
    )
    contract, day = made.facts["contract"], made.claim["claimed_on"]
    made.facts["contract"]["approved_estimate"] = contract["contract_sum"] * 2
    if made.disguise.endswith("per cent"):
        share = Decimal("0.062") if made.disguise == "six per cent" else Decimal("0.121")
        contract["approved_variations"] = yuan(contract["contract_sum"] * share)
        return made
    small = yuan(contract["contract_sum"] * Decimal("0.002"))
    raised = day - timedelta(days=rng.randrange(31, 50))
    for n in range(3 if made.disguise == "series" else 1):
        on = raised + timedelta(days=9 * n)
        executed = on - timedelta(days=2) if made.disguise == "afterwards" else None
        made.facts["papers"]["variations"].append(
            {
                "id": 50 + n, "amount": small, "signer": "同一人", "raised_on": on,
                "approved_on": on + timedelta(days=2), "executed_on": executed,
            }
        )  # fmt: skip
    return made


def retention(case: Case, rng: Random) -> Case | None:
    """FR-18: retention given back early, or kept too little or too much."""
    made = case.changed("FR-18", rng.choice(("given back early", "not kept", "kept too much")))
    kept: Decimal = made.facts["papers"]["retention"]["kept"]
    if made.disguise == "given back early":
        made.facts["papers"]["retention"] = {
            "kept": kept, "released": kept, "released_on": made.claim["claimed_on"],
            "defects_end": made.claim["claimed_on"] + timedelta(days=rng.randrange(1, 700)),
        }  # fmt: skip
    elif made.disguise == "not kept":
        if kept < 20:
            return None
        made.facts["papers"]["retention"]["kept"] = yuan(kept * Decimal(rng.uniform(0, 0.85)))
    else:
        total = (
            made.facts["contract"]["contract_sum"] + made.facts["contract"]["approved_variations"]
        )
        made.facts["papers"]["retention"]["kept"] = yuan(total * Decimal(rng.uniform(0.035, 0.1)))
    return made


def dark_cameras(case: Case, rng: Random) -> Case | None:
    """FR-19: nobody could see in the week before."""
    made = case.changed("FR-19", rng.choice(("many short gaps", "one long gap", "all cameras")))
    cameras = made.facts["cameras"] if made.disguise == "all cameras" else made.facts["cameras"][:1]
    for camera in cameras:
        camera["baseline_ratio"] = rng.uniform(0.955, 0.999)
        if made.disguise == "one long gap":
            camera["longest_outage_hours"] = rng.uniform(24, 60)
            camera["online_ratio_7d"] = 1 - camera["longest_outage_hours"] / 168
        else:
            camera["online_ratio_7d"] = rng.uniform(0.2, 0.79)
    return made


def open_hazard(case: Case, rng: Random) -> Case | None:
    """FR-20: a major hazard is open."""
    made = case.changed("FR-20", rng.choice(("major", "suspected_major", "serious and overdue")))
    day = made.facts["as_of"]
    severity = made.disguise.split()[0]
    due = day - timedelta(days=1) if severity == "serious" else day + timedelta(days=2)
    made.facts["hazards"].append(
        {"id": 44, "kind": "pit_displacement", "severity": severity,
         "found_on": day - timedelta(days=6), "due": due}
    )  # fmt: skip
    return made


def cameras_disagree(case: Case, rng: Random) -> Case | None:
    """FR-21: more is claimed than cameras saw."""
    made = case.changed("FR-21", rng.choice(("a state behind", "far behind", "claim inflated")))
    for zone in made.facts["zones"]:
        zone["confidence"], zone["uncertain"] = rng.uniform(0.85, 0.99), False
    coverage = sum(z["weight"] for z in made.facts["zones"])
    if coverage < 0.35 or made.claim["claimed_percent"] < 45:
        return None
    if made.disguise == "claim inflated":
        made.claim["claimed_percent"] += 30 * coverage
        return made if made.claim["claimed_percent"] <= 100 * coverage else None
    drop = 24 if made.disguise == "a state behind" else 45
    for zone in made.facts["zones"]:
        zone["percent"] = max(0.0, zone["percent"] - drop)
    lowered = sum(z["weight"] * z["percent"] for z in made.facts["zones"]) / coverage
    visible = min(100.0, _claimed_on_visible(made, coverage))
    return made if visible - lowered > 12 else None


def _claimed_on_visible(case: Case, coverage: float) -> float:
    items = case.facts["work_items"]
    total = float(sum(i["value"] for i in items))
    seen = {z["work_item"]: z["weight"] for z in case.facts["zones"]}
    unseen = sum(
        max(0.0, float(i["value"]) / total - seen.get(i["id"], 0.0)) * i["reported_percent"]
        for i in items
    )
    return float((case.claim["claimed_percent"] - unseen) / coverage)


def impossible_progress(case: Case, rng: Random) -> Case | None:
    """FR-22: faster than work goes, or on days without anybody."""
    made = case.changed("FR-22", rng.choice(("leap", "while nobody worked", "while stopped")))
    papers, day = made.facts["papers"], made.claim["claimed_on"]
    steps = [s for s in papers["steps"] if s["kind"] == "structure"]
    if not steps:
        return None
    others = [s for s in papers["steps"] if s["kind"] != "structure"]
    if made.disguise == "leap":
        papers["steps"] = [
            *others,
            {**steps[0], "day": day - timedelta(days=8), "percent": 20.0},
            {**steps[0], "day": day - timedelta(days=1), "percent": 20.0 + rng.uniform(27, 60)},
        ]
        return made
    papers["steps"] = [
        *others,
        {**steps[0], "day": day - timedelta(days=9), "percent": 40.0},
        {**steps[0], "day": day - timedelta(days=2), "percent": 40.0 + rng.uniform(3, 20)},
    ]
    stopped = made.disguise == "while stopped"
    papers["days"] = [
        {"day": day - timedelta(days=n), "people": 9 if stopped else 0, "stopped": stopped}
        for n in range(12)
    ]
    return made


def wages_short(case: Case, rng: Random) -> Case | None:
    """FR-23: wages are not covered."""
    made = case.changed("FR-23", rng.choice(("account", "no transfer", "claim without wages")))
    wages = made.facts["papers"]["wages"]
    if made.disguise == "account":
        wages["balance"] = yuan(wages["next_payroll"] * Decimal(rng.uniform(0, 0.98)))
    elif made.disguise == "no transfer":
        wages["transferred_on"] = made.facts["as_of"] - timedelta(days=rng.randrange(32, 90))
    else:
        made.claim["wage_amount"] = yuan(made.claim["wage_amount"] * Decimal(rng.uniform(0, 0.8)))
    return made


def ghost_workers(case: Case, rng: Random) -> Case | None:
    """FR-24: a payroll without people, or people without a payroll."""
    made = case.changed("FR-24", rng.choice(("ghosts", "unpaid hands", "cameras only")))
    wages = made.facts["papers"]["wages"]
    factor = 0.6 if made.disguise == "unpaid hands" else rng.uniform(1.35, 2.2)
    if made.disguise == "cameras only":
        wages["seen_heads"] = None
        wages["camera_heads"] = round(wages["payroll_heads"] / factor, 1)
    else:
        wages["seen_heads"] = round(wages["payroll_heads"] / factor, 1)
    return made


def advance(case: Case, rng: Random) -> Case | None:
    """FR-25: an advance out of order."""
    made = case.changed("FR-25", rng.choice(("too much", "too little", "no guarantee")))
    if made.disguise == "no guarantee":
        made.facts["papers"]["advance_guarantee"] = False
        return made
    share = rng.uniform(0.32, 0.5) if made.disguise == "too much" else rng.uniform(0.01, 0.09)
    paid = next((p for p in made.facts["payments"] if p["purpose"] == "advance"), None)
    if paid is None:
        return None
    paid["amount"] = yuan(made.facts["contract"]["contract_sum"] * Decimal(share))
    return made


def backdated(case: Case, rng: Random) -> Case | None:
    """FR-27: money or paper before its time."""
    made = case.changed(
        "FR-27", rng.choice(("before the contract", "before the permit", "made later"))
    )
    if not made.facts["payments"]:
        return None
    first = made.facts["payments"][0]["paid_on"]
    if made.disguise == "before the contract":
        made.facts["contract"]["signed_on"] = first + timedelta(days=rng.randrange(1, 40))
    elif made.disguise == "before the permit":
        progress = [p["paid_on"] for p in made.facts["payments"] if p["purpose"] == "progress"]
        if not progress:
            return None
        made.facts["papers"]["start_permit_on"] = progress[0] + timedelta(days=rng.randrange(1, 40))
    else:
        document = made.facts["papers"]["documents"][0]
        document["created_on"] = document["signed_on"] + timedelta(days=rng.randrange(4, 300))
    return made


def materials(case: Case, rng: Random) -> Case | None:
    """FR-28: paid and never received."""
    made = case.changed("FR-28", rng.choice(("a little", "half", "nothing came")))
    delivery = rng.choice(made.facts["papers"]["deliveries"])
    factor = {"a little": 1.07, "half": 2.0}.get(made.disguise)
    if factor is None:
        delivery["received"] = Decimal("0.00")
    else:
        delivery["paid"] = yuan(delivery["received"] * Decimal(factor))
    return made


def no_competition(case: Case, rng: Random) -> Case | None:
    """FR-29: nobody else bid."""
    made = case.changed("FR-29", rng.choice(("single bid", "equal prices", "others out")))
    tender = made.facts["papers"]["tender"]
    if made.disguise == "single bid":
        tender["bids"] = tender["bids"][:1]
    elif made.disguise == "equal prices":
        tender["bids"][-1]["price"] = tender["bids"][-2]["price"]
    else:
        for bid in tender["bids"][1:]:
            bid["disqualified"] = True
    return made


def blind_supervisor(case: Case, rng: Random) -> Case | None:
    """FR-30: a signature without a look."""
    made = case.changed("FR-30", rng.choice(("minutes", "never on site", "everything passes")))
    mine = _approval(made)
    if made.disguise == "minutes":
        mine["submitted_at"] = mine["at"] - timedelta(minutes=rng.uniform(0.5, 9.5))
    elif made.disguise == "never on site":
        mine["on_site"] = False
    else:
        others = [{**mine, "claim": 500 + n, "changed": False} for n in range(60)]
        made.facts["papers"]["approvals"] = [*others, {**mine, "changed": False}]
    return made


def _approval(case: Case) -> Facts:
    approvals: list[Facts] = case.facts["papers"]["approvals"]
    return next(a for a in approvals if a["claim"] == case.claim["id"])
