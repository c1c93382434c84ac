"""A hazard on the real API: reported, ordered, fixed, rechecked with proof, closed, looked back on."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import cv2
import numpy as np
import pytest

from siteward_platform.act import acting
from siteward_platform.database.models import (
    AgentKey,
    AlertRecord,
    Evidence,
    HazardRecord,
    LogEntry,
    QualifiedPerson,
)
from siteward_platform.database.session import reading, writing
from siteward_platform.facts import paper_facts
from siteward_platform.worker.hazards import keep_hazard_clocks
from siteward_rules.funds.fr20 import RULE as FR20
from siteward_rules.hazards.states import HazardEvent, HazardState, advance
from siteward_rules.money.holds import RULES
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok

BASE = f"/api/v1/projects/{k.PROJECT}"
FOUND = {
    "kind": "unguarded_edge", "severity": "serious", "description": "三层临边无防护栏杆",
    "found_on": k.TODAY,
}  # fmt: skip
ORDER = {
    "kind": "rectification",
    "addressee": "华建工程有限公司",
    "requirements": "设置防护栏杆<br>",
}
REPLY = {"fixed_by": "钱工", "note": "已设防护栏杆"}
CLOSURE = {"note": "复查合格，予以销号"}
NEAR = {"latitude": 30.2701, "longitude": 120.1501, "accuracy": 12}


def jpeg(shade: int) -> bytes:
    done, buffer = cv2.imencode(".jpg", np.full((24, 32, 3), shade, np.uint8))
    assert done
    return buffer.tobytes()


def step(desk: Desk, role: str, hazard: int, route: str, body: Any, name: str | None = None) -> Any:
    return desk.person(role, name).post(f"/api/v1/hazards/{hazard}/{route}", json=body)


def do(desk: Desk, role: str, hazard: int, route: str, body: Any, name: str | None = None) -> Any:
    return ok(step(desk, role, hazard, route, body, name))


def code(answer: Any) -> tuple[int, str]:
    failure = answer.json()
    assert failure["message"]
    return answer.status_code, failure["code"]


def found(desk: Desk, role: str = "inspector", **changes: Any) -> int:
    made = ok(desk.person(role).post(f"{BASE}/hazards", json=FOUND | changes))
    number: int = made["id"]
    return number


def submitted(desk: Desk, **changes: Any) -> int:
    hazard = found(desk, **changes)
    do(desk, "chief_supervisor", hazard, "order", ORDER)
    do(desk, "department", hazard, "submission", REPLY)
    desk.now += timedelta(hours=1)
    return hazard


def photograph(desk: Desk, hazard: int, picture: bytes, **where: Any) -> Any:
    query = NEAR | {"taken_at": desk.now.isoformat()} | where
    return desk.person("inspector").post(
        f"/api/v1/hazards/{hazard}/pictures", params=query, content=picture,
        headers={"Content-Type": "image/jpeg"},
    )  # fmt: skip


def kept(desk: Desk, hazard: int, shade: int, **where: Any) -> str:
    ok(photograph(desk, hazard, jpeg(shade), **where))
    return hashlib.sha256(jpeg(shade)).hexdigest()


def camera_picture(desk: Desk, shade: int, ts: datetime, **changes: Any) -> str:
    picture = jpeg(shade)
    sha256 = hashlib.sha256(picture).hexdigest()
    desk.evidence.put(sha256, picture)
    fields = {"device": "cam-1", "purpose": "daily"} | changes
    with writing(desk.database) as session:
        session.add(
            Evidence(
                sha256=sha256, project_id=k.PROJECT, ts=ts, size=len(picture), received_at=ts,
                **fields,
            )
        )  # fmt: skip
    return sha256


def let_time_pass(desk: Desk, now: datetime) -> int:
    desk.now = now
    with acting(desk.database, RULES, now, desk.publish, 0) as act:
        return keep_hazard_clocks(act)


def test_the_whole_way_on_both_databases(desk: Desk) -> None:
    desk.setup()
    hazard = found(desk)
    assert ok(desk.person("supervisor").get(BASE))["lights"]["safety"] == "red"
    ordered = do(desk, "chief_supervisor", hazard, "order", ORDER)
    assert ordered["orders"][0]["number"] == "kindergarten-ZG-2026-001"
    assert (ordered["state"], ordered["due"]) == ("notified", "2026-06-18")
    assert ordered["clock"]["name"] == "control"
    plan = {"measures": "先拉警戒线", "person": "钱工", "deadline": "2026-06-17"}
    assert do(desk, "department", hazard, "plan", plan)["clock"]["name"] == "rectify"
    do(desk, "department", hazard, "submission", REPLY)
    desk.now += timedelta(hours=2)
    shown = ok(photograph(desk, hazard, jpeg(90)))["pictures"][0]
    recheck = {"passed": True, "note": "栏杆牢固", "pictures": [shown["sha256"]]}
    assert shown["distance"] == pytest.approx(14.7, abs=0.5)
    do(desk, "supervisor", hazard, "recheck", recheck)
    body = CLOSURE | {"closed_on": k.TODAY}
    assert code(step(desk, "inspector", hazard, "closure", body)) == (409, "same_person")
    closed = do(desk, "supervisor", hazard, "closure", body)
    assert (closed["state"], closed["look_back_due"]) == ("closed", "2026-07-15")
    assert ok(desk.person("supervisor").get(BASE))["lights"]["safety"] == "green"

    assert let_time_pass(desk, datetime(2026, 7, 14, 15, 59, tzinfo=UTC)) == 0
    assert let_time_pass(desk, datetime(2026, 7, 14, 16, 1, tzinfo=UTC)) == 1
    look = {"effective": False, "note": "栏杆又被拆除"}
    again = do(desk, "supervisor", hazard, "look-back", look, "lin")
    assert (again["state"], again["closed_on"], again["due"]) == ("reopened", None, "2026-07-18")

    detail = ok(desk.person("chief_supervisor", "zheng").get(f"/api/v1/hazards/{hazard}"))
    assert detail["allowed_steps"] == ["order", "grade"]
    assert [line["action"] for line in detail["history"]] == [
        f"hazard.{word}"
        for word in ("record", "order", "plan", "submit", "picture", "recheck", "close",
                     "look_back_due", "look_back")
    ]  # fmt: skip
    assert detail["history"][1]["text"]["zh"] == "下达 kindergarten-ZG-2026-001，限期 2026-06-18"


def test_the_log_alone_says_where_a_hazard_stands(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    hazard = submitted(desk)
    do(desk, "supervisor", hazard, "recheck", {"passed": False, "note": "栏杆松动"})
    events = {
        "order": HazardEvent.ORDER, "submit": HazardEvent.SUBMIT, "recheck": HazardEvent.FAIL
    }  # fmt: skip
    state = HazardState.CONFIRMED
    with reading(desk.database) as session:
        for entry in session.query(LogEntry).filter_by(subject=f"hazard:{hazard}"):
            word = entry.action.removeprefix("hazard.")
            state = advance(state, events[word]) if word in events else state
            assert f'"hazard_state":"{state}"' in entry.detail
        assert session.get_one(HazardRecord, hazard).state == state == "rectifying"


def test_a_resident_s_report_stops_no_money_until_somebody_of_the_staff_confirms_it(
    sqlite_desk: Desk,
) -> None:
    desk = sqlite_desk
    claim = desk.anomalous_claim()

    def stops() -> bool:
        with reading(desk.database) as session:
            facts = paper_facts(session, k.PROJECT, desk.now.date())
            return FR20.evaluate(facts, facts.claims[0]) is not None

    hazard = found(desk, "panel", severity="suspected_major")
    assert ok(desk.person("supervisor").get(f"{BASE}/hazards"))[0]["state"] == "detected"
    assert not stops()
    judged = {"note": "现场核实属实"}
    assert code(step(desk, "department", hazard, "confirmation", judged)) == (403, "wrong_role")
    do(desk, "inspector", hazard, "confirmation", judged)
    assert stops()
    desk.evaluate(claim)
    assert "FR-20" in desk.claim(claim)["flags"]
    other = found(desk, "panel", severity="suspected_major")
    do(desk, "inspector", other, "dismissal", {"note": "角度误会，已有防护"})
    do(desk, "chief_supervisor", hazard, "grade", {"severity": "general", "reason": "影响很小"})
    assert not stops()


def test_major_only_by_a_qualified_person_with_the_words_of_its_clause(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    major = FOUND | {"severity": "major"}
    answer = desk.person("chief_supervisor").post(f"{BASE}/hazards", json=major)
    assert code(answer) == (409, "major_needs_grading")
    hazard = found(desk, severity="suspected_major")
    grade = {
        "severity": "major", "reason": "深度超过 5 米", "edition": "2024", "article": "5(二)",
        "quoted": "基坑土方超挖且未采取有效措施",
    }  # fmt: skip
    for change, wrong in (
        ({"edition": "2031"}, "no_such_edition"),
        ({"article": ""}, "clause_missing"),
        ({"quoted": ""}, "clause_not_quoted"),
    ):
        answer = step(desk, "chief_supervisor", hazard, "grade", grade | change)
        assert code(answer) == (422, wrong)
    assert code(step(desk, "inspector", hazard, "grade", grade)) == (403, "wrong_role")
    admin = desk.person("admin")
    url = f"{BASE}/qualified-people/inspector"
    paper = {"certificate": "注安 33-0192", "valid_to": "2026-06-14"}
    assert code(admin.put(url, json=paper)) == (422, "certificate_expired")
    ok(admin.put(url, json=paper | {"valid_to": "2026-06-15"}))
    with writing(desk.database) as session:
        session.get_one(QualifiedPerson, (k.PROJECT, "inspector")).valid_to = date(2026, 6, 14)
    assert code(step(desk, "inspector", hazard, "grade", grade)) == (403, "wrong_role")
    ok(admin.put(url, json=paper | {"valid_to": "2026-06-15"}))
    graded = do(desk, "inspector", hazard, "grade", grade)
    assert graded["clause"] == "建质规〔2024〕5号 第5(二)条：基坑土方超挖且未采取有效措施"
    answer = step(desk, "chief_supervisor", hazard, "order", ORDER)
    assert code(answer) == (409, "must_stop")
    stop = ORDER | {"kind": "suspension"}
    assert code(step(desk, "inspector", hazard, "order", stop)) == (403, "wrong_role")
    ordered = do(desk, "chief_supervisor", hazard, "order", stop)
    assert (ordered["suspended"], ordered["clock"]["name"]) == (True, "control")
    page = desk.person("department").get(
        f"/api/v1/hazards/{hazard}/orders/{ordered['orders'][0]['number']}"
    )
    assert page.headers["content-type"].startswith("text/html")
    for words in ("工程暂停令", "kindergarten-TZ-2026-001", "重大事故隐患", "晨曦幼儿园扩建工程",
                  "第5(二)条", "设置防护栏杆&lt;br&gt;", "总监理工程师", "2026年6月18日"):  # fmt: skip
        assert words in page.text, words
    newest = ok(desk.person("finance").get("/api/v1/hazard-clauses"))[0]
    assert (newest["edition"], newest["articles"]) == ("2024", [])


def test_a_phone_s_picture_is_fresh_on_site_and_new(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    hazard = submitted(desk, severity="suspected_major")
    old, ahead = desk.now - timedelta(hours=25), desk.now + timedelta(minutes=3)
    for picture, where, wrong in (
        (b"GIF89a", {}, (422, "not_a_jpeg")),
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), {}, (422, "picture_too_large")),
        (jpeg(10), {"taken_at": old.isoformat()}, (422, "picture_not_fresh")),
        (jpeg(10), {"taken_at": ahead.isoformat()}, (422, "picture_not_fresh")),
        (jpeg(10), {"taken_at": "2026-06-15T11:00:00"}, (422, "no_zone")),
    ):
        assert code(photograph(desk, hazard, picture, **where)) == wrong

    def recheck(sha256: str) -> tuple[int, str]:
        body = {"passed": True, "note": "已设栏杆", "pictures": [sha256]}
        return code(step(desk, "supervisor", hazard, "recheck", body))

    far = kept(desk, hazard, 20, latitude=30.28)
    assert recheck(far) == (409, "not_on_site")
    vague = kept(desk, hazard, 30, accuracy=2000)
    assert recheck(vague) == (409, "place_unknown")
    before = (desk.now - timedelta(hours=1)).isoformat()
    early = kept(desk, hazard, 40, taken_at=before)
    assert recheck(early) == (409, "picture_too_early")
    other = submitted(desk)
    theirs = kept(desk, other, 50)
    assert recheck(theirs) == (422, "picture_of_other_hazard")
    assert recheck("0" * 64) == (422, "no_such_evidence")
    assert code(photograph(desk, hazard, jpeg(50))) == (409, "picture_known")
    body = {"passed": True, "note": "好了好了", "no_picture_reason": "现场信号不好"}
    answer = step(desk, "supervisor", hazard, "recheck", body)
    assert code(answer) == (409, "picture_missing")
    good = kept(desk, hazard, 60)
    assert desk.evidence.path(good) is not None
    body = {"passed": True, "note": "已设栏杆", "pictures": [good]}
    assert do(desk, "supervisor", hazard, "recheck", body)["state"] == "recheck_passed"


def test_a_camera_s_picture_is_the_same_camera_s_unmoved_and_vouched_for(
    sqlite_desk: Desk,
) -> None:
    desk = sqlite_desk
    desk.setup()
    first = camera_picture(desk, 5, desk.now - timedelta(hours=1), purpose="finding")
    with writing(desk.database) as session:
        session.add_all([seen(desk, "unguarded_edge", first), seen(desk, "camera_moved", None)])
        session.add(
            AgentKey(
                project_id=k.PROJECT, key="a" * 64, agent="agent", state="revoked",
                first_seen=desk.now, revoked_at=desk.now,
            )
        )  # fmt: skip
    hazard = submitted(desk, severity="suspected_major", alert=1)
    pictures = ok(desk.person("inspector").get(f"/api/v1/hazards/{hazard}"))["pictures"]
    assert [(p["sha256"], p["part"], p["camera"]) for p in pictures] == [(first, "before", "cam-1")]

    def recheck(sha256: str) -> tuple[int, str]:
        body = {"passed": True, "note": "已设栏杆", "pictures": [sha256]}
        return code(step(desk, "supervisor", hazard, "recheck", body))

    assert recheck(first) == (409, "picture_too_early")
    elsewhere = camera_picture(desk, 6, desk.now, device="cam-2")
    assert recheck(elsewhere) == (409, "other_camera")
    assert recheck(camera_picture(desk, 7, desk.now)) == (409, "camera_moved")
    with writing(desk.database) as session:
        session.get_one(AlertRecord, 2).resolved_at = desk.now
    forged = camera_picture(desk, 8, desk.now, seal="bad")
    assert recheck(forged) == (422, "evidence_not_vouched")
    revoked = camera_picture(desk, 9, desk.now, seal="good", key="a" * 64)
    assert recheck(revoked) == (422, "evidence_not_vouched")
    foreign = camera_picture(desk, 11, desk.now, purpose="finding")
    with writing(desk.database) as session:
        session.get_one(Evidence, foreign).project_id = "road"
    assert recheck(foreign) == (422, "no_such_evidence")
    good = camera_picture(desk, 10, desk.now)
    body = {"passed": True, "note": "已设栏杆", "pictures": [good]}
    do(desk, "supervisor", hazard, "recheck", body)
    pictures = ok(desk.person("inspector").get(f"/api/v1/hazards/{hazard}"))["pictures"]
    assert [(p["part"], p["signature"]) for p in pictures] == [
        ("before", "unsigned"), ("after", "unsigned")
    ]  # fmt: skip


def seen(desk: Desk, kind: str, evidence: str | None) -> AlertRecord:
    start = desk.now - timedelta(hours=2)
    return AlertRecord(
        project_id=k.PROJECT, incident=f"{kind}/cam-1", rule="SR-X", kind=kind,
        title={"zh": "x", "en": "x"}, severity="info", state="firing", device="cam-1",
        started_at=start, fired_at=start, summary={"zh": "x", "en": "x"}, evidence=evidence,
    )  # fmt: skip


def test_the_worker_marks_what_is_late_once_and_says_so_in_the_log(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    hazard = found(desk)
    do(desk, "chief_supervisor", hazard, "order", ORDER)
    start = desk.now
    assert let_time_pass(desk, start + timedelta(hours=23)) == 0
    assert let_time_pass(desk, start + timedelta(hours=24)) == 1
    assert let_time_pass(desk, start + timedelta(hours=25)) == 0
    rows = ok(desk.person("supervisor", "lin").get(f"{BASE}/hazards"))
    assert (rows[0]["overdue"], rows[0]["state"]) == ("control", "notified")
    log = ok(desk.person("auditor").get("/api/v1/audit-log"))
    late = [entry for entry in log if entry["action"] == "hazard.overdue"]
    assert [(entry["who"], entry["detail"]["clock"]) for entry in late] == [("rules", "control")]
    assert do(desk, "department", hazard, "submission", REPLY, "sun")["overdue"] == ""


def test_a_listed_hazard_closes_only_off_the_list(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    hazard = submitted(desk)
    listed = {"listed": True, "note": "连续两次整改不力"}
    assert do(desk, "supervisor", hazard, "supervision", listed)["supervised"]
    assert code(step(desk, "supervisor", hazard, "supervision", listed)) == (409, "already_so")
    recheck = {"passed": True, "note": "证件已补", "no_picture_reason": "资料类隐患，无画面"}
    do(desk, "chief_supervisor", hazard, "recheck", recheck)
    body = CLOSURE | {"closed_on": k.TODAY}
    answer = step(desk, "supervisor", hazard, "closure", body)
    assert code(answer) == (409, "still_supervised")
    do(desk, "supervisor", hazard, "supervision", {"listed": False, "note": "已整改到位"})
    assert do(desk, "supervisor", hazard, "closure", body)["state"] == "closed"
    assert code(step(desk, "supervisor", hazard, "closure", body)) == (409, "hazard_wrong_state")


def test_steps_put_on_record_later_keep_their_order(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    hazard = found(desk, found_on="2026-06-10")
    do(desk, "chief_supervisor", hazard, "order", ORDER | {"on": "2026-06-10"})
    answer = step(desk, "department", hazard, "submission", REPLY | {"on": "2026-06-09"})
    assert code(answer) == (409, "out_of_order")
    do(desk, "department", hazard, "submission", REPLY | {"on": "2026-06-12"})
    same_day = camera_picture(desk, 1, datetime(2026, 6, 12, 3, tzinfo=UTC))
    next_day = camera_picture(desk, 2, datetime(2026, 6, 12, 23, tzinfo=UTC))
    body = {"passed": True, "note": "已设栏杆", "pictures": [same_day], "on": "2026-06-13"}
    answer = step(desk, "supervisor", hazard, "recheck", body)
    assert code(answer) == (409, "picture_too_early")
    do(desk, "supervisor", hazard, "recheck", body | {"pictures": [next_day]})
    closed = do(desk, "supervisor", hazard, "closure", CLOSURE | {"closed_on": "2026-06-13"})
    assert (closed["closed_on"], closed["look_back_due"]) == ("2026-06-13", "2026-07-13")


def test_a_wrong_body_names_its_field(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    hazard = found(sqlite_desk)
    recheck = {"passed": True, "note": "好了好了", "pictures": ["../x"]}
    for route, role, body in (
        ("order", "chief_supervisor", ORDER | {"kind": "letter"}),
        ("order", "chief_supervisor", ORDER | {"due": "yesterday"}),
        ("recheck", "supervisor", recheck),
        ("closure", "supervisor", {"note": "没写日期"}),
        ("grade", "chief_supervisor", {"severity": "terrible", "reason": "非常严重"}),
    ):
        answer = step(sqlite_desk, role, hazard, route, body)
        assert answer.status_code == 422
        assert answer.json()["fields"]
