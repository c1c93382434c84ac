"""One honest project from tender to its last claim, as the papers of each claim would show it.

Noise is what honest projects have: delays, late measurements, small variations, cameras that
fail now and then, measured amounts, paper that takes some days. Amounts are yuan.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from siteward_simulators.funds.chance import (
    account,
    invoice,
    office_hour,
    person,
    working_day,
    yuan,
)
from siteward_simulators.funds.dossier import CAP, Facts, dossier
from siteward_simulators.funds.works import Item, works


@dataclass(frozen=True, slots=True)
class Case:
    """One claim with everything its office knew on that day.

    Attributes:
        project: Which project.
        facts: As ``siteward rules assess`` reads them.
        claim: The claim.
        planted: The rule whose anomaly was planted; empty when honest.
        disguise: In which dress.
    """

    project: str
    facts: Facts
    claim: Facts
    planted: str = ""
    disguise: str = ""

    def changed(self, planted: str, disguise: str) -> "Case":
        """A deep copy for an anomaly to change."""
        return Case(self.project, deepcopy(self.facts), deepcopy(self.claim), planted, disguise)


def history(name: str, rng: Random) -> list[Case]:
    """An honest project's claims, oldest first."""
    total = yuan(round(10 ** rng.uniform(5.9, 7.3), -2))
    signed = working_day(date(2024, 1, 8) + timedelta(days=rng.randrange(500)))
    permit = working_day(signed + timedelta(days=rng.randrange(3, 25)))
    begin = working_day(permit + timedelta(days=rng.randrange(2, 12)))
    items = works(rng, total, begin)
    paper = _paper(name, rng, total, signed, permit, items)
    cases: list[Case] = []
    end = max(item.finish for item in items) + timedelta(days=60)
    day = _month_end(begin)
    while day < end:
        filed = working_day(day)
        over_new_year = filed - day > timedelta(days=7)  # the next month's claim covers both
        case = None if over_new_year else _claim(name, rng, paper, items, filed)
        if case is not None:
            cases.append(case)
            _settle(rng, paper, case)
        day = _month_end(day + timedelta(days=5))
    return cases


def _paper(
    name: str, rng: Random, total: Decimal, signed: date, permit: date, items: list[Item]
) -> Facts:
    """What stays the same over the project's life, and the ledgers that grow."""
    payee = account(rng)
    advance = yuan(total * Decimal(rng.choice((0.1, 0.15, 0.2, 0.3))))
    paid_on = working_day(signed + timedelta(days=rng.randrange(5, 25)))
    variations = _variations(rng, total, items)
    return {
        "payee": payee,
        "wage_share": Decimal(rng.choice(("0.15", "0.20", "0.25"))),
        "estimate": yuan(total * Decimal(rng.uniform(1.12, 1.3))),
        "total": total,
        "signed": signed,
        "permit": permit,
        "supervisor": person(rng),
        "payments": [
            {
                "id": 1, "amount": advance, "wage_amount": yuan(0), "paid_on": paid_on,
                "payee_account": payee, "purpose": "advance", "bank_reference": f"{name}-1",
            }
        ],
        "claims": [],
        "certificates": [],
        "approvals": [],
        "signatures": [],
        "variations": variations,
        "advance": advance,
        "parties": _parties(rng, payee),
        "tender": _tender(rng, total),
        "camera_good": rng.uniform(0.955, 0.999),
    }  # fmt: skip


def _variations(rng: Random, total: Decimal, items: list[Item]) -> list[Facts]:
    """Few, small, approved before they are executed, months apart."""
    made = []
    for index in range(rng.choice((0, 0, 1, 1, 2))):
        raised = working_day(items[index].start + timedelta(days=rng.randrange(10, 20)))
        approved = working_day(raised + timedelta(days=rng.randrange(2, 9)))
        made.append(
            {
                "id": index + 1,
                "amount": yuan(total * Decimal(rng.uniform(0.002, 0.02))),
                "signer": person(rng),
                "raised_on": raised,
                "approved_on": approved,
                "executed_on": approved + timedelta(days=rng.randrange(1, 30)),
            }
        )
    return made


def _parties(rng: Random, payee: str) -> list[Facts]:
    def party(number: int, role: str, bank: str) -> Facts:
        return {
            "name": f"单位{number}", "role": role, "account": bank,
            "phone": f"0571-8{rng.randrange(10**6):06d}{number}",
            "address": f"建设路 {rng.randrange(1, 400)}-{number} 号",
            "legal_person": f"{person(rng)}{number}",
        }  # fmt: skip

    others = [party(n, "bidder", account(rng)) for n in range(2, 5)]
    return [party(1, "payee", payee), *others, party(5, "supervisor", account(rng))]


