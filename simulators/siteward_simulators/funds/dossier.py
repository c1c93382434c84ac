"""What the office has on its desk on the day of a claim, as the rules will read it."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from siteward_simulators.funds.chance import yuan
from siteward_simulators.funds.works import Item

Facts = dict[str, Any]

CAP: Final = Decimal("0.90")
"""Share of verified value these contracts pay before settlement."""
RETENTION: Final = Decimal("0.03")
LIMIT: Final = Decimal(5000000)
"""Approval limit of the street, above most monthly claims."""


def dossier(
    name: str, rng: Random, paper: Facts, items: list[Item], claim: Facts,
    accepted: dict[str, float],
) -> Facts:  # fmt: skip
    """Everything known on the day of a claim."""
    day: date = claim["claimed_on"]
    total = paper["total"]
    variations = [v for v in paper["variations"] if v["raised_on"] <= day]
    approved = sum((v["amount"] for v in variations if v["approved_on"] <= day), Decimal(0))
    verified = sum((i.value * Decimal(accepted[i.id]) / 100 for i in items), Decimal(0))
    return {
        "project": name,
        "as_of": day,
        "contract": {
            "contract_sum": total, "approved_estimate": paper["estimate"],
            "approved_variations": approved, "progress_cap": CAP, "retention": RETENTION,
            "wage_share": paper["wage_share"], "advance": paper["advance"],
            "signed_on": paper["signed"], "payee_account": paper["payee"],
        },
        "work_items": [
            {
                "id": i.id, "value": i.value, "planned_start": i.start, "planned_finish": i.finish,
                "reported_percent": min(100.0, round(accepted[i.id] + rng.uniform(0, 3), 1)),
                "accepted_percent": accepted[i.id],
            }
            for i in items
        ],
        "milestones": [
            {"id": i.id, "due": i.finish, "status": "accepted", "accepted_on": day} for i in items
        ],
        "payments": [p for p in paper["payments"] if p["paid_on"] <= day],
        "claims": [*paper["claims"], claim],
        "hazards": _hazards(rng, day),
        "cameras": _cameras(rng, paper, day),
        "zones": _zones(rng, items, accepted, total),
        "papers": _papers(rng, paper, items, claim, verified, variations),
    }  # fmt: skip


def _hazards(rng: Random, day: date) -> list[Facts]:
    """Hazards that were closed in time, and a general one that is open and not due."""
    made: list[Facts] = []
    for number in range(rng.randrange(0, 4)):
        found = day - timedelta(days=rng.randrange(8, 60))
        severity = rng.choice(("general", "general", "serious"))
        closed = found + timedelta(days=rng.randrange(1, 4))
        made.append(
            {
                "id": number + 1, "kind": "unguarded_edge", "severity": severity,
                "found_on": found, "due": found + timedelta(days=4), "closed_on": closed,
            }
        )  # fmt: skip
    if rng.random() < 0.3:
        made.append(
            {
                "id": 9, "kind": "no_helmet", "severity": "general",
                "found_on": day - timedelta(days=1), "due": day + timedelta(days=2),
            }
        )  # fmt: skip
    return made


def _cameras(rng: Random, paper: Facts, day: date) -> list[Facts]:
    """Good cameras with short failures; now and then a poor one that always was poor."""
    end = datetime.combine(day, time(2), UTC)
    made: list[Facts] = []
    for number in range(rng.randrange(1, 4)):
        poor = rng.random() < 0.08
        usual = rng.uniform(0.6, 0.9) if poor else paper["camera_good"]
        ratio = min(1.0, max(0.0, usual + rng.uniform(-0.06, 0.02)))
        made.append(
            {
                "device": f"cam-{number + 1}", "online_ratio_7d": round(ratio, 4),
                "baseline_ratio": round(usual, 4),
                "longest_outage_hours": round(min(20.0, (1 - ratio) * 168 * 0.6), 2),
                "outages": [], "window_end": end,
            }
        )  # fmt: skip
    return made


def _zones(
    rng: Random, items: list[Item], accepted: dict[str, float], total: Decimal
) -> list[Facts]:
    """What cameras measure: near what was accepted, in steps, less sure near a change."""
    return [
        {
            "id": item.id, "camera": "cam-1", "work_item": item.id,
            "weight": round(float(item.value / total) * rng.uniform(0.7, 1.0), 4),
            "state": "s",
            "percent": min(100.0, max(0.0, round(accepted[item.id] + rng.uniform(-6, 4), 1))),
            "confidence": round(rng.uniform(0.75, 0.99), 3),
            "uncertain": rng.random() < 0.05,
        }
        for item in items[:3]
    ]  # fmt: skip


def _papers(
    rng: Random, paper: Facts, items: list[Item], claim: Facts, verified: Decimal,
    variations: list[Facts],
) -> Facts:  # fmt: skip
    day: date = claim["claimed_on"]
    payroll = yuan(claim["wage_amount"] * Decimal(rng.uniform(0.5, 0.9)))
    heads = rng.randrange(12, 90)
    signed = paper["signed"]
    return {
        "variations": variations,
        "signatures": list(paper["signatures"]),
        "approvals": list(paper["approvals"]),
        "retention": {"kept": yuan(verified * RETENTION + Decimal(rng.uniform(-0.5, 0.5)))},
        "wages": {
            "balance": yuan(payroll * Decimal(rng.uniform(1.0, 1.8)) + 1),
            "next_payroll": payroll,
            "transferred_on": day - timedelta(days=rng.randrange(1, 31)),
            "payroll_heads": heads,
            "seen_heads": round(heads / rng.uniform(0.8, 1.2), 1),
            "camera_heads": round(heads * rng.uniform(0.4, 0.9), 1),
        },
        "deliveries": [
            {
                "material": material, "unit": "t", "received": (got := yuan(rng.uniform(50, 900))),
                "paid": yuan(got * Decimal(rng.uniform(0.7, 1.04))),
            }
            for material in ("钢筋", "水泥")
        ],
        "tender": paper["tender"],
        "parties": paper["parties"],
        "documents": [
            {
                "kind": "contract", "name": "施工合同", "signed_on": signed,
                "created_on": signed + timedelta(days=rng.choice((-2, 0, 0, 1, 3))),
            }
        ],
        "prices": _prices(rng, claim),
        "steps": _steps(items, day),
        "days": _days(rng, day),
        "certificates": [c for c in paper["certificates"] if c["issued_on"] <= day],
        "plan": [
            {"month": day.replace(day=1), "amount": yuan(claim["amount"] * Decimal(rng.uniform(0.7, 1.5)))}
        ],
        "approval_limit": LIMIT,
        "start_permit_on": paper["permit"],
        "advance_guarantee": True,
        "sme": True,
    }  # fmt: skip


def _prices(rng: Random, claim: Facts) -> list[Facts]:
    lines = []
    for name in ("C30 混凝土", "HRB400 钢筋", "挖土方"):
        contract = yuan(rng.uniform(20, 5000))
        price = yuan(contract * Decimal(1 + rng.uniform(-0.008, 0.008)))
        index = yuan(contract * Decimal(rng.uniform(0.9, 1.12)))
        lines.append(
            {
                "claim": claim["id"], "item": name, "unit": "m³", "quantity": yuan(rng.uniform(5, 800)),
                "price": price, "contract_price": contract, "index_price": index,
            }
        )  # fmt: skip
    return lines


def _steps(items: list[Item], day: date) -> list[Facts]:
    """Weekly measurements of the last two months."""
    return [
        {
            "work_item": item.id, "kind": item.kind, "day": when,
            "percent": round(item.done(when), 1),
        }
        for item in items
        for when in (day - timedelta(days=7 * n) for n in range(8, -1, -1))
        if when >= item.start
    ]  # fmt: skip


def _days(rng: Random, day: date) -> list[Facts]:
    """People seen on each of the last sixty days; rest days and rain included."""
    made: list[Facts] = []
    for n in range(60):
        when = day - timedelta(days=n)
        rain = rng.random() < 0.06
        resting = when.weekday() == 6 or rain
        unseen = rng.random() < 0.03
        people = None if unseen else rng.randrange(0, 3) if resting else rng.randrange(6, 60)
        made.append({"day": when, "people": people, "heavy_rain": rain})
    return made
