"""Other systems are told of what happened: signed, in order, at least once, under one id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook as Library

from siteward_platform.act import acting
from siteward_platform.claims import announce, change_claim
from siteward_platform.database.models import WebhookDelivery
from siteward_platform.database.session import reading
from siteward_platform.webhooks.courier import PAUSES, Courier, http_post
from siteward_rules.money.holds import RULES
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok
from tests.platform.receiver import Receiver, receiver

ALL_KINDS = [
    "hold.recommended", "hold.decided", "hold.released", "claim.state", "payment.instructed",
    "hazard.major",
]  # fmt: skip


@pytest.fixture
def finance() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def subscribe(desk: Desk, to: Receiver, kinds: list[str] | None = None) -> dict[str, Any]:
    desk.webhook_hosts.add(to.host)
    body = {"name": "区财政国库系统", "url": to.url, "kinds": kinds or ALL_KINDS}
    made: dict[str, Any] = ok(desk.person("admin").post("/api/v1/webhooks", json=body))
    return made


def courier(desk: Desk, seconds: float = 5.0) -> Courier:
    return Courier(
        desk.database, http_post(seconds), desk.webhook_hosts, lambda: desk.now, Random(1)
    )


def send_all(desk: Desk) -> None:
    while courier(desk).round():
        pass


def listed(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(desk.person("admin").get("/api/v1/webhooks"))
    return found


def waiting(desk: Desk) -> list[WebhookDelivery]:
    with reading(desk.database) as session:
        query = select(WebhookDelivery).where(WebhookDelivery.state == "waiting")
        return list(session.scalars(query.order_by(WebhookDelivery.seq)))


def test_a_claim_s_story_arrives_in_order_and_whole(desk: Desk, finance: Receiver) -> None:
    made = subscribe(desk, finance)
    claim = desk.anomalous_claim()
    desk.act("supervisor", claim, "opinion", k.OPINION)
    desk.act("finance", claim, "decision", k.HOLD)
    send_all(desk)
    assert finance.kinds == ["claim.state", "hold.recommended", "claim.state", "hold.decided"]
    numbers = [message.content["number"] for message in finance.received]
    assert numbers == [1, 2, 3, 4]
    decided = finance.received[-1].content["data"]
    assert (decided["claim"], decided["state"]) == (claim, "held")
    assert decided["hold"]["remaining"] == "2320000.00"
    assert decided["wages_due"] == "580000.00"
    assert {m.headers["idempotency-key"] for m in finance.received} == {
        m.id for m in finance.received
    }
    assert len({m.id for m in finance.received}) == 4
    assert made["secret"].startswith("whsec_")


def test_the_standard_s_own_library_accepts_what_is_sent(
    sqlite_desk: Desk, finance: Receiver
) -> None:
    made = subscribe(sqlite_desk, finance)
    ok(sqlite_desk.person("admin").post(f"/api/v1/webhooks/{made['id']}/test"))
    sqlite_desk.now = datetime.now(UTC)  # the library reads the real clock
    assert courier(sqlite_desk).round() == 1
    [message] = finance.received
    Library(made["secret"]).verify(message.text, message.headers)
    with pytest.raises(Exception, match="No matching signature"):
        Library(made["secret"]).verify(message.text + " ", message.headers)


def test_the_secret_is_shown_once_and_logged_never(sqlite_desk: Desk, finance: Receiver) -> None:
    made = subscribe(sqlite_desk, finance)
    seen = sqlite_desk.person("admin").get("/api/v1/webhooks").text
    log = sqlite_desk.person("auditor").get("/api/v1/audit-log").text
    assert made["secret"] not in seen
    assert made["secret"] not in log
    assert "webhook.make" in log


def test_what_was_rolled_back_is_told_nobody(sqlite_desk: Desk, finance: Receiver) -> None:
    subscribe(sqlite_desk, finance)
    claim = sqlite_desk.anomalous_claim()
    send_all(sqlite_desk)
    with (
        pytest.raises(RuntimeError),
        acting(sqlite_desk.database, RULES, sqlite_desk.now, sqlite_desk.publish, 31) as act,
    ):
        row = change_claim(act, claim)
        row.state = "withdrawn"
        act.log("claim.withdraw", f"claim:{claim}")
        announce(act, row)
        raise RuntimeError("the disk is full")
    assert waiting(sqlite_desk) == []


def test_a_failing_receiver_gets_the_same_id_again_after_a_pause_and_in_order(
    sqlite_desk: Desk, finance: Receiver
) -> None:
    desk = sqlite_desk
    subscribe(desk, finance)
    desk.anomalous_claim()
    finance.behave = lambda _: 500 if len(finance.received) < 3 else 204
    sender = courier(desk)
    assert sender.round() == 0
    assert sender.round() == 0  # its pause is not over, and the next of the lane must wait
    assert len(finance.received) == 1
    for attempt in range(2):
        desk.now += PAUSES[attempt] * 1.3
        while sender.round():
            pass
    first, *_ = ids = [message.id for message in finance.received]
    assert ids[:3] == [first] * 3
    assert len(set(ids[2:])) == len(ids[2:]) == 3
    assert finance.kinds[2:] == ["claim.state", "hold.recommended", "claim.state"]


def test_a_receiver_that_hangs_delays_nobody_else(sqlite_desk: Desk, finance: Receiver) -> None:
    desk = sqlite_desk
    with receiver() as other:
        subscribe(desk, finance)
        subscribe(desk, other)
        finance.behave = lambda _: 0
        desk.anomalous_claim()
        sender, began = courier(desk, seconds=0.2), time.monotonic()
        for _ in range(4):
            sender.round()
        assert time.monotonic() - began < 5
        assert len(other.received) == 3
        assert len(finance.received) == 1  # it is left alone for a while
    hanging = next(w for w in listed(desk) if w["url"] == finance.url)
    assert hanging["last_error"] == "no answer within 0.2 s"
    assert hanging["waiting"] == 3


def test_a_receiver_may_ask_for_more_time(sqlite_desk: Desk, finance: Receiver) -> None:
    made = subscribe(sqlite_desk, finance)
    ok(sqlite_desk.person("admin").post(f"/api/v1/webhooks/{made['id']}/test"))
    finance.behave = lambda _: 429
    courier(sqlite_desk).round()
    [delivery] = waiting(sqlite_desk)
    assert delivery.next_try == sqlite_desk.now + timedelta(hours=1)


_COURIER = """
import sys
from random import Random
from siteward_contracts.clock import utc_now
from siteward_platform.database.session import open_database
from siteward_platform.webhooks.courier import Courier, http_post
Courier(open_database(sys.argv[1]), http_post(), {sys.argv[2]}, utc_now, Random(1)).round()
"""


def test_a_worker_killed_before_it_noted_the_answer_sends_again_under_the_same_id(
    sqlite_desk: Desk, finance: Receiver
) -> None:
    made = subscribe(sqlite_desk, finance)
    ok(sqlite_desk.person("admin").post(f"/api/v1/webhooks/{made['id']}/test"))
    running: list[subprocess.Popen[bytes]] = []
    came = []

    def kill(_: object) -> int:
        came.append(True)
        while not running:
            time.sleep(0.01)
        os.kill(running[0].pid, signal.SIGKILL)
        return 204

    finance.behave = kill
    url = sqlite_desk.database.url.render_as_string()
    running.append(subprocess.Popen([sys.executable, "-c", _COURIER, url, finance.host]))
    assert running[0].wait(60) == -signal.SIGKILL
    assert came
    finance.behave = lambda _: 204
    assert courier(sqlite_desk).round() == 1
    first, second = finance.received
    assert (first.id, first.text) == (second.id, second.text)


def test_a_message_given_up_is_seen_and_can_be_sent_again(
    sqlite_desk: Desk, finance: Receiver
) -> None:
    desk, admin = sqlite_desk, sqlite_desk.person("admin")
    made = subscribe(desk, finance)
    base = f"/api/v1/webhooks/{made['id']}"
    ok(admin.post(f"{base}/test"))
    finance.behave = lambda _: 500
    for _ in range(len(PAUSES) + 1):
        courier(desk).round()
        desk.now += timedelta(days=2)
    courier(desk).round()
    assert len(finance.received) == len(PAUSES) + 1
    admin = desk.person("admin", "admin-2")  # weeks on, the first session has run out
    [seen] = ok(admin.get("/api/v1/webhooks"))
    assert (seen["dead"], seen["last_error"]) == (1, "HTTP 500")
    [dead] = ok(admin.get(f"{base}/deliveries", params={"state": "dead"}))
    finance.behave = lambda _: 204
    assert ok(admin.post(f"{base}/deliveries/{dead['id']}/again"))["state"] == "waiting"
    assert courier(desk).round() == 1
    assert len({message.id for message in finance.received}) == 1
    refused = admin.post(f"{base}/deliveries/{dead['id']}/again")
    assert (refused.status_code, refused.json()["code"]) == (409, "message_not_dead")


def test_a_receiver_that_is_gone_is_not_asked_again(sqlite_desk: Desk, finance: Receiver) -> None:
    made = subscribe(sqlite_desk, finance)
    ok(sqlite_desk.person("admin").post(f"/api/v1/webhooks/{made['id']}/test"))
    finance.behave = lambda _: 410
    courier(sqlite_desk).round()
    assert listed(sqlite_desk)[0]["dead"] == 1


def test_a_webhook_that_ended_is_sent_nothing(sqlite_desk: Desk, finance: Receiver) -> None:
    made = subscribe(sqlite_desk, finance)
    admin = sqlite_desk.person("admin")
    ok(admin.post(f"/api/v1/webhooks/{made['id']}/test"))
    ok(admin.delete(f"/api/v1/webhooks/{made['id']}"))
    sqlite_desk.anomalous_claim()
    send_all(sqlite_desk)
    assert finance.received == []


def test_only_hosts_on_the_operator_s_list_can_be_told(
    sqlite_desk: Desk, finance: Receiver
) -> None:
    sqlite_desk.webhook_hosts.add(finance.host)
    for url, code in (
        ("http://169.254.169.254/latest/meta-data", "host_not_allowed"),
        ("http://127.0.0.1:1/", "host_not_allowed"),
        (f"http://{finance.host}@169.254.169.254/", "url_wrong"),
        ("file:///etc/passwd", "url_wrong"),
        (f"gopher://{finance.host}/", "url_wrong"),
        (f"http://{finance.host}:99999/", "url_wrong"),
        ("http:///siteward", "url_wrong"),
    ):
        body = {"name": "财政", "url": url, "kinds": ALL_KINDS}
        answer = sqlite_desk.person("admin").post("/api/v1/webhooks", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), url
        assert "url" in answer.json()["fields"]


def test_a_host_taken_off_the_list_is_sent_nothing_and_redirects_are_not_followed(
    sqlite_desk: Desk, finance: Receiver
) -> None:
    desk = sqlite_desk
    made = subscribe(desk, finance)
    ok(desk.person("admin").post(f"/api/v1/webhooks/{made['id']}/test"))
    finance.behave = lambda _: 302
    courier(desk).round()
    assert len(finance.received) == 1
    desk.webhook_hosts.clear()
    desk.now += timedelta(minutes=1)
    courier(desk).round()
    assert len(finance.received) == 1
    assert "不在允许名单" in listed(desk)[0]["last_error"]


def test_a_major_hazard_is_told_once(sqlite_desk: Desk, finance: Receiver) -> None:
    desk = sqlite_desk
    desk.setup()
    subscribe(desk, finance, ["hazard.major"])
    day = desk.now.date().isoformat()
    body = {
        "kind": "deep_pit", "severity": "suspected_major", "description": "支护开裂",
        "found_on": day, "due": day,
    }  # fmt: skip
    url = f"/api/v1/projects/{k.PROJECT}/hazards"
    chief = desk.person("chief_supervisor")
    id = ok(chief.post(url, json=body))["id"]
    grade = {
        "severity": "major", "reason": "深度超过 5 米", "edition": "2024", "article": "5(二)",
        "quoted": "基坑土方超挖且未采取有效措施",
    }  # fmt: skip
    ok(chief.post(f"/api/v1/hazards/{id}/grade", json=grade))
    for _ in range(2):  # a later entry about it
        with acting(desk.database, RULES, desk.now, desk.publish, 31) as act:
            act.log("hazard.look", f"hazard:{id}")
    send_all(desk)
    assert finance.kinds == ["hazard.major"]
    assert "支护开裂" not in finance.received[0].text
