"""Open data follows the standard, and tells nothing of people, accounts or wages."""

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from click.testing import CliRunner

from siteward_platform.open_data.main import command
from siteward_platform.open_data.oc4ids import STATUS
from tests.platform import kindergarten as k
from tests.platform.desk import PUBLISHER, Desk, ok

SCHEMA = json.loads((Path(__file__).parent / "oc4ids-0.9.json").read_text(encoding="utf-8"))
URL = PUBLISHER.url


def package(desk: Desk) -> Any:
    return httpx.get(f"{desk.url}/api/v1/open-data/oc4ids.json")


def published(desk: Desk) -> Any:
    url = f"/api/v1/projects/{k.PROJECT}/publication"
    ok(desk.person("admin").put(url))
    return ok(package(desk))


def test_a_published_project_follows_the_schema(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    found = published(sqlite_desk)
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(
        found
    )
    [project] = found["projects"]
    assert project["id"] == f"oc4ids-abc123-{k.PROJECT}"
    assert (project["status"], project["sector"]) == ("implementation", ["education"])
    assert project["budget"]["amount"] == {"amount": 8600000.0, "currency": "CNY"}
    assert found["publishedDate"] == project["updated"]


def test_the_schema_refuses_what_the_standard_does_not_know(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    right = json.dumps(published(sqlite_desk))
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    wrong: list[tuple[tuple[Any, ...], Any]] = [
        (("status",), "building"),
        (("budget", "amount"), {"amount": 1.0}),
        (("contractingProcesses", 0, "summary", "milestones", 0, "status"), "planned"),
        (("parties", 0, "roles"), ["owner"]),
        (("metrics", 0, "observations", 0, "id"), None),
        (("period", "startDate"), "2026-03-01"),
        (("contractingProcesses", 0, "summary", "account"), "6222"),
    ]
    for path, value in wrong:
        found = json.loads(right)
        place = found["projects"][0]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        assert not validator.is_valid(found), path


def test_every_reference_leads_somewhere(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    [project] = published(sqlite_desk)["projects"]
    parties = {party["id"] for party in project["parties"]}
    summary = project["contractingProcesses"][0]["summary"]
    milestones = {m["id"] for m in summary["milestones"]}
    named = [project["publicAuthority"], *summary["suppliers"]]
    for transaction in summary["transactions"]:
        named += [transaction["payer"], transaction["payee"]]
        related = transaction.get("relatedImplementationMilestone")
        assert related is None or related["id"] in milestones
    assert {party["id"] for party in named} <= parties


def test_a_claim_s_payments_are_one_transaction_with_its_milestone(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    claim = desk.file(k.HONEST)
    desk.act("finance", claim, "wage-payment", k.paid("W-1"))
    before = published(desk)["projects"][0]["contractingProcesses"][0]["summary"]
    assert [t["id"] for t in before["transactions"]] == ["payment-1"]
    desk.act("finance", claim, "works-payment", k.paid("W-2"))
    [project] = ok(package(desk))["projects"]
    summary = project["contractingProcesses"][0]["summary"]
    one = summary["transactions"][-1]
    assert (one["id"], one["value"]["amount"]) == (f"claim-{claim}", 500000.0)
    assert one["relatedImplementationMilestone"] == {"id": "base", "title": "基础完成"}
    spent = next(m for m in project["metrics"] if m["id"] == "financialProgress")
    assert [o["measure"] for o in spent["observations"]] == ["32.5", "38.8"]


def test_planned_and_accepted_progress_stand_side_by_side(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    [project] = published(sqlite_desk)["projects"]
    planned = next(m for m in project["forecasts"] if m["id"] == "physicalProgress")
    accepted = next(m for m in project["metrics"] if m["id"] == "physicalProgress")
    assert planned["observations"][-1]["measure"] == "100.0"
    assert [o["measure"] for o in accepted["observations"]] == ["43.8"]
    assert accepted["observations"][0]["period"]["startDate"] == "2026-05-20T00:00:00+08:00"


def test_nothing_tells_of_people_accounts_or_wages(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    claim = desk.file(k.HONEST)
    desk.act("finance", claim, "wage-payment", k.paid("W-1"))
    desk.act("finance", claim, "works-payment", k.paid("W-2"))
    text = json.dumps(published(desk), ensure_ascii=False)
    secrets = ["陈一鸣", "6222000011112222", "B-1", "W-1", "W-2", "100000", "400000", "wage"]
    secrets += ["department", 'finance"', "chief"]
    assert [s for s in secrets if s in text] == []


def test_only_published_projects_are_open_and_only_admins_publish(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    assert package(desk).status_code == 404
    url = f"/api/v1/projects/{k.PROJECT}/publication"
    assert desk.person("supervisor").put(url).status_code == 403
    published(desk)
    ok(desk.person("admin").delete(url))
    assert package(desk).json()["code"] == "nothing_published"
    log = desk.person("auditor").get("/api/v1/audit-log").text
    assert "project.publish" in log
    assert "project.unpublish" in log
    assert desk.person("admin").put("/api/v1/projects/nowhere/publication").status_code == 404


def test_anybody_may_read_it_from_anywhere(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    published(sqlite_desk)
    answer = package(sqlite_desk)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "set-cookie" not in answer.headers


def test_a_project_whose_milestones_are_all_accepted_is_complete(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    base, day = f"/api/v1/projects/{k.PROJECT}/milestones/topped-out", "2026-06-14"
    ok(desk.person("department").post(f"{base}/claim", json={"claimed_on": day}))
    accepted = {"accepted": True, "accepted_on": day}
    ok(desk.person("chief_supervisor").post(f"{base}/acceptance", json=accepted))
    [project] = published(desk)["projects"]
    summary = project["contractingProcesses"][0]["summary"]
    assert (project["status"], summary["status"]) == ("completion", "closed")
    assert {m["status"] for m in summary["milestones"]} == {"met"}


def test_every_stage_of_a_project_has_a_status_of_the_codelist() -> None:
    known = set(SCHEMA["$defs"]["Project"]["properties"]["status"]["enum"])
    assert set(STATUS.values()) <= known


def test_the_command_writes_what_the_api_serves(
    sqlite_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_desk.setup()
    served = published(sqlite_desk)
    monkeypatch.setenv("SITEWARD_DATABASE_URL", sqlite_desk.database.url.render_as_string())
    missing = CliRunner().invoke(command, ["oc4ids"])
    assert missing.exit_code == 1
    assert "SITEWARD_PUBLISHER" in missing.output
    monkeypatch.setenv("SITEWARD_PUBLISHER", "晨曦街道办事处")
    monkeypatch.setenv("SITEWARD_OPEN_DATA_URL", URL)
    monkeypatch.setenv("SITEWARD_OC4IDS_PREFIX", "oc4ids-abc123")
    done = CliRunner().invoke(command, ["oc4ids", "-o", str(tmp_path / "open.json")])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "open.json").read_text(encoding="utf-8")) == served
    monkeypatch.setenv("SITEWARD_OC4IDS_PREFIX", "mine")
    assert "OC4IDS_PREFIX" in CliRunner().invoke(command, ["oc4ids"]).output
