"""What the supervision desk asks for: the overview's cost, the agenda, triage, evidence strips."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from siteward_platform.database.models import AlertRecord, Evidence
from siteward_platform.database.session import writing
from tests.platform import kindergarten as k
from tests.platform.desk import NOW, Desk, ok

API = "/api/v1"


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The SELECTs that are sent meanwhile."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def alert(number: int, **changes: object) -> AlertRecord:
    fields: dict[str, object] = {
        "project_id": k.PROJECT, "incident": f"i{number}", "rule": "SR-INTRUSION",
        "kind": "intrusion", "title": {"zh": "闯入", "en": "Intrusion"}, "severity": "general",
        "state": "firing", "started_at": NOW - timedelta(minutes=number),
        "summary": {"zh": "有人", "en": "Somebody"}, "device": "cam-1",
    }  # fmt: skip
    return AlertRecord(**fields | changes)


def with_alerts(desk: Desk, *alerts: AlertRecord) -> list[int]:
    with writing(desk.database) as session:
        session.add_all(alerts)
        session.flush()
        return [row.id for row in alerts]


def more_projects(desk: Desk, count: int) -> None:
    admin = desk.person("admin")
    for n in range(count):
        ok(admin.put(f"{API}/projects/site-{n}", json=k.SETUP))


@pytest.mark.parametrize("path", ["overview", "projects"])
def test_twelve_projects_cost_as_many_queries_as_one(desk: Desk, path: str) -> None:
    desk.setup()
    client = desk.person("admin")
    with counted(desk.database) as few:
        ok(client.get(f"{API}/{path}"))
    more_projects(desk, 11)
    with counted(desk.database) as many:
        cards = ok(client.get(f"{API}/{path}"))
    assert len(cards["projects"] if path == "overview" else cards) == 12
    assert len(many) == len(few) < 24


def test_a_page_of_alerts_costs_as_many_queries_as_one_alert(desk: Desk) -> None:
    desk.setup()
    client = desk.person("supervisor")
    with_alerts(desk, alert(0))
    with counted(desk.database) as few:
        ok(client.get(f"{API}/alerts"))
    with_alerts(desk, *(alert(n, acknowledged_by=f"somebody-{n}") for n in range(1, 30)))
    with counted(desk.database) as many:
        page = ok(client.get(f"{API}/alerts"))
    assert page["total"] == 30
    assert len(many) == len(few)


def test_a_card_says_the_same_as_the_project_page(desk: Desk) -> None:
    desk.setup()
    desk.camera_sees("s2_formwork", 35)
    client = desk.person("supervisor")
    (card,) = ok(client.get(f"{API}/overview"))["projects"]
    page = ok(client.get(f"{API}/projects/{k.PROJECT}"))
    assert card["paid"] == "2600000.00"
    assert card["camera_percent"] == 35
    assert {name: page[name] for name in card} == card


def test_many_alerts_are_taken_and_given_back_at_once(desk: Desk) -> None:
    desk.setup()
    first, second, third = with_alerts(desk, alert(1), alert(2), alert(3))
    mine, other = desk.person("inspector"), desk.person("supervisor")
    ok(other.post(f"{API}/alerts/{third}/acknowledgement"))

    body = {"alerts": [first, second, third]}
    taken = ok(mine.post(f"{API}/alerts/acknowledgement", json=body))
    assert taken == {"alerts": [first, second]}, "the third is the supervisor's"
    assert desk.published[-1][1].find(str(second).encode()) > 0
    left = ok(mine.get(f"{API}/alerts", params={"untaken": True}))
    assert left["total"] == 0

    back = ok(mine.post(f"{API}/alerts/acknowledgement/withdrawal", json=body))
    assert back == {"alerts": [first, second]}
    left = ok(mine.get(f"{API}/alerts", params={"untaken": True}))
    assert {row["id"] for row in left["alerts"]} == {first, second}
    actions = [e["action"] for e in ok(other.get(f"{API}/audit-log"))]
    assert actions.count("alert.acknowledge") == 3
    assert actions.count("alert.unacknowledge") == 2


def test_an_alert_is_given_to_somebody_and_is_then_theirs(desk: Desk) -> None:
    desk.setup()
    (number,) = with_alerts(desk, alert(1))
    giver, taker = desk.person("supervisor"), desk.person("inspector")
    desk.person("finance")
    people = ok(giver.get(f"{API}/alerts/assignees"))
    assert {p["username"] for p in people} == {"chief-supervisor", "inspector", "supervisor"}

    given = ok(giver.put(f"{API}/alerts/{number}/assignment", json={"username": "inspector"}))
    assert given["assigned_username"] == "inspector"
    assert given["assigned_to"] == desk.display_name("inspector")
    assert ok(taker.get(f"{API}/alerts", params={"mine": True}))["total"] == 1
    assert ok(giver.get(f"{API}/alerts", params={"mine": True}))["total"] == 0
    assert [i["id"] for i in ok(taker.get(f"{API}/agenda"))["items"]] == [str(number)]
    assert ok(giver.get(f"{API}/agenda"))["items"] == []

    refused = giver.put(f"{API}/alerts/{number}/assignment", json={"username": "finance"})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_assignable")
    ok(giver.put(f"{API}/alerts/{number}/assignment", json={"username": None}))
    assert ok(taker.get(f"{API}/alerts", params={"mine": True}))["total"] == 0


def test_alerts_are_found_by_camera_and_zone(desk: Desk) -> None:
    desk.setup()
    with_alerts(desk, alert(1, zone="z1"), alert(2, zone="z2"), alert(3, device="cam-2", zone="z1"))
    client = desk.person("auditor")

    def total(**wanted: str) -> int:
        return int(ok(client.get(f"{API}/alerts", params=wanted))["total"])

    assert total(device="cam-1") == 2
    assert total(zone="z1") == 2
    assert total(device="cam-1", zone="z1") == 1


def test_the_agenda_puts_what_is_overdue_first_then_what_is_grave(desk: Desk) -> None:
    desk.setup()
    with_alerts(desk, alert(1), alert(2, severity="serious"), alert(3, severity="info"))
    chief = desk.person("chief_supervisor")
    found = {
        "kind": "edge_protection", "severity": "general", "description": "临边无防护",
        "found_on": "2026-06-10",
    }  # fmt: skip
    hazard = ok(desk.person("department").post(f"{API}/projects/{k.PROJECT}/hazards", json=found))
    agenda = ok(chief.get(f"{API}/agenda"))
    kinds = [(i["kind"], i["severity"], i["overdue"]) for i in agenda["items"]]
    assert kinds == [
        ("hazard", "general", True),
        ("alert", "serious", False),
        ("alert", "general", False),
        ("alert", "info", False),
    ]
    assert agenda["items"][0]["id"] == str(hazard["id"])
    assert agenda["items"][0]["actions"] == ["confirm", "dismiss"]
    assert agenda["items"][0]["clock"] == "confirm"
    assert ok(desk.person("admin").get(f"{API}/agenda")) == {"items": [], "total": 0}


def test_the_daily_pictures_of_a_camera_come_newest_first_and_page_on(desk: Desk) -> None:
    desk.setup()
    with writing(desk.database) as session:
        for n in range(5):
            session.add(
                Evidence(
                    sha256=f"{n}" * 64, project_id=k.PROJECT, device="cam-1", size=1,
                    ts=NOW - timedelta(days=n), received_at=NOW, purpose="daily",
                )
            )  # fmt: skip
        session.add(
            Evidence(
                sha256="f" * 64, project_id=k.PROJECT, device="cam-1", size=1, ts=NOW,
                received_at=NOW,
            )
        )  # fmt: skip
    client = desk.person("inspector")
    path = f"{API}/projects/{k.PROJECT}/evidence"
    query: dict[str, str | int] = {"device": "cam-1", "purpose": "daily", "limit": 3}
    first = ok(client.get(path, params=query))
    assert [p["sha256"][0] for p in first["pictures"]] == ["0", "1", "2"]
    assert first["pictures"][0]["signature"] == "unsigned"
    rest = ok(client.get(path, params={**query, "before": first["next_before"]}))
    assert [p["sha256"][0] for p in rest["pictures"]] == ["3", "4"]
    assert rest["next_before"] is None
    assert len(ok(client.get(path))["pictures"]) == 6
    naive = client.get(path, params={"before": "2026-06-01T00:00:00"})
    assert (naive.status_code, naive.json()["code"]) == (422, "no_zone")
