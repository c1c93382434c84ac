"""What routes answer and refuse besides the money."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from siteward_ingest.series import Point
from siteward_platform.api.openapi import FILE, document
from siteward_platform.database.models import AlertRecord
from siteward_platform.database.session import writing
from tests.platform import kindergarten as k
from tests.platform.desk import NOW, Desk, measurement, ok

BASE = f"/api/v1/projects/{k.PROJECT}"


def alert(number: int, **changes: object) -> AlertRecord:
    fields: dict[str, object] = {
        "project_id": k.PROJECT, "incident": f"i{number}", "rule": "SR-INTRUSION",
        "kind": "intrusion", "title": {"zh": "闯入", "en": "Intrusion"}, "severity": "general",
        "state": "firing", "started_at": NOW - timedelta(minutes=number),
        "summary": {"zh": "有人", "en": "Somebody"}, "box": [0.1, 0.2, 0.3, 0.4],
        "source": "JGJ 59-2011",
    }  # fmt: skip
    return AlertRecord(**fields | changes)


def with_alerts(desk: Desk, count: int) -> None:
    desk.setup()
    with writing(desk.database) as session:
        session.add_all(alert(n) for n in range(count))


def test_the_openapi_file_is_the_one_the_code_describes() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), (
        "run python -m siteward_platform.api.openapi"
    )


def test_operation_ids_are_clean_and_unique() -> None:
    paths = json.loads(document())["paths"]
    ids = [o["operationId"] for methods in paths.values() for o in methods.values()]
    assert len(ids) == len(set(ids))
    assert all(name.replace("_", "").isalpha() for name in ids)


def test_a_project_page_shows_progress_money_devices_and_zones(desk: Desk) -> None:
    desk.setup()
    desk.camera_sees("s2_formwork", 35)
    desk.series.write([Point(k.PROJECT, "box", "noise_laeq", NOW, 61.5)])
    page = ok(desk.person("inspector").get(BASE))
    assert page["contract"]["verified_value"] == "3500000.00"
    assert page["contract"]["payable_ceiling"] == "3395000.00"
    assert page["contract"]["paid"] == "2600000.00"
    assert page["accepted_percent"] == 43.75
    assert page["camera_percent"] == 35
    assert page["coverage"] == 0.6
    assert page["lights"] == {
        "schedule": "red", "safety": "green", "funds": "green", "devices": "green",
    }  # fmt: skip
    box = next(d for d in page["devices"] if d["id"] == "box")
    assert [(r["metric"], r["value"], r["unit"]) for r in box["readings"]] == [
        ("noise_laeq", 61.5, "dB(A)")
    ]
    assert page["milestones"][1]["status"] == "accepted"


def test_putting_a_project_again_keeps_what_happened_to_it(desk: Desk) -> None:
    desk.setup()
    changed = k.SETUP | {"description": "更名"}
    page = ok(desk.person("admin").put(BASE, json=changed))
    assert page["description"] == "更名"
    assert page["accepted_percent"] == 43.75
    assert page["milestones"][1]["status"] == "accepted"


def test_a_project_whose_parts_do_not_fit_names_every_problem(sqlite_desk: Desk) -> None:
    zone = k.SETUP["zones"][0] | {"camera": "cam-9", "work_item": "roof"}
    milestone = k.SETUP["milestones"][0] | {"work_items": ["roof"]}
    danger = k.SETUP["danger_zones"][0] | {"camera": "box"}
    body = k.SETUP | {"zones": [zone], "milestones": [milestone], "danger_zones": [danger]}
    answer = sqlite_desk.person("admin").put(BASE, json=body)
    assert answer.status_code == 422
    assert answer.json()["fields"] == {
        "zones[0].camera": "没有摄像机 cam-9",
        "zones[0].work_item": "没有分项工程 roof",
        "milestones[0].work_items": "没有分项工程 roof",
        "danger_zones[0].camera": "没有摄像机 box",
    }


def test_the_curve_ends_where_today_is(desk: Desk) -> None:
    desk.setup()
    curve = ok(desk.person("panel").get(f"{BASE}/s-curve"))
    today = curve["dates"].index(k.TODAY)
    assert curve["earned"][today] == "3500000.00"
    assert curve["paid"][today] == "2600000.00"
    assert curve["earned"][today + 1] is None
    assert curve["planned"][-1] == curve["budget_at_completion"] == "8000000.00"


@pytest.mark.parametrize(
    ("day", "code"), [("2026-06-16", "date_in_future"), ("2026-05-14", "date_too_old")]
)
def test_a_date_that_cannot_be_is_refused_with_the_range(
    sqlite_desk: Desk, day: str, code: str
) -> None:
    sqlite_desk.setup()
    body = measurement("structure", 71, day)
    answer = sqlite_desk.person("chief_supervisor").post(f"{BASE}/measurements", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "2026-05-15" in answer.json()["remedy"]
    assert "measured_on" in answer.json()["fields"]


def test_a_wrong_body_names_each_field(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    body = k.CLAIM | {"amount": "1.005", "claimed_percent": 101, "typo": 1}
    answer = sqlite_desk.person("department").post(f"{BASE}/claims", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    assert set(answer.json()["fields"]) == {"amount", "claimed_percent", "typo"}


def test_a_payment_of_a_claim_cannot_go_round_its_gates(sqlite_desk: Desk) -> None:
    number = sqlite_desk.anomalous_claim()
    body = {
        "amount": "2320000.00", "wage_amount": "0.00", "paid_on": k.TODAY,
        "payee_account": "1", "bank_reference": "B-9", "claim": number,
    }  # fmt: skip
    answer = sqlite_desk.person("finance").post(f"{BASE}/payments", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_belongs_to_claim")


def test_a_bank_reference_is_recorded_once(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    body = {
        "amount": "1.00", "wage_amount": "0.00", "paid_on": k.TODAY, "payee_account": "1",
        "bank_reference": "B-1",
    }  # fmt: skip
    answer = sqlite_desk.person("finance").post(f"{BASE}/payments", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_bank_reference")


def test_nobody_accepts_the_milestone_they_claimed_or_one_unclaimed(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    url = f"{BASE}/milestones/topped-out/acceptance"
    body = {"accepted": True, "accepted_on": k.TODAY}
    answer = sqlite_desk.person("chief_supervisor").post(url, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "milestone_not_claimed")


def test_alerts_come_in_pages_newest_first_each_exactly_once(desk: Desk) -> None:
    with_alerts(desk, 7)
    client, seen, before = desk.person("supervisor"), [], None
    while True:
        query = {"limit": 3} | ({"before": before} if before else {})
        page = ok(client.get("/api/v1/alerts", params=query))
        assert page["total"] == 7
        seen += [a["started_at"] for a in page["alerts"]]
        if (before := page["next_before"]) is None:
            break
    assert len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)
    none = ok(client.get("/api/v1/alerts", params={"severity": "serious"}))
    assert (none["alerts"], none["total"]) == ([], 0)


def test_an_alert_says_where_by_name(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    with writing(sqlite_desk.database) as session:
        session.add_all(
            alert(n, device=device, zone=zone)
            for n, (device, zone) in enumerate(
                [(None, None), ("cam-1", "pit-edge"), ("cam-1", "main"), ("gone", "gone")]
            )
        )
    page = ok(sqlite_desk.person("supervisor").get("/api/v1/alerts"))
    names = [(a["device_name"], a["zone_name"]) for a in page["alerts"]]
    camera = {"zh": "塔机全景", "en": "Overview"}
    assert names == [
        (None, None),
        (camera, {"zh": "基坑临边", "en": "Pit edge"}),
        (camera, {"zh": "主楼", "en": "Main building"}),
        (None, None),
    ]


def test_an_alert_is_acknowledged_taken_back_and_judged(desk: Desk) -> None:
    with_alerts(desk, 1)
    url = "/api/v1/alerts/1"
    inspector, supervisor = desk.person("inspector"), desk.person("supervisor")
    assert ok(inspector.post(f"{url}/acknowledgement"))["acknowledged_by"] == desk.display_name(
        "inspector"
    )
    assert supervisor.post(f"{url}/acknowledgement").json()["code"] == "acknowledged_already"
    assert supervisor.delete(f"{url}/acknowledgement").json()["code"] == "acknowledged_by_other"
    assert ok(inspector.delete(f"{url}/acknowledgement"))["acknowledged_by"] is None
    bare = supervisor.post(f"{url}/verdict", json={"verdict": "false_alarm"})
    assert bare.json()["code"] == "reason_missing"
    body = {"verdict": "false_alarm", "reason": "是监理人员"}
    assert ok(supervisor.post(f"{url}/verdict", json=body))["verdict_by"] == desk.display_name(
        "supervisor"
    )
    log = ok(supervisor.get("/api/v1/audit-log", params={"limit": 3}))
    assert [e["action"] for e in log] == ["alert.judge", "alert.unacknowledge", "alert.acknowledge"]
    assert json.loads(desk.published[-1][1])["event"] == "alert"


def test_evidence_comes_as_it_was_hashed_and_only_once(sqlite_desk: Desk) -> None:
    picture = b"\xff\xd8 a picture \xff\xd9"
    name = hashlib.sha256(picture).hexdigest()
    sqlite_desk.evidence.put(name, picture)
    client = sqlite_desk.person("supervisor")
    answer = client.get(f"/api/v1/evidence/{name}")
    assert answer.content == picture
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]
    again = client.get(
        f"/api/v1/evidence/{name}", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    missing = client.get(f"/api/v1/evidence/{'0' * 64}")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_evidence")


def test_a_chart_has_at_most_the_points_asked_for(sqlite_desk: Desk) -> None:
    start = datetime(2026, 6, 14, tzinfo=UTC)
    points = [
        Point(k.PROJECT, "box", "pm10", start + timedelta(minutes=n), float(n % 60))
        for n in range(1440)
    ]
    sqlite_desk.series.write(points)
    query: dict[str, str | int] = {
        "site": k.PROJECT, "device": "box", "metric": "pm10", "start": "2026-06-14T00:00:00Z",
        "end": "2026-06-15T00:00:00Z", "points": 24,
    }  # fmt: skip
    client = sqlite_desk.person("supervisor")
    chart = ok(client.get("/api/v1/series", params=query))
    assert 12 <= len(chart["points"]) <= 24
    assert chart["bucket_seconds"] * len(chart["points"]) == 86_400
    assert (chart["points"][0]["min"], chart["points"][0]["max"]) == (0, 59)
    unknown = client.get("/api/v1/series", params=query | {"metric": "love"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_metric")
    backwards = client.get("/api/v1/series", params=query | {"end": "2026-06-13T00:00:00Z"})
    assert backwards.json()["code"] == "bad_range"
    naive = client.get("/api/v1/series", params=query | {"start": "2026-06-14T00:00:00"})
    assert naive.json()["code"] == "no_zone"


def test_every_shipped_rule_is_listed_with_its_page(sqlite_desk: Desk) -> None:
    rules = ok(sqlite_desk.person("supervisor").get("/api/v1/rules"))
    ids = {rule["id"] for rule in rules}
    assert {"FR-01", "FR-02", "FR-09", "FR-19", "FR-20", "FR-21", "SR-NOISE-NIGHT"} <= ids
    assert all(rule["page"] and rule["condition"] and rule["trust"] for rule in rules)