def _tender(rng: Random, total: Decimal) -> Facts:
    steps = sorted(rng.sample(range(5, 120), rng.randrange(2, 6)))
    prices = [total, *(yuan(total * (1 + Decimal(step) / 1000)) for step in steps)]
    bids = [{"bidder": f"单位{n + 1}", "price": price} for n, price in enumerate(prices)]
    return {"method": "open", "bids": bids}


def _month_end(day: date) -> date:
    following = (day.replace(day=28) + timedelta(days=7)).replace(day=25)
    return day.replace(day=25) if day.day < 25 else following


def _claim(name: str, rng: Random, paper: Facts, items: list[Item], day: date) -> Case | None:
    """The month's claim: verified value times the cap less what was paid; None if too little."""
    measured = day - timedelta(days=rng.randrange(1, 5))
    accepted = {item.id: round(item.done(measured), 1) for item in items}
    verified = sum((item.value * Decimal(accepted[item.id]) / 100 for item in items), Decimal(0))
    approved = [v for v in paper["variations"] if v["approved_on"] <= day]
    variations = sum((v["amount"] for v in approved), Decimal(0))
    contract = paper["total"] + variations
    paid = sum((p["amount"] for p in paper["payments"]), Decimal(0))
    open_advance = paper["advance"] * (1 - min(Decimal(1), verified / contract))
    amount = yuan(verified * CAP + open_advance - paid - Decimal(rng.uniform(0, 900)))
    if amount < yuan(paper["total"] * Decimal("0.02")):
        return None
    wages = yuan(amount * paper["wage_share"] + Decimal(rng.uniform(0.01, 800)))
    number = len(paper["claims"]) + 1
    milestone = next((i.id for i in items if accepted[i.id] < 100), items[-1].id)
    claim = {
        "id": number, "milestone": milestone, "amount": amount, "wage_amount": wages,
        "claimed_percent": round(float(100 * verified / paper["total"]), 2), "claimed_on": day,
        "payee_account": paper["payee"], "invoice": invoice(rng, day),
    }  # fmt: skip
    _sign(rng, paper, claim)
    facts = dossier(name, rng, paper, items, claim, accepted)
    return Case(name, facts, claim)


def _sign(rng: Random, paper: Facts, claim: Facts) -> None:
    day: date = claim["claimed_on"]
    submitted = office_hour(rng, day - timedelta(days=rng.randrange(3, 6)))
    at = max(office_hour(rng, day), submitted + timedelta(minutes=25))
    paper["signatures"].append(
        {
            "claim": claim["id"], "signer": paper["supervisor"], "on_roster": True,
            "signed_on": day, "valid_to": day + timedelta(days=400),
        }
    )  # fmt: skip
    paper["approvals"].append(
        {
            "claim": claim["id"], "by": paper["supervisor"], "role": "chief_supervisor",
            "at": at, "submitted_at": submitted, "amount": claim["amount"],
            "changed": rng.random() < 0.3, "on_site": True,
        }
    )  # fmt: skip


def _settle(rng: Random, paper: Facts, case: Case) -> None:
    """Wages first, the rest some days later, all before the fourteenth."""
    claim = case.claim
    certified = claim["claimed_on"] + timedelta(days=rng.randrange(1, 4))
    paid_on = working_day(certified + timedelta(days=rng.randrange(2, 11)))
    paper["claims"].append(claim)
    paper["certificates"].append(
        {
            "claim": claim["id"],
            "issued_on": certified,
            "amount": claim["amount"],
            "paid_on": paid_on,
        }
    )
    wages, rest = claim["wage_amount"], claim["amount"] - claim["wage_amount"]
    for amount, of_wages, purpose in ((wages, wages, "wages"), (rest, yuan(0), "progress")):
        number = len(paper["payments"]) + 1
        paper["payments"].append(
            {
                "id": number, "amount": amount, "wage_amount": of_wages, "paid_on": paid_on,
                "payee_account": claim["payee_account"], "purpose": purpose, "claim": claim["id"],
                "milestone": claim["milestone"], "bank_reference": f"{case.project}-{number}",
                "invoice": claim["invoice"],
            }
        )  # fmt: skip
