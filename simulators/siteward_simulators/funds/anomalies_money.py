"""Anomalies in amounts and payments, each in several disguises."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from siteward_simulators.funds.chance import account, yuan
from siteward_simulators.funds.dossier import CAP, LIMIT, Facts
from siteward_simulators.funds.history import Case


def paid_ahead(case: Case, rng: Random) -> Case | None:
    """FR-01: more is asked for than verified work allows."""
    made = case.changed("FR-01", rng.choice(("inflated claim", "verified later reduced")))
    contract = _contract(made)
    if made.disguise == "inflated claim":
        _scale(made, made.claim["amount"] + contract * Decimal(rng.uniform(0.13, 0.3)))
        return made if _paid_with(made) < contract else None
    lost = _verified(made) * Decimal("0.4")
    for item in made.facts["work_items"]:
        item["accepted_percent"] = round(item["accepted_percent"] * 0.6, 1)
    made.facts["papers"]["retention"] = None
    excess = lost * CAP - made.facts["contract"]["advance"] * lost / contract
    return made if excess > contract * Decimal("0.02") else None


def not_accepted(case: Case, rng: Random) -> Case | None:
    """FR-02: the milestone is not accepted."""
    made = case.changed(
        "FR-02", rng.choice(("claimed", "planned", "rejected", "no such milestone"))
    )
    if made.disguise == "no such milestone":
        made.claim["milestone"] = "other-works"
        return made
    for milestone in made.facts["milestones"]:
        if milestone["id"] == made.claim["milestone"]:
            milestone["status"], milestone["accepted_on"] = made.disguise, None
    return made


def beyond_contract(case: Case, rng: Random) -> Case | None:
    """FR-03: the sum of payments outgrows the contract."""
    made = case.changed("FR-03", rng.choice(("last claim", "one fen")))
    if _done(made) < 80:
        return None
    over = Decimal("0.01") if made.disguise == "one fen" else yuan(rng.uniform(500, 90000))
    room = _contract(made) - (_paid_with(made) - made.claim["amount"])
    _scale(made, room + over)
    return made


def beyond_estimate(case: Case, rng: Random) -> Case | None:
    """FR-04: commitments outgrow the approved estimate."""
    made = case.changed("FR-04", rng.choice(("estimate cut", "pending variations", "nearly there")))
    contract = _contract(made)
    if made.disguise == "pending variations":
        made.facts["papers"]["variations"].append(
            {
                "id": 77, "amount": made.facts["contract"]["approved_estimate"] - contract + 1,
                "signer": "某设计", "raised_on": made.claim["claimed_on"] - timedelta(days=3),
            }
        )  # fmt: skip
        return made
    share = 1.01 if made.disguise == "estimate cut" else 0.97
    made.facts["contract"]["approved_estimate"] = yuan(contract / Decimal(share))
    return made


def duplicate(case: Case, rng: Random) -> Case | None:
    """FR-06: paid or invoiced before."""
    paid = [p for p in case.facts["payments"] if p.get("invoice")]
    if not paid:
        return None
    made = case.changed("FR-06", rng.choice(("invoice", "slip", "amount", "reference")))
    other = next(p for p in reversed(made.facts["payments"]) if p.get("invoice"))
    if made.disguise == "invoice":
        made.claim["invoice"] = other["invoice"]
    elif made.disguise == "slip":
        number, at = other["invoice"], rng.randrange(8, 20)
        digit = str((int(number[at]) + 1) % 10)
        made.claim["invoice"] = number[:at] + digit + number[at + 1 :]
        _scale(made, other["amount"])
    elif made.disguise == "amount":
        made.claim["invoice"] = ""
        before = _earlier(made, made.claim["amount"], days=rng.randrange(1, 11))
        made.facts["claims"].insert(0, before)
    else:
        other["bank_reference"] = made.facts["payments"][0]["bank_reference"]
    return made


def split(case: Case, rng: Random) -> Case | None:
    """FR-07: one sum in parts below the approval limit."""
    made = case.changed("FR-07", rng.choice(("two parts", "three parts", "lower limit")))
    parts = 3 if made.disguise == "three parts" else 2
    amount: Decimal = made.claim["amount"]
    made.facts["papers"]["approval_limit"] = yuan(amount * Decimal(rng.uniform(1.05, parts - 0.1)))
    for n in range(1, parts):
        made.facts["claims"].insert(0, _earlier(made, amount + n, days=rng.randrange(3, 20)))
    return made


def just_below(case: Case, rng: Random) -> Case | None:
    """FR-08: amounts crowd below the limit."""
    made = case.changed("FR-08", rng.choice(("hugging the limit", "a third")))
    payments = [p for p in made.facts["payments"] if p["purpose"] != "advance"]
    if len(payments) < 5:
        return None
    limit = LIMIT / 50
    made.facts["papers"]["approval_limit"] = limit
    share = 0.9 if made.disguise == "hugging the limit" else 0.4
    for payment in payments[: max(3, round(len(payments) * share))]:
        payment["amount"] = yuan(limit * Decimal(rng.uniform(0.951, 0.999)))
        payment["wage_amount"] = min(payment["wage_amount"], payment["amount"])
    return made


def account_changed(case: Case, rng: Random) -> Case | None:
    """FR-09: the money would go elsewhere."""
    made = case.changed("FR-09", rng.choice(("not the contract's", "changed lately", "today")))
    fresh = account(rng)
    made.claim["payee_account"] = fresh
    if made.disguise != "not the contract's":
        days = 0 if made.disguise == "today" else rng.randrange(1, 30)
        made.facts["contract"]["payee_account"] = fresh
        made.facts["contract"]["payee_changed_on"] = made.claim["claimed_on"] - timedelta(days=days)
    return made


def conflict(case: Case, rng: Random) -> Case | None:
    """FR-10: the payee shares something with another party."""
    shared = rng.choice(("account", "phone", "address", "legal_person"))
    made = case.changed("FR-10", shared)
    parties = made.facts["papers"]["parties"]
    other = rng.choice(parties[1:])
    other[shared] = made.claim["payee_account"] if shared == "account" else parties[0][shared]
    return made


def year_end(case: Case, rng: Random) -> Case | None:
    """FR-12: most of a late year's money in its last days."""
    day: date = case.claim["claimed_on"]
    made = case.changed("FR-12", rng.choice(("one large claim", "several in a row")))
    year = [p for p in made.facts["payments"] if p["paid_on"].year == day.year]
    if not year or day.month != 12 or (day - year[0]["paid_on"]).days < 170:
        return None
    paid = sum((p["amount"] for p in year), Decimal(0))
    for item in made.facts["work_items"]:
        item["accepted_percent"] = round(item["accepted_percent"] * 0.7, 1)
    _scale(made, paid * Decimal(rng.uniform(0.6, 1.2)))
    return made


