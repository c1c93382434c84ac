"""What a finance system answers is taken once, and pays only what finance instructed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook as Library

from siteward_platform.act import acting
from siteward_platform.claim_review import instruct_claim
from siteward_platform.database.models import Claim
from siteward_platform.database.session import writing
from siteward_platform.webhooks.signing import new_secret
from siteward_rules.money.hold_states import Actor
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok
from tests.platform.receiver import Receiver, receiver
from tests.platform.test_webhooks import send_all, subscribe


@pytest.fixture
def finance() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def instructed(desk: Desk) -> int:
    """A claim of a project with the full procedure that finance sent to the treasury."""
    desk.setup()
    claim = desk.file(k.HONEST)
    with writing(desk.database) as session:
        session.get_one(Claim, claim).procedure = "full"
    with acting(desk.database, Actor("finance", "finance"), desk.now, desk.publish, 31) as act:
        instruct_claim(act, claim)
    return claim


def answer(claim: int, **changes: Any) -> dict[str, Any]:
    return {
        "claim": claim, "part": "works", "outcome": "paid", "reference": "GK-2026-0617",
        "amount": "400000.00", "paid_on": k.TODAY, **changes,
    }  # fmt: skip


def send(
    desk: Desk, secret: str, body: dict[str, Any], id: str = "ans_1", minutes: float = 0
) -> httpx.Response:
    text, at = json.dumps(body), desk.now - timedelta(minutes=minutes)
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": "v1,AAAA " + Library(secret).sign(id, at, text),
    }
    return httpx.post(f"{desk.url}/api/v1/finance/answers", content=text, headers=headers)


def test_an_instruction_goes_out_and_its_payment_comes_back(desk: Desk, finance: Receiver) -> None:
    secret = subscribe(desk, finance)["secret"]
    claim = instructed(desk)
    send_all(desk)
    told = finance.received[-1].content
    assert told["type"] == "payment.instructed"
    assert told["data"]["instruction"] == {
        "part": "works", "amount": "400000.00", "account": "6222000011112222",
    }  # fmt: skip
    paid = ok(send(desk, secret, answer(claim)))
    assert (paid["state"], paid["repeated"]) == ("paid", False)
    seen = desk.claim(claim)
    assert seen["works_paid"] == "400000.00"
    assert seen["payments"][0]["bank_reference"] == "GK-2026-0617"
    log = desk.person("auditor").get("/api/v1/audit-log").json()
    log = [entry for entry in log if not entry["action"].startswith("session.")]
    assert [e["action"] for e in log[:2]] == ["treasury.answer", "claim.pay_works"]
    assert log[0]["role"] == "treasury"


def test_the_same_answer_again_changes_nothing(sqlite_desk: Desk, finance: Receiver) -> None:
    secret = subscribe(sqlite_desk, finance)["secret"]
    claim = instructed(sqlite_desk)
    first = ok(send(sqlite_desk, secret, answer(claim)))
    again = ok(send(sqlite_desk, secret, answer(claim)))
    assert again == {**first, "repeated": True}
    anew = ok(send(sqlite_desk, secret, answer(claim), id="ans_2"))  # a receiver that lost its ids
    assert anew["payment"] == first["payment"]
    assert len(sqlite_desk.claim(claim)["payments"]) == 1
    other = send(sqlite_desk, secret, answer(claim, amount="1.00"))
    assert (other.status_code, other.json()["code"]) == (409, "id_used")


def test_wages_may_be_paid_whatever_stands_against_the_claim(
    sqlite_desk: Desk, finance: Receiver
) -> None:
    secret = subscribe(sqlite_desk, finance)["secret"]
    claim = sqlite_desk.anomalous_claim()
    body = answer(claim, part="wages", amount="580000.00")
    assert ok(send(sqlite_desk, secret, body))["state"] == "held"
    assert sqlite_desk.claim(claim)["wage_paid"] == "580000.00"


def test_works_on_hold_are_not_paid_by_an_answer(sqlite_desk: Desk, finance: Receiver) -> None:
    secret = subscribe(sqlite_desk, finance)["secret"]
    claim = sqlite_desk.anomalous_claim()
    refused = send(sqlite_desk, secret, answer(claim, amount="2320000.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_instructed")
    assert sqlite_desk.claim(claim)["payments"] == []


def test_another_amount_than_the_instructed_is_refused(
    sqlite_desk: Desk, finance: Receiver
) -> None:
    secret = subscribe(sqlite_desk, finance)["secret"]
    claim = instructed(sqlite_desk)
    refused = send(sqlite_desk, secret, answer(claim, amount="400000.01"))
    assert (refused.status_code, refused.json()["code"]) == (409, "amount_differs")
    assert sqlite_desk.claim(claim)["state"] == "treasury_instructed"


def test_a_refusal_sends_the_claim_back_to_finance(sqlite_desk: Desk, finance: Receiver) -> None:
    secret = subscribe(sqlite_desk, finance)["secret"]
    claim = instructed(sqlite_desk)
    body = answer(claim, outcome="rejected", paid_on=None, note="账户名不符")
    assert ok(send(sqlite_desk, secret, body))["state"] == "finance_review"


def test_an_acceptance_is_noted_and_moves_nothing(sqlite_desk: Desk, finance: Receiver) -> None:
    secret = subscribe(sqlite_desk, finance)["secret"]
    claim = instructed(sqlite_desk)
    body = answer(claim, outcome="accepted", paid_on=None)
    taken = ok(send(sqlite_desk, secret, body))
    assert (taken["state"], taken["payment"]) == ("treasury_instructed", None)
    sqlite_desk.now += timedelta(minutes=1)
    ok(send(sqlite_desk, secret, answer(claim), id="ans_2"))
    [standing] = ok(sqlite_desk.person("inspector").get(f"/api/v1/claims/{claim}/treasury"))
    assert (standing["part"], standing["outcome"]) == ("works", "paid")
    assert standing["reference"] == "GK-2026-0617"


def test_nobody_else_can_answer(sqlite_desk: Desk, finance: Receiver) -> None:
    made = subscribe(sqlite_desk, finance)
    claim = instructed(sqlite_desk)
    cases = [
        send(sqlite_desk, new_secret(), answer(claim)),
        send(sqlite_desk, made["secret"], answer(claim), minutes=6),
        send(sqlite_desk, made["secret"], answer(claim), minutes=-6),
        httpx.post(f"{sqlite_desk.url}/api/v1/finance/answers", json=answer(claim)),
    ]
    ok(sqlite_desk.person("admin").delete(f"/api/v1/webhooks/{made['id']}"))
    cases.append(send(sqlite_desk, made["secret"], answer(claim)))
    assert {(c.status_code, c.json()["code"]) for c in cases} == {(401, "bad_signature")}
    assert sqlite_desk.claim(claim)["payments"] == []


def test_a_wrong_answer_names_its_fields(sqlite_desk: Desk, finance: Receiver) -> None:
    secret = subscribe(sqlite_desk, finance)["secret"]
    claim = instructed(sqlite_desk)
    refused = send(sqlite_desk, secret, answer(claim, amount="much", part="tips"))
    assert refused.status_code == 422
    assert {"amount", "part"} <= set(refused.json()["fields"])
    undated = send(sqlite_desk, secret, answer(claim, paid_on=None))
    assert undated.status_code == 422
    unknown = send(sqlite_desk, secret, answer(99))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_claim")
