"""A claim of the full procedure from the draft to the bank's word, and every way out of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from siteward_platform.act import acting
from siteward_platform.database.models import LogEntry, Notice
from siteward_platform.database.session import reading
from siteward_platform.worker.clocks import tell_clocks
from siteward_rules.money.holds import RULES
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok

P = f"/api/v1/projects/{k.PROJECT}"
REASON = {"reason": "资料不齐，请补正"}
CLAIM = k.HONEST | {"amount": "500000.00", "wage_amount": "100000.00"}


def full(desk: Desk, **terms: Any) -> None:
    """The kindergarten with certificates before money; 3.5 million accepted, 2.6 million paid."""
    desk.setup()
    setup = k.SETUP | {"contract": k.SETUP["contract"] | {"procedure": "full", **terms}}
    ok(desk.person("admin").put(P, json=setup))
    desk.camera_history(blind_hours=0)
    desk.camera_sees("topped_out", 60)


def filed(desk: Desk, **changes: Any) -> int:
    number: int = ok(desk.person("department").post(f"{P}/claims", json=CLAIM | changes))["id"]
    return number


def owner(desk: Desk, claim: int, action: str, body: Any) -> Any:
    """The owner's office: of the filing role, but another person."""
    return desk.person("department", "owner").post(f"/api/v1/claims/{claim}/{action}", json=body)


def certified(desk: Desk, amount: str = "500000.00") -> int:
    number = filed(desk)
    desk.now += timedelta(minutes=20)
    desk.act("chief_supervisor", number, "certificate", {"amount": amount})
    return number


def agreed(desk: Desk, amount: str = "500000.00") -> int:
    number = certified(desk)
    desk.now += timedelta(minutes=20)
    ok(owner(desk, number, "owner-certificate", {"amount": amount}))
    desk.evaluate(number)
    return number


def test_from_the_claim_to_the_bank_and_back(desk: Desk) -> None:
    full(desk)
    number = filed(desk)
    claim = desk.claim(number, "chief_supervisor")
    assert (claim["state"], claim["procedure"]) == ("supervisor_review", "full")
    assert claim["allowed_actions"] == ["certify", "return"]
    assert desk.refuse("chief_supervisor", number, "signature", k.SIGNATURE)[1] == "certify_instead"
    desk.now += timedelta(minutes=20)
    done = desk.act("chief_supervisor", number, "certificate", {"amount": "480000.00"})
    assert (done["state"], done["payable"]) == ("owner_review", "480000.00")
    assert done["signed_by"] == desk.display_name("chief-supervisor")
    same = desk.refuse("department", number, "owner-certificate", {"amount": "480000.00"})
    assert same == (409, "same_person")
    desk.now += timedelta(minutes=20)
    done = ok(owner(desk, number, "owner-certificate", {"amount": "480000.00"}))
    assert done["state"] == "owner_certified"
    desk.evaluate(number)
    claim = desk.claim(number, "finance")
    assert (claim["state"], claim["flags"]) == ("finance_review", [])
    assert claim["allowed_actions"] == ["pay_wages", "instruct", "reject"]
    assert desk.refuse("finance", number, "works-payment", k.paid("P-1")) == (409, "wrong_state")
    assert desk.act("finance", number, "instruction")["state"] == "treasury_instructed"
    desk.act("finance", number, "instruction/cancellation", REASON)
    desk.act("finance", number, "instruction")
    assert desk.act("finance", number, "works-payment", k.paid("P-1"))["state"] == "paid"
    settled = desk.act("finance", number, "wage-payment", k.paid("W-1"))
    assert (settled["state"], settled["works_paid"]) == ("settled", "380000.00")

    bank = "交易日期,金额,对方账号,交易流水号\n" + "".join(
        f"2026-06-15,{amount},6222000011112222,{reference}\n"
        for amount, reference in (("380000.00", "P-1"), ("100000.00", "W-1"), ("7.00", "X"))
    )
    take(desk, "bank", bank.encode("gb18030"))
    claim = desk.claim(number)
    assert claim["state"] == "reconciled"
    assert [e["action"] for e in claim["timeline"]] == [
        "claim.file", "claim.certify", "claim.agree", "claim.evaluate", "claim.instruct",
        "claim.cancel_instruction", "claim.instruct", "claim.pay_works", "claim.pay_wages",
        "claim.reconcile",
    ]  # fmt: skip
    for entry in claim["timeline"]:
        assert all(
            "{" not in words and words != entry["action"] for words in entry["text"].values()
        )

    proposal = {"amount": "30000.00", "basis": "GOV_INVEST_REG_34", "reason": "结算核减，应退回"}
    assert desk.refuse("auditor", number, "clawback", proposal | {"amount": "380000.01"})[0] == 409
    desk.act("auditor", number, "clawback", proposal)
    order = {"decision": "order", "reason": "按审计意见追回"}
    assert desk.act("finance", number, "clawback/decision", order)["state"] == "clawback"
    refund = {"amount": "10000.00", "returned_on": k.TODAY, "bank_reference": "R-1"}
    desk.act("finance", number, "clawback/refund", refund)
    assert (
        desk.refuse("finance", number, "clawback/refund", refund)[1] == "duplicate_bank_reference"
    )
    rest = refund | {"amount": "20000.00", "bank_reference": "R-2"}
    back = desk.act("finance", number, "clawback/refund", rest)
    assert (back["state"], back["clawbacks"][0]["state"]) == ("settled", "recovered")
    clock = next(d for d in back["deadlines"] if d["name"] == "clawback")
    assert (clock["status"], clock["due_on"]) == ("kept", "2026-07-15")
    seen = ok(desk.person("finance").get("/api/v1/overview"))
    assert seen["avoided_loss"] == "30000.00"
    assert seen["projects"][0]["paid"] == "3050000.00", "what came back counts no more"


