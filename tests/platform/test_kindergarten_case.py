"""The acceptance scenario end to end, by the people with the right roles and by no others."""

from datetime import timedelta
from decimal import Decimal

import pytest

from siteward_platform.database.session import writing
from siteward_platform.holds import keep_hold, load_hold
from siteward_rules.money.holds import expire
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok


def test_five_flags_and_the_exact_hold(desk: Desk) -> None:
    number = desk.anomalous_claim()
    claim = desk.claim(number)
    assert set(claim["flags"]) == {"FR-01", "FR-02", "FR-09", "FR-19", "FR-21"}
    assert claim["state"] == "held"
    assert claim["hold"]["state"] == "recommended"
    assert claim["hold"]["amount"] == "2320000.00"
    assert claim["hold"]["wage_excluded"] == "580000.00"
    assert claim["hold"]["recommended_by"] == "rules"
    assert claim["filed_by"] == claim["timeline"][0]["who"] == desk.display_name("department")
    assert claim["comparison"]["paid"] == 32.5
    assert claim["comparison"]["paid_with_claim"] == 68.75
    assert claim["comparison"]["accepted"] == 43.75
    assert claim["comparison"]["camera"] == 35


def test_from_the_hold_to_the_released_remainder(desk: Desk) -> None:
    number = desk.anomalous_claim()
    paid = desk.act("finance", number, "wage-payment", k.paid("W-1"))
    assert (paid["wage_paid"], paid["state"]) == ("580000.00", "held")
    assert paid["comparison"]["paid_with_claim"] == 68.75, "its own wages count once"

    assert desk.claim(number, "supervisor")["allowed_actions"] == ["opinion"]
    given = desk.act("supervisor", number, "opinion", k.OPINION)
    assert given["hold"]["state"] == "under_review"
    assert given["allowed_actions"] == [], "an opinion that stands is not asked for again"
    assert given["opinions"][0]["by"] == desk.display_name("supervisor")

    assert desk.claim(number, "finance")["allowed_actions"] == ["decide"]
    decided = desk.act("finance", number, "decision", k.HOLD)
    assert decided["hold"]["state"] == "decided_hold"
    assert decided["hold"]["basis"] == "BUDGET_IMPL_57_3"
    assert decided["hold"]["review_due"] == "2026-06-25", "the 19th is a holiday"

    assert desk.claim(number, "auditor")["allowed_actions"] == ["open_audit"]
    desk.act("auditor", number, "audit", k.AUDIT)
    concluded = desk.act("auditor", number, "audit/conclusion", k.CONCLUSION)
    assert concluded["audit_case"]["reduction"] == "2105000.00"
    assert concluded["audit_case"]["concluded_by"] == desk.display_name("auditor")

    assert desk.claim(number, "finance")["allowed_actions"] == ["release"]
    released = desk.act("finance", number, "release", k.RELEASE)
    assert released["hold"]["state"] == "released"
    assert released["allowed_actions"] == ["pay_works"]

    settled = desk.act("finance", number, "works-payment", k.paid("P-1"))
    assert settled["state"] == "settled"
    assert settled["works_paid"] == "215000.00"
    assert settled["held"] == "0.00"
    assert settled["allowed_actions"] == []
    flag = next(f for f in settled["findings"] if f["rule"] == "FR-01")
    shown = [Decimal(n["value"]) for n in flag["numbers"][:2]]
    assert shown == [2_600_000, 2_900_000], "the claim's own wages are not paid before it"
    assert [p["amount"] for p in settled["payments"]] == ["580000.00", "215000.00"]

    overview = ok(desk.person("supervisor").get("/api/v1/overview"))
    assert overview["avoided_loss"] == "2105000.00"
    assert overview["wages_protected"] == "580000.00"
    assert overview["held"] == "0.00"
    assert overview["projects"][0]["paid"] == "3395000.00"

    actions = [entry["action"] for entry in settled["timeline"]]
    assert actions == [
        "claim.file", "claim.sign", "hold.recommend", "claim.evaluate", "claim.pay_wages",
        "hold.opinion", "hold.decide", "audit.open", "audit.conclude", "hold.release",
        "claim.pay_works",
    ]  # fmt: skip
    for entry in settled["timeline"]:
        for words in entry["text"].values():
            assert words != entry["action"] and "—" not in words and "{" not in words, entry
    subject = next(e for e in settled["timeline"] if e["action"] == "audit.open")["text"]["zh"]
    assert subject == "开展审计：主体封顶工程量专项审计"


def test_after_an_expired_review_the_supervisor_is_asked_again(desk: Desk) -> None:
    number = desk.anomalous_claim()
    desk.act("supervisor", number, "opinion", k.OPINION)
    with writing(desk.database) as session:
        hold = load_hold(session, number)
        assert hold is not None
        keep_hold(session, number, expire(hold, hold.review_due + timedelta(days=1)))
    assert desk.claim(number, "supervisor")["allowed_actions"] == ["opinion"]


def test_an_honest_claim_passes_and_is_paid_in_full(desk: Desk) -> None:
    desk.setup()
    desk.camera_history(blind_hours=0)
    desk.camera_sees("topped_out", 60)
    number = desk.file(k.HONEST)
    claim = desk.claim(number, "finance")
    assert claim["flags"] == []
    assert claim["hold"] is None
    assert claim["state"] == "finance_review"
    assert claim["allowed_actions"] == ["pay_wages", "pay_works"]
    assert desk.act("finance", number, "works-payment", k.paid("P-1"))["state"] == "paid"
    assert desk.act("finance", number, "wage-payment", k.paid("W-1"))["state"] == "settled"


