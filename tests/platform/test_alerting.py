"""What people set of rules and alerts over the API, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from siteward_platform.database.models import AlertMember, AlertRecord, EngineState, LogEntry
from siteward_platform.database.session import reading, writing
from tests.platform import kindergarten as k
from tests.platform.desk import NOW, Desk, ok

BASE = f"/api/v1/projects/{k.PROJECT}"
WHY = "环评批复要求从严"


@pytest.fixture
def site(sqlite_desk: Desk) -> Desk:
    sqlite_desk.setup()
    return sqlite_desk


@pytest.fixture
def any_site(desk: Desk) -> Desk:
    """On both databases, for what asks them more than rows by key."""
    desk.setup()
    return desk


def put(site: Desk, rule: str, **body: Any) -> Any:
    return ok(site.person("supervisor").put(f"{BASE}/rules/{rule}", json={"reason": WHY, **body}))


def refused(site: Desk, rule: str, **body: Any) -> tuple[int, str, dict[str, str]]:
    answer = site.person("supervisor").put(f"{BASE}/rules/{rule}", json={"reason": WHY, **body})
    failure = answer.json()
    return answer.status_code, failure["code"], failure["fields"]


def rules(site: Desk) -> dict[str, Any]:
    return {rule["id"]: rule for rule in ok(site.person("inspector").get(f"{BASE}/rules"))}


def settle(site: Desk, **place: str) -> None:
    ok(site.person("admin").put(BASE, json={**k.SETUP, **place}))


def test_a_project_changes_a_limit_with_its_reason_and_undoes_it(site: Desk) -> None:
    before = rules(site)["SR-DUST-TSP"]
    assert (before["state"], before["layer"], before["limit"]) == ("on", "national", 800.0)
    after = put(site, "SR-DUST-TSP", limit={"value": 300, "unit": "µg/m³"})
    assert (after["limit"], after["layer"], after["layers"]) == (
        300,
        "project",
        {"limit": "project"},
    )
    assert after["reasons"] == [WHY] and after["override"]["set_by"] == "Supervisor（街道）"
    undone = ok(site.person("supervisor").delete(f"{BASE}/rules/SR-DUST-TSP"))
    assert undone == before
    assert site.person("supervisor").delete(f"{BASE}/rules/SR-DUST-TSP").status_code == 404
    with reading(site.database) as session:
        actions = session.scalars(select(LogEntry.action).where(LogEntry.action.startswith("rule")))
        assert list(actions) == ["rule.override", "rule.restore"]


def test_a_place_brings_its_local_rules_and_the_project_has_the_last_word(site: Desk) -> None:
    assert "SR-DUST-HEBEI-PM10" not in rules(site)
    settle(site, region="河北")
    found = rules(site)
    assert found["SR-DUST-HEBEI-PM10"]["state"] == "on"
    assert (found["SR-DUST-TSP"]["state"], found["SR-DUST-TSP"]["why"]) == (
        "off", "河北按 PM10 评价"
    )  # fmt: skip
    again = put(site, "SR-DUST-TSP", enabled=True)
    assert again["state"] == "on"
    assert again["layers"]["enabled"] == "project" if "enabled" in again["layers"] else True


def test_a_rule_that_lacks_a_number_says_which_and_runs_once_it_is_given(site: Desk) -> None:
    asking = next(r for r in rules(site).values() if r["state"] == "abstained")
    (param,) = [p for p in asking["params"] if p["value"] is None]
    middle = (param["low"] + param["high"]) / 2
    given = put(site, asking["id"], params={param["name"]: middle})
    assert given["state"] == "on"
    assert [p["value"] for p in given["params"] if p["name"] == param["name"]] == [middle]


WRONG_OVERRIDES: list[tuple[str, dict[str, Any], str, str]] = [
    ("SR-DUST-TSP", {"limit": {"value": 1, "unit": "mg/m³"}}, "limit", "is in 'µg/m³'"),
    ("SR-DUST-TSP", {"limit": {"value": 10**6, "unit": "µg/m³"}}, "condition", "always false"),
    ("SR-DUST-TSP", {"params": {"depth": 3}}, "params.depth", "no parameter 'depth'"),
    ("SR-DUST-TSP", {"hours": "8-20"}, "hours", 'write "22:00-06:00"'),
    ("SR-DUST-TSP", {"for": "soon"}, "for", "write 30s, 20m, 1h or 7d"),
    ("SR-DUST-TSP", {}, "body", "changes nothing"),
    ("SR-DUST-SILENT", {"hours": "08:00-20:00"}, "hours", "holds at all hours"),
]


def test_a_wrong_override_is_refused_in_the_words_of_the_rule_language(site: Desk) -> None:
    for rule, body, field, says in WRONG_OVERRIDES:
        status, code, fields = refused(site, rule, **body)
        assert (status, code) == (422, "override_invalid")
        assert says in fields[field], fields


def test_a_rule_of_another_place_is_not_there_to_be_changed(site: Desk) -> None:
    assert refused(site, "SR-DUST-HEBEI-PM10", enabled=False)[:2] == (404, "no_such_rule")
    assert refused(site, "SR-DUST-TSP", enabled=False, reason="x")[1] == "invalid_request"


def permit(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "night_work", "starts": "2026-06-15T11:00:00+08:00",
        "ends": "2026-06-15T18:00:00+08:00", "number": "夜施 2026-015", **changes,
    }  # fmt: skip


def test_a_permit_is_entered_once_and_can_be_revoked(site: Desk) -> None:
    keeper = site.person("supervisor")
    entered = ok(keeper.post(f"{BASE}/permits", json=permit()))
    assert not entered["valid"]
    site.now = NOW + timedelta(hours=2)
    (listed,) = ok(site.person("inspector").get(f"{BASE}/permits"))
    assert listed["valid"] and listed["entered_by"] == "Supervisor（街道）"
    assert keeper.post(f"{BASE}/permits", json=permit()).json()["code"] == "permit_known"
    body = {"reason": "重复录入了"}
    revoked = ok(keeper.post(f"/api/v1/permits/{entered['id']}/revocation", json=body))
    assert not revoked["valid"] and revoked["revoked_because"] == "重复录入了"
    assert keeper.post(f"/api/v1/permits/{entered['id']}/revocation", json=body).status_code == 409
    ok(keeper.post(f"{BASE}/permits", json=permit()))


WRONG_PERMITS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "parking"}, "kind"),
    ({"ends": "2026-06-15T10:00:00+08:00"}, "ends"),
    ({"ends": "2029-06-15T21:00:00+08:00"}, "ends"),
    ({"zone": "moon"}, "zone"),
    ({"starts": "2026-06-15T11:00:00"}, "starts"),
    ({"document": "abc"}, "document"),
]


def test_a_wrong_permit_is_refused_by_field(site: Desk) -> None:
    for changes, field in WRONG_PERMITS:
        answer = site.person("supervisor").post(f"{BASE}/permits", json=permit(**changes))
        assert answer.status_code == 422 and list(answer.json()["fields"]) == [field]


def test_a_silence_begins_at_once_is_listed_and_ends_early(site: Desk) -> None:
    keeper = site.person("supervisor")
    body = {
        "matchers": [{"field": "device", "pattern": "cam-*"}], "reason": "摄像机检修",
        "ends": "2026-06-15T18:00:00+08:00",
    }  # fmt: skip
    made = ok(keeper.post("/api/v1/silences", json=body))
    assert made["active"] and made["matchers"] == [
        {"field": "device", "pattern": "cam-*", "equal": True}
    ]
    site.now = NOW + timedelta(hours=1)
    ended = ok(keeper.delete(f"/api/v1/silences/{made['id']}"))
    assert not ended["active"] and ended["ended_by"] == "Supervisor（街道）"
    assert keeper.delete(f"/api/v1/silences/{made['id']}").json()["code"] == "silence_over"
    assert [s["id"] for s in ok(site.person("inspector").get("/api/v1/silences"))] == [made["id"]]


WRONG_SILENCES: list[tuple[dict[str, Any], str]] = [
    ({"ends": "2026-06-15T09:00:00+08:00"}, "ends"),
    ({"ends": "2026-08-15T09:00:00+08:00"}, "ends"),
    ({"matchers": []}, "matchers"),
    ({"matchers": [{"field": "rule", "pattern": "*"}]}, "matchers"),
    ({"matchers": [{"field": "colour", "pattern": "red"}]}, "matchers[0].field"),
    ({"reason": ""}, "reason"),
]


def test_a_silence_over_everything_or_for_ever_is_refused(site: Desk) -> None:
    for changes, field in WRONG_SILENCES:
        body = {
            "matchers": [{"field": "rule", "pattern": "SR-NO-*"}], "reason": "消防演练期间",
            "ends": "2026-06-15T18:00:00+08:00", **changes,
        }  # fmt: skip
        answer = site.person("supervisor").post("/api/v1/silences", json=body)
        assert answer.status_code == 422 and list(answer.json()["fields"]) == [field], answer.text


def test_escalation_has_defaults_can_be_set_and_goes_back(site: Desk) -> None:
    keeper = site.person("supervisor")
    default = {one["severity"]: one for one in ok(keeper.get("/api/v1/escalations"))}["serious"]
    assert [(s["role"], s["after_minutes"]) for s in default["steps"]] == [
        ("inspector", 0), ("supervisor", 30), ("chief_supervisor", 120)
    ]  # fmt: skip
    body = {
        "steps": [
            {"role": "chief_supervisor", "after_minutes": 60},
            {"role": "inspector", "after_minutes": 0},
        ],
        "repeat_minutes": 45,
    }
    own = ok(keeper.put("/api/v1/escalations/serious", json=body))
    assert [s["role"] for s in own["steps"]] == ["inspector", "chief_supervisor"]
    assert own["repeat_minutes"] == 45 and own["set_by"]
    assert ok(keeper.delete("/api/v1/escalations/serious")) == default
    late = {"steps": [{"role": "inspector", "after_minutes": 5}], "repeat_minutes": 45}
    assert keeper.put("/api/v1/escalations/serious", json=late).json()["fields"] == {
        "steps": "至少一个角色须立即收到（0 分钟）"
    }


def alert(
    number: int, verdict: str | None, device: str = "cam-1", age_days: int = 1
) -> AlertRecord:
    at = NOW - timedelta(days=age_days, minutes=number)
    return AlertRecord(
        id=number, project_id=k.PROJECT, incident=f"no_helmet/{number}", rule="SR-NO-HELMET",
        kind="no_helmet", title={"zh": "x", "en": "x"}, severity="general", state="resolved",
        device=device, started_at=at, fired_at=at, resolved_at=at, summary={"zh": "", "en": ""},
        verdict=verdict,
    )  # fmt: skip


def member(number: int, rule: str) -> AlertMember:
    at = NOW - timedelta(days=1)
    return AlertMember(
        incident=f"{rule}/{number}", alert_id=number, rule=rule, severity="general",
        started_at=at, fired_at=at, resolved_at=at, count=1,
    )  # fmt: skip


def test_precision_counts_each_incident_once_per_rule_and_once_per_device(any_site: Desk) -> None:
    site = any_site
    verdicts = ["confirmed"] * 9 + ["false_alarm"] * 3 + ["cannot_tell", None]
    with writing(site.database) as session:
        for n, verdict in enumerate(verdicts, 1):
            session.add(alert(n, verdict))
        session.add(alert(50, "false_alarm", age_days=60))
        session.flush()
        for n in (*range(1, 15), 50):
            session.add(member(n, "SR-NO-HELMET"))
        session.add(member(1, "SR-NO-VEST"))
        session.add(AlertMember(**{**vars_of(member(1, "SR-NO-VEST")), "incident": "again"}))
    person = site.person("inspector")
    month = ok(person.get("/api/v1/rules/precision?days=30"))
    rules = {rule["rule"]: rule for rule in month["rules"]}
    helmet = rules["SR-NO-HELMET"]
    assert (helmet["alerts"], helmet["confirmed"], helmet["false_alarms"]) == (14, 9, 3)
    assert (helmet["cannot_tell"], helmet["unjudged"], helmet["precision"]) == (1, 1, 0.75)
    assert (round(helmet["low"], 3), round(helmet["high"], 3)) == (0.468, 0.911)
    vest = rules["SR-NO-VEST"]
    assert (vest["alerts"], vest["precision"]) == (1, None), "one verdict says nothing"
    (device,) = month["devices"]
    assert (device["device"], device["alerts"]) == ("cam-1", 14)
    quarter = ok(person.get(f"/api/v1/rules/precision?days=90&project={k.PROJECT}"))
    assert quarter["rules"][0]["alerts"] == 15
    assert person.get("/api/v1/rules/precision?days=7").status_code == 422


def vars_of(row: AlertMember) -> dict[str, Any]:
    return {c.name: getattr(row, c.name) for c in AlertMember.__table__.columns}


def test_a_breach_that_waits_is_listed_as_pending(site: Desk) -> None:
    since = datetime(2026, 6, 15, 1, 59, tzinfo=UTC)
    state = {"phase": "pending", "since": since.isoformat(), "value": 0.0}
    with writing(site.database) as session:
        session.add(
            EngineState(
                key=f"{k.PROJECT}/agent", updated_at=NOW,
                value={"SR-AGENT-OFFLINE|": {"last": since.isoformat(), "state": state}},
            )
        )  # fmt: skip
    (waiting,) = ok(site.person("inspector").get(f"{BASE}/pending"))
    assert (waiting["rule"], waiting["device"]) == ("SR-AGENT-OFFLINE", "agent")
    assert waiting["fires_at"] == "2026-06-15T02:01:00Z"