def take(desk: Desk, kind: str, data: bytes, name: str = "file.csv") -> dict[str, Any]:
    finance = desk.person("finance")
    seen = ok(finance.post(f"{P}/imports/{kind}/preview", files={"file": (name, data)}))
    assert seen["problems"] == []
    taken: dict[str, Any] = ok(
        finance.post(
            f"{P}/imports/{kind}", files={"file": (name, data)}, data={"sha256": seen["sha256"]}
        )
    )
    return taken


def test_a_returned_claim_comes_back_corrected_and_is_certified_anew(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    full(desk)
    number = certified(desk)
    assert ok(owner(desk, number, "return", REASON))["state"] == "returned"
    assert desk.claim(number, "department")["allowed_actions"] == ["submit", "withdraw"]
    assert desk.act("finance", number, "wage-payment", k.paid("W-1"))["wage_paid"] == "100000.00"
    desk.now += timedelta(hours=2)
    again = desk.act("department", number, "submission", {"amount": "450000.00"})
    assert (again["state"], again["payable"], again["certificates"]) == (
        "supervisor_review", "450000.00", [],
    )  # fmt: skip
    assert again["signed_by"] is None, "the old signature was for another amount"


def test_the_undisputed_part_gets_an_interim_certificate(sqlite_desk: Desk) -> None:
    full(sqlite_desk)
    number = agreed(sqlite_desk, "300000.00")
    claim = sqlite_desk.claim(number)
    assert [c["kind"] for c in claim["certificates"]] == ["supervisor", "interim"]
    assert (claim["state"], claim["payable"]) == ("finance_review", "300000.00")
    sqlite_desk.act("finance", number, "instruction")
    paid = sqlite_desk.act("finance", number, "works-payment", k.paid("P-1"))
    assert paid["works_paid"] == "200000.00", "300,000 less the wages"


def test_no_certificate_cuts_wages_or_adds_money(sqlite_desk: Desk) -> None:
    full(sqlite_desk)
    number = filed(sqlite_desk)
    low, high = {"amount": "99999.99"}, {"amount": "500000.01"}
    assert sqlite_desk.refuse("chief_supervisor", number, "certificate", low)[1] == "wages_cut"
    refused = sqlite_desk.refuse("chief_supervisor", number, "certificate", high)
    assert refused == (409, "certificate_too_high")
    assert sqlite_desk.claim(number)["state"] == "supervisor_review"


def test_a_rejected_claim_still_pays_its_wages(sqlite_desk: Desk) -> None:
    full(sqlite_desk)
    number = certified(sqlite_desk)
    rejected = ok(owner(sqlite_desk, number, "rejection", REASON))
    assert (rejected["state"], rejected["deadlines"][0]["name"]) == (
        "rejected",
        "supervisor_review",
    )
    paid = sqlite_desk.act("finance", number, "wage-payment", k.paid("W-1"))
    assert (paid["wage_paid"], paid["state"]) == ("100000.00", "rejected")


def test_an_open_major_hazard_keeps_the_owner_from_certifying(sqlite_desk: Desk) -> None:
    full(sqlite_desk)
    number = certified(sqlite_desk)
    hazard = {
        "kind": "edge_unprotected", "severity": "suspected_major", "description": "基坑临边未防护",
        "found_on": k.TODAY,
    }  # fmt: skip
    ok(sqlite_desk.person("chief_supervisor").post(f"{P}/hazards", json=hazard))
    refused = owner(sqlite_desk, number, "owner-certificate", {"amount": "500000.00"})
    assert refused.json()["code"] == "major_hazard_open"


def test_finance_instructs_only_to_the_contracts_account_and_within_the_plan(
    sqlite_desk: Desk,
) -> None:
    desk = sqlite_desk
    full(desk)
    number = agreed(desk)
    finance = desk.person("finance")
    change = {"account": "6222999988887777", "changed_on": k.TODAY, "reason": "账户变更"}
    ok(finance.put(f"{P}/payee-account", json=change))
    assert desk.refuse("finance", number, "instruction") == (409, "payee_differs")
    ok(finance.put(f"{P}/payee-account", json=change | {"account": "6222000011112222"}))
    plan = {"kind": "planned_month", "month": "2026-06-01", "amount": "2700000.00"}
    paper = ok(finance.post(f"{P}/papers", json={"paper": plan}))
    assert desk.refuse("finance", number, "instruction") == (409, "plan_exceeded")
    budget = {"kind": "budget_line", "number": "2026-17", "year": 2026, "amount": "2900000.00"}
    line = ok(finance.post(f"{P}/papers", json={"paper": budget}))
    assert desk.refuse("finance", number, "instruction") == (409, "budget_exceeded")
    ok(finance.post(f"/api/v1/papers/{line['id']}/voiding", json={"reason": "录入错误"}))
    ok(finance.post(f"/api/v1/papers/{paper['id']}/voiding", json={"reason": "录入错误"}))
    assert desk.act("finance", number, "instruction")["state"] == "treasury_instructed"


def test_a_signature_that_is_not_on_the_roster_opens_no_gate(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    full(desk)
    entry = {"kind": "roster", "username": "other", "certificate": "00123"}
    department = desk.person("department")
    ok(department.post(f"{P}/papers", json={"paper": entry}))
    number = agreed(desk)
    claim = desk.claim(number, "finance")
    assert (claim["state"], claim["flags"]) == ("held", ["FR-05"])
    assert claim["allowed_actions"] == ["decide", "pay_wages"]
    ok(department.post(f"{P}/papers", json={"paper": entry | {"username": "chief-supervisor"}}))
    desk.evaluate(number)
    assert desk.claim(number)["flags"] == []


def test_clocks_are_told_once_and_move_nothing(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    full(desk, sme=True)
    number = filed(desk)

    def told(days: int) -> int:
        now = desk.now + timedelta(days=days)
        with acting(desk.database, RULES, now, desk.publish, 0) as act:
            return tell_clocks(act)

    assert [told(n) for n in (0, 4, 5, 5, 8, 8)] == [0, 0, 1, 0, 1, 0]
    with reading(desk.database) as session:
        notices = session.scalars(select(Notice).order_by(Notice.id)).all()
        said = [(n.topic, n.role, n.why) for n in notices]
        actions = session.scalars(select(LogEntry.action).where(LogEntry.action.like("clock%")))
        assert list(actions) == ["clock.warn", "clock.pass"]
    assert said == [
        ("clock.supervisor_review", "chief_supervisor", "new"),
        ("clock.supervisor_review", "chief_supervisor", "escalation"),
        ("clock.supervisor_review", "supervisor", "escalation"),
    ]
    assert desk.claim(number)["state"] == "supervisor_review"


def test_an_objection_is_answered_by_another_than_who_decided(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    number = desk.anomalous_claim()
    body = {"text": "二层已浇筑，请现场复核"}
    appealed = desk.act("department", number, "appeal", body)
    assert appealed["appeals"][0]["reply_due"] == "2026-06-25"
    assert desk.refuse("department", number, "appeal", body) == (409, "appeal_waits")
    desk.act("finance", number, "decision", k.HOLD)
    answer = {"outcome": "rejected", "text": "影像与计量均不支持"}
    assert desk.refuse("finance", number, "appeal/reply", answer) == (409, "same_person")
    before = desk.claim(number)["hold"]
    replied = desk.act("auditor", number, "appeal/reply", answer | {"outcome": "upheld"})
    assert replied["appeals"][0]["outcome"] == "upheld"
    assert replied["hold"] == before, "an answer moves no money"


def test_a_draft_asks_for_nothing_until_it_is_handed_in(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    full(desk)
    number = filed(desk, draft=True)
    assert desk.claim(number)["state"] == "draft"
    assert desk.refuse("finance", number, "wage-payment", k.paid("W-1")) == (409, "wrong_state")
    assert desk.act("department", number, "submission", {})["state"] == "supervisor_review"
    held = sum(Decimal(p["amount"]) for p in desk.claim(number)["payments"])
    assert held == 0