def test_wages_inside_a_hold_are_refused(desk: Desk) -> None:
    number = desk.anomalous_claim()
    body = k.HOLD | {"amount": "2320000.01"}
    assert desk.refuse("finance", number, "decision", body) == (409, "wages_in_hold")
    assert desk.claim(number)["hold"]["state"] == "recommended"


@pytest.mark.parametrize(
    ("role", "action", "body"),
    [
        ("supervisor", "decision", k.HOLD),
        ("supervisor", "release", k.RELEASE),
        ("auditor", "release", k.RELEASE),
        ("admin", "release", k.RELEASE),
        ("finance", "opinion", k.OPINION),
        ("finance", "audit", k.AUDIT),
        ("finance", "audit/conclusion", k.CONCLUSION),
        ("department", "wage-payment", k.paid("X")),
        ("department", "signature", k.SIGNATURE),
    ],
)
def test_the_wrong_role_is_refused(
    sqlite_desk: Desk, role: str, action: str, body: dict[str, str]
) -> None:
    number = sqlite_desk.anomalous_claim()
    before = sqlite_desk.claim(number)
    assert sqlite_desk.refuse(role, number, action, body) == (403, "wrong_role")
    assert sqlite_desk.claim(number) == before


def test_money_does_not_leave_a_hold_on_one_persons_word(desk: Desk) -> None:
    number = desk.anomalous_claim()
    drop = {
        "decision": "release", "amount": "0.00", "basis": "CONTRACT_CLAUSE", "reason": k.REASON,
    }  # fmt: skip
    assert desk.refuse("finance", number, "decision", drop) == (409, "second_person_missing")
    assert desk.refuse("finance", number, "release", k.RELEASE)[0] == 409
    assert desk.refuse("finance", number, "works-payment", k.paid("P-1")) == (409, "works_on_hold")
    desk.act("supervisor", number, "opinion", k.OPINION)
    lifted = desk.act("finance", number, "decision", drop)
    assert lifted["state"] == "finance_review"
    paid = desk.act("finance", number, "works-payment", k.paid("P-2"))
    assert paid["works_paid"] == "2320000.00"


def test_the_undisputed_part_of_a_smaller_hold_is_paid_at_once(desk: Desk) -> None:
    number = desk.anomalous_claim()
    desk.act("finance", number, "decision", k.HOLD | {"amount": "2000000.00"})
    paid = desk.act("finance", number, "works-payment", k.paid("P-1"))
    assert (paid["works_paid"], paid["state"]) == ("320000.00", "held")
    assert desk.refuse("finance", number, "works-payment", k.paid("P-2")) == (409, "works_on_hold")


def test_no_works_money_without_the_chief_supervisors_signature(desk: Desk) -> None:
    desk.setup()
    desk.camera_history(blind_hours=0)
    desk.camera_sees("topped_out", 60)
    number = desk.file(k.HONEST, sign=False)
    refused = desk.refuse("finance", number, "works-payment", k.paid("P-1"))
    assert refused == (409, "signature_missing")
    assert desk.act("finance", number, "wage-payment", k.paid("W-1"))["wage_paid"] == "100000.00"


def test_nothing_is_paid_twice(desk: Desk) -> None:
    number = desk.anomalous_claim()
    desk.act("finance", number, "wage-payment", k.paid("W-1"))
    again = desk.refuse("finance", number, "wage-payment", k.paid("W-2"))
    assert again == (409, "no_wages_due")
    payments = desk.claim(number)["payments"]
    assert sum(Decimal(p["amount"]) for p in payments) == Decimal("580000.00")


def test_a_claim_beyond_the_contract_is_refused(desk: Desk) -> None:
    desk.setup()
    url = f"/api/v1/projects/{k.PROJECT}/claims"
    body = k.CLAIM | {"amount": "5400000.01"}
    answer = desk.person("department").post(url, json=body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "claim_exceeds_contract"
    assert answer.json()["fields"] == {"amount": "最多 5400000.00 元"}
    ok(desk.person("department").post(url, json=k.CLAIM | {"amount": "5400000.00"}))
    second = desk.person("department").post(url, json=k.CLAIM | {"amount": "0.60"})
    assert second.json()["code"] == "wages_exceed_claim"
    second = desk.person("department").post(url, json=k.HONEST | {"amount": "100000.00"})
    assert second.json()["code"] == "claim_exceeds_contract"


def test_a_finding_that_no_longer_holds_is_cleared_and_stays_on_record(desk: Desk) -> None:
    number = desk.anomalous_claim()
    base = f"/api/v1/projects/{k.PROJECT}/milestones/topped-out"
    ok(desk.person("department").post(f"{base}/claim", json={"claimed_on": k.TODAY}))
    accepted = {"accepted": True, "accepted_on": k.TODAY}
    ok(desk.person("chief_supervisor").post(f"{base}/acceptance", json=accepted))
    desk.evaluate(number)
    claim = desk.claim(number)
    assert "FR-02" not in claim["flags"]
    cleared = [f["rule"] for f in claim["findings"] if f["cleared_at"]]
    assert cleared == ["FR-02"]
    assert claim["hold"]["amount"] == "2320000.00"