def round_amounts(case: Case, rng: Random) -> Case | None:
    """FR-13: whole ten-thousands."""
    made = case.changed("FR-13", rng.choice(("half of them", "all")))
    payments = [p for p in made.facts["payments"] if p["purpose"] != "advance"]
    if len(payments) < 10:
        return None
    share = 0.6 if made.disguise == "half of them" else 1.0
    for payment in payments[: round(len(payments) * share)]:
        payment["amount"] = max(Decimal(10000), payment["amount"] // 10000 * 10000)
        payment["wage_amount"] = min(payment["wage_amount"], payment["amount"])
    return made


def surge(case: Case, rng: Random) -> Case | None:
    """FR-15: a claim far above what is usual and what was built."""
    made = case.changed("FR-15", rng.choice(("against the plan", "against the project")))
    amount: Decimal = made.claim["amount"]
    if len(made.facts["claims"]) < 2:
        return None
    made.facts["papers"]["steps"] = []
    if made.disguise == "against the plan":
        made.facts["papers"]["plan"][0]["amount"] = yuan(amount / Decimal(rng.uniform(2.05, 5)))
        return made
    progress = [p["amount"] for p in made.facts["payments"] if p["purpose"] == "progress"]
    if len(progress) < 5:
        return None
    made.facts["papers"]["plan"] = []
    _scale(made, max(progress) * 6)
    return made


def prices(case: Case, rng: Random) -> Case | None:
    """FR-16: unit prices other than agreed."""
    made = case.changed("FR-16", rng.choice(("one line", "all a little", "far off published")))
    lines: list[Facts] = made.facts["papers"]["prices"]
    if made.disguise == "far off published":
        lines[0]["index_price"] = yuan(lines[0]["price"] / Decimal(rng.uniform(1.17, 1.6)))
        return made
    some = lines[:1] if made.disguise == "one line" else lines
    for line in some:
        line["price"] = yuan(line["contract_price"] * Decimal(rng.uniform(1.025, 1.3)))
    return made


def overdue(case: Case, rng: Random) -> Case | None:
    """FR-26: a certificate nobody paid."""
    made = case.changed("FR-26", rng.choice(("some weeks", "beyond the law")))
    days = rng.randrange(15, 30) if made.disguise == "some weeks" else rng.randrange(61, 120)
    made.facts["papers"]["certificates"].append(
        {
            "claim": 99, "issued_on": made.facts["as_of"] - timedelta(days=days),
            "amount": yuan(rng.uniform(20000, 300000)),
        }
    )  # fmt: skip
    return made


def _contract(case: Case) -> Decimal:
    contract = case.facts["contract"]
    total: Decimal = contract["contract_sum"] + contract["approved_variations"]
    return total


def _paid_with(case: Case) -> Decimal:
    return sum((p["amount"] for p in case.facts["payments"]), Decimal(case.claim["amount"]))


def _verified(case: Case) -> Decimal:
    items = case.facts["work_items"]
    return sum((i["value"] * Decimal(i["accepted_percent"]) / 100 for i in items), Decimal(0))


def _done(case: Case) -> float:
    items = case.facts["work_items"]
    total = float(sum(i["value"] for i in items))
    return float(sum(float(i["value"]) * i["accepted_percent"] for i in items) / total)


def _scale(case: Case, amount: Decimal) -> None:
    """Another amount with the same share of wages."""
    share = case.claim["wage_amount"] / case.claim["amount"]
    case.claim["amount"] = yuan(amount)
    case.claim["wage_amount"] = min(yuan(amount * share) + Decimal("0.01"), yuan(amount))


def _earlier(case: Case, amount: Decimal, days: int) -> Facts:
    """A claim for the same milestone some days before."""
    return {
        **case.claim,
        "id": 900 + days,
        "amount": amount,
        "claimed_on": case.claim["claimed_on"] - timedelta(days=days),
        "invoice": "" if not case.claim["invoice"] else f"{days:020d}",
    }
