"""What is done on site with a phone: once, never over somebody else's head."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from siteward_platform.checklists import checklist, checklists
from siteward_platform.database.models import AlertRecord
from siteward_platform.database.session import writing
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok
from tests.platform.test_uploads import send_all

DONE_AT = "2026-06-15T09:59:00+08:00"
SIGNATURE = {"name": "陈巡", "strokes": [[[10, 20], [200, 220], [400, 90]]]}


@pytest.fixture
def site(sqlite_desk: Desk) -> Iterator[Desk]:
    """The kindergarten, set up."""
    ok(sqlite_desk.person("admin").put(f"/api/v1/projects/{k.PROJECT}", json=k.SETUP))
    yield sqlite_desk


def alert_on(site: Desk) -> int:
    with writing(site.database) as session:
        alert = AlertRecord(
            project_id=k.PROJECT,
            incident=str(uuid4()),
            rule="no_helmet",
            kind="no_helmet",
            title={"zh": "未戴安全帽", "en": "No helmet"},
            severity="general",
            state="firing",
            device="cam-1",
            started_at=site.now,
            summary={"zh": "一人未戴安全帽", "en": "One person without a helmet"},
        )
        session.add(alert)
        session.flush()
        return alert.id


def confirmation(alert: int, **changes: Any) -> dict[str, Any]:
    return {"alert": alert, "verdict": "confirmed", "done_at": DONE_AT} | changes


def put(site: Desk, role: str, what: str, body: dict[str, Any], key: str | None = None) -> Any:
    url = f"/api/v1/inspection/{what}/{key or uuid4()}"
    return site.person(role).put(url, json=body)


def day(site: Desk, role: str = "inspector") -> dict[str, Any]:
    today: dict[str, Any] = ok(site.person(role).get("/api/v1/inspection/day"))
    return today


def test_acts_of_every_kind_are_kept_by_both_databases(desk: Desk) -> None:
    ok(desk.person("admin").put(f"/api/v1/projects/{k.PROJECT}", json=k.SETUP))
    photo, alert = send_all(desk.person("department")), alert_on(desk)
    visit = planned(desk)["id"]
    for role, what, body in (
        ("inspector", "confirmations", confirmation(alert)),
        ("inspector", "visit-reports", report(visit)),
        ("department", "acceptance-requests", request(photo)),
    ):
        key = str(uuid4())
        assert ok(put(desk, role, what, body, key)) == ok(put(desk, role, what, body, key))
        assert put(desk, role, what, body).status_code == 409
    assert day(desk)["visits"][0]["done_by"] == "Inspector（街道）"


def test_a_confirmation_sent_three_times_is_one_verdict(site: Desk) -> None:
    alert, key = alert_on(site), str(uuid4())
    photo = send_all(site.person("inspector"))
    body = confirmation(alert, note="东侧二层", photos=[photo], reason="现场属实")
    for _ in range(3):
        answer = ok(put(site, "inspector", "confirmations", body, key))
        assert (answer["verdict"], answer["verdict_reason"]) == ("confirmed", "现场属实；东侧二层")
    entries = ok(site.person("supervisor").get("/api/v1/audit-log"))
    assert [e["action"] for e in entries].count("alert.judge") == 1
    acts = ok(site.person("supervisor").get(f"/api/v1/projects/{k.PROJECT}/field-acts"))
    assert [(a["key"], a["photos"]) for a in acts] == [(key, [photo])]


def test_a_verdict_given_meanwhile_is_shown_and_not_written_over(site: Desk) -> None:
    alert = alert_on(site)
    seen = day(site)["alerts"][0]["verdict_at"]
    verdict = {"verdict": "false_alarm", "reason": "是反光，不是人"}
    ok(site.person("supervisor").post(f"/api/v1/alerts/{alert}/verdict", json=verdict))
    body = confirmation(alert, seen_verdict_at=seen)
    answer = put(site, "inspector", "confirmations", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "alert_judged_meanwhile")
    present = answer.json()["present"]
    assert (present["verdict"], present["verdict_by"]) == ("false_alarm", "Supervisor（街道）")
    kept = ok(site.person("inspector").get(f"/api/v1/alerts/{alert}"))
    assert kept["verdict"] == "false_alarm"
    knowing = confirmation(alert, seen_verdict_at=present["verdict_at"])
    assert ok(put(site, "inspector", "confirmations", knowing))["verdict"] == "confirmed"


def test_a_photo_the_server_does_not_have_holds_the_act_back(site: Desk) -> None:
    alert, key = alert_on(site), str(uuid4())
    body = confirmation(alert, photos=["b" * 64])
    answer = put(site, "inspector", "confirmations", body, key)
    assert (answer.status_code, answer.json()["code"]) == (409, "photo_not_stored")
    assert answer.json()["fields"] == {"photos": "b" * 64}
    assert day(site)["alerts"][0]["verdict"] is None


def test_a_photo_of_another_person_does_not_count(site: Desk) -> None:
    photo = send_all(site.person("supervisor"))
    body = confirmation(alert_on(site), photos=[photo])
    assert put(site, "inspector", "confirmations", body).json()["code"] == "photo_not_stored"


def test_a_key_means_one_act_only(site: Desk) -> None:
    alert, key = alert_on(site), str(uuid4())
    ok(put(site, "inspector", "confirmations", confirmation(alert), key))
    other = confirmation(alert, note="改了主意")
    assert put(site, "inspector", "confirmations", other, key).json()["code"] == "key_used"
    assert put(site, "supervisor", "confirmations", confirmation(alert), key).json()["code"] == (
        "key_used"
    )


def test_a_false_alarm_needs_its_reason_from_a_phone_too(site: Desk) -> None:
    body = confirmation(alert_on(site), verdict="false_alarm")
    answer = put(site, "inspector", "confirmations", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "reason_missing")


def report(visit: int | None = None, **changes: Any) -> dict[str, Any]:
    sheet = checklist("EL")
    assert sheet is not None
    return {
        "project": k.PROJECT,
        "visit": visit,
        "checklist": sheet.id,
        "version": sheet.version,
        "answers": [{"item": item.id, "found": "good"} for item in sheet.items],
        "done_at": DONE_AT,
        "signature": SIGNATURE,
    } | changes


def planned(site: Desk, **changes: Any) -> dict[str, Any]:
    body = {"planned_on": "2026-06-15", "purpose": "用电专项检查", "checklist": "EL"} | changes
    visit: dict[str, Any] = ok(
        site.person("supervisor").post(f"/api/v1/projects/{k.PROJECT}/visits", json=body)
    )
    return visit


def test_a_planned_visit_is_on_the_inspectors_day_until_it_is_reported(site: Desk) -> None:
    site.person("inspector")
    mine = planned(site, inspector="inspector")
    site.person("inspector", "other-inspector")
    planned(site, inspector="other-inspector")
    assert [(v["id"], v["done_by"]) for v in day(site)["visits"]] == [(mine["id"], None)]
    ok(put(site, "inspector", "visit-reports", report(mine["id"])))
    assert [v["done_by"] for v in day(site)["visits"]] == ["Inspector（街道）"]


def test_the_second_phone_learns_that_the_visit_was_made(site: Desk) -> None:
    visit = planned(site)["id"]
    ok(put(site, "supervisor", "visit-reports", report(visit)))
    answer = put(site, "inspector", "visit-reports", report(visit))
    assert answer.json()["code"] == "visit_settled_meanwhile"
    assert answer.json()["present"]["done_by"] == "Supervisor（街道）"
    acts = ok(site.person("supervisor").get(f"/api/v1/projects/{k.PROJECT}/field-acts"))
    assert len(acts) == 1


def test_a_visit_called_off_is_gone_and_a_made_one_stays(site: Desk) -> None:
    gone, made = planned(site)["id"], planned(site)["id"]
    ok(site.person("inspector").delete(f"/api/v1/visits/{gone}"))
    ok(put(site, "inspector", "visit-reports", report(made)))
    late = put(site, "inspector", "visit-reports", report(gone))
    assert late.json()["code"] == "visit_settled_meanwhile"
    assert site.person("inspector").delete(f"/api/v1/visits/{made}").status_code == 409
    assert [v["id"] for v in day(site)["visits"]] == [made]


def test_a_checklist_with_a_gap_or_an_unexplained_fault_names_the_items(site: Desk) -> None:
    whole = report()["answers"]
    answers = [
        {"item": whole[0]["item"], "found": "bad"},
        *whole[2:],
        {"item": "x", "found": "good"},
    ]
    answer = put(site, "inspector", "visit-reports", report(answers=answers))
    assert answer.json()["code"] == "answers_incomplete"
    assert set(answer.json()["fields"]) == {whole[0]["item"], whole[1]["item"], "x"}


def test_an_old_version_of_a_checklist_is_refused_by_name(site: Desk) -> None:
    answer = put(site, "inspector", "visit-reports", report(version=99))
    assert (answer.status_code, answer.json()["code"]) == (409, "checklist_changed")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"planned_on": "2026-06-14"}, "planned_on"),
        ({"checklist": "XX"}, "checklist"),
        ({"inspector": "nobody"}, "inspector"),
    ],
)
def test_a_visit_that_cannot_be_made_is_not_planned(
    site: Desk, change: dict[str, Any], field: str
) -> None:
    body = {"planned_on": "2026-06-15", "purpose": "日常巡查"} | change
    answer = site.person("supervisor").post(f"/api/v1/projects/{k.PROJECT}/visits", json=body)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])


def request(photo: str, **changes: Any) -> dict[str, Any]:
    return {
        "project": k.PROJECT,
        "milestone": "base",
        "seen_status": "planned",
        "photos": [photo],
        "signature": SIGNATURE,
        "done_at": DONE_AT,
    } | changes


def test_the_departments_request_claims_the_milestone_once(site: Desk) -> None:
    photo, key = send_all(site.person("department")), str(uuid4())
    for _ in range(2):
        answer = ok(put(site, "department", "acceptance-requests", request(photo), key))
        assert (answer["status"], answer["asked_by"]) == ("claimed", "Department（街道）")
    late = put(site, "department", "acceptance-requests", request(photo))
    assert late.json()["code"] == "milestone_moved_meanwhile"
    assert late.json()["present"]["status"] == "claimed"


def test_an_inspectors_request_is_kept_beside_the_milestone_and_claims_nothing(
    site: Desk,
) -> None:
    photo = send_all(site.person("inspector"))
    answer = ok(put(site, "inspector", "acceptance-requests", request(photo)))
    assert (answer["status"], answer["asked_by"]) == ("planned", "Inspector（街道）")


def test_a_request_without_a_photo_or_a_name_is_refused(site: Desk) -> None:
    body = request("", photos=[])
    del body["signature"]
    answer = put(site, "department", "acceptance-requests", body)
    assert set(answer.json()["fields"]) == {"photos", "signature"}


def test_the_day_brings_sites_checklists_and_colleagues(site: Desk) -> None:
    today = day(site)
    assert [s["id"] for s in today["sites"]] == [k.PROJECT]
    assert [m["id"] for m in today["sites"][0]["milestones"]]
    assert [c["id"] for c in today["checklists"]] == [c.id for c in checklists()]
    assert {c["username"] for c in today["colleagues"]} == {"inspector"}
