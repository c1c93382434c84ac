"""Agents' keys, signatures and settings as people meet them in the API."""

import hashlib

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siteward_contracts import signatures
from siteward_platform.act import acting
from siteward_platform.agent_keys import see_key
from siteward_platform.database.models import AgentSettings, Evidence
from siteward_platform.database.session import writing
from siteward_rules.money.holds import RULES
from tests.platform import kindergarten as k
from tests.platform.desk import NOW, Desk, ok

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = signatures.public_key(KEY)
AGENTS = f"/api/v1/projects/{k.PROJECT}/agents"
DECISION = f"{AGENTS}/agent/keys/{PUBLIC}"
SETTINGS = f"{AGENTS}/agent/cameras/cam-1/settings"
ZONES = {"danger_zones": [{"id": "pit", "polygon": [[0, 0], [1, 0], [1, 1]]}]}
PICTURE = b"\xff\xd8 a zone \xff\xd9"
SHA = hashlib.sha256(PICTURE).hexdigest()
REASON = "电话核对指纹一致"


@pytest.fixture
def site(sqlite_desk: Desk) -> Desk:
    sqlite_desk.setup()
    return sqlite_desk


def failure(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def accept(desk: Desk, state: str = "accepted") -> httpx.Response:
    return desk.person("admin").put(DECISION, json={"state": state, "reason": REASON})


def test_a_key_that_an_agent_reported_waits_for_the_administrator(site: Desk) -> None:
    with acting(site.database, RULES, site.now, site.publish, 31) as act:
        see_key(act, k.PROJECT, "agent", PUBLIC, site.now)
    (agent,) = ok(site.person("inspector").get(AGENTS))
    (key,) = agent["keys"]
    assert (key["state"], key["key"]) == ("pending", PUBLIC)
    assert key["fingerprint"] == signatures.fingerprint(PUBLIC)

    (key,) = ok(accept(site))["keys"]
    assert (key["state"], key["reason"]) == ("accepted", REASON)
    assert key["accepted_by"] == site.display_name("admin")
    entries = ok(site.person("auditor").get("/api/v1/audit-log"))
    decided = next(e for e in entries if e["action"] == "agent.key_accepted")
    assert decided["subject"] == f"agent:{k.PROJECT}/agent"
    assert decided["detail"]["fingerprint"] == signatures.fingerprint(PUBLIC)


def test_a_decision_is_taken_once_and_a_revoked_key_never_comes_back(site: Desk) -> None:
    ok(accept(site))
    ok(accept(site))
    ok(accept(site, "revoked"))
    assert failure(accept(site)) == (409, "key_revoked")
    entries = ok(site.person("auditor").get("/api/v1/audit-log"))
    assert [e["action"] for e in entries if e["action"].startswith("agent.")] == [
        "agent.key_revoked",
        "agent.key_accepted",
    ]


def test_a_key_is_decided_on_for_an_agent_of_the_project_only(site: Desk) -> None:
    admin, body = site.person("admin"), {"state": "accepted", "reason": REASON}
    for path, expected in (
        (f"/api/v1/projects/nowhere/agents/agent/keys/{PUBLIC}", (404, "no_such_project")),
        (f"{AGENTS}/cam-1/keys/{PUBLIC}", (404, "no_such_agent")),
        (f"{AGENTS}/agent/keys/{PUBLIC[:-1]}", (422, "invalid_request")),
    ):
        assert failure(admin.put(path, json=body)) == expected
    assert failure(admin.put(DECISION, json={"state": "accepted", "reason": ""}))[0] == 422


def keep_picture(desk: Desk) -> str:
    statement = '{"any": "text"}'
    desk.evidence.put(SHA, PICTURE)
    with writing(desk.database) as session:
        session.add(
            Evidence(
                sha256=SHA, project_id=k.PROJECT, device="cam-1", ts=NOW, size=len(PICTURE),
                received_at=NOW, seal="good", statement=statement, key=PUBLIC,
                signature=signatures.sign(KEY, statement),
            )
        )  # fmt: skip
    return statement


def test_whoever_sees_a_picture_can_check_it_without_the_platform(site: Desk) -> None:
    statement = keep_picture(site)
    ok(accept(site))
    proof = ok(site.person("auditor").get(f"/api/v1/evidence/{SHA}/statement"))
    assert (proof["state"], proof["agent"]) == ("verified", "agent")
    assert proof["statement"] == statement
    assert signatures.is_signed_by(proof["key"], proof["statement"], proof["signature"])
    absent = site.person("auditor").get(f"/api/v1/evidence/{'0' * 64}/statement")
    assert failure(absent) == (404, "no_such_evidence")


def test_a_zones_picture_is_marked_with_what_its_signature_is_worth(site: Desk) -> None:
    keep_picture(site)
    site.camera_sees("s2_formwork", 35, evidence=SHA)

    def mark(role: str) -> str | None:
        (zone,) = ok(site.person(role).get(f"/api/v1/projects/{k.PROJECT}"))["zones"]
        return str(zone["evidence_signature"]) if zone["evidence_signature"] else None

    assert mark("inspector") == "unknown_key"
    ok(accept(site))
    assert mark("inspector") == "verified"
    assert mark("panel") is None


def test_settings_are_set_a_version_at_a_time(site: Desk) -> None:
    supervisor = site.person("supervisor")
    before = ok(supervisor.get(SETTINGS))
    assert (before["version"], before["settings"], before["newest"]) == (0, {}, None)
    done = ok(supervisor.put(SETTINGS, json={"version": 0, "settings": ZONES}))
    assert (done["version"], done["settings"]) == (1, ZONES)
    assert done["newest"]["state"] == "waiting"

    other = site.person("admin")
    late = other.put(SETTINGS, json={"version": 0, "settings": {"fps": 2}})
    assert failure(late) == (409, "settings_changed")
    assert late.json()["fields"] == {"version": "当前版本为 1"}
    assert ok(other.get(SETTINGS))["settings"] == ZONES


def test_what_the_agent_refused_is_shown_with_its_reasons_and_replaced_next(site: Desk) -> None:
    supervisor = site.person("supervisor")
    ok(supervisor.put(SETTINGS, json={"version": 0, "settings": ZONES}))
    ok(supervisor.put(SETTINGS, json={"version": 1, "settings": {"fps": 99}}))
    with writing(site.database) as session:
        row = session.get_one(AgentSettings, (k.PROJECT, "agent", 2))
        row.applied, row.problems, row.sent_at = False, ["cam-1: fps: too many"], NOW
    shown = ok(supervisor.get(SETTINGS))
    assert (shown["settings"], shown["in_force"]) == ({"fps": 99}, ZONES)
    assert (shown["newest"]["state"], shown["newest"]["problems"]) == (
        "refused", ["cam-1: fps: too many"],
    )  # fmt: skip
    ok(supervisor.put(SETTINGS, json={"version": 2, "settings": {}}))
    with writing(site.database) as session:
        assert session.get_one(AgentSettings, (k.PROJECT, "agent", 3)).cameras == {}


@pytest.mark.parametrize(
    "body",
    [
        {"settings": {}},
        {"version": -1, "settings": {}},
        {"version": 0, "settings": [1]},
        {"version": 0, "settings": {"zones": "x" * 70_000}},
        {"version": 0, "settings": {}, "force": True},
    ],
)
def test_settings_that_cannot_be_sent_are_refused(site: Desk, body: dict[str, object]) -> None:
    answer = site.person("supervisor").put(SETTINGS, json=body)
    assert failure(answer) == (422, "invalid_request")


def test_a_number_that_json_does_not_know_is_refused(site: Desk) -> None:
    answer = site.person("supervisor").put(
        SETTINGS,
        content=b'{"version": 0, "settings": {"fps": NaN}}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422


def test_only_cameras_of_the_project_are_set(site: Desk) -> None:
    supervisor, body = site.person("supervisor"), {"version": 0, "settings": ZONES}
    for path, code in (
        (SETTINGS.replace("cam-1", "box"), "no_such_camera"),
        (SETTINGS.replace("agents/agent", "agents/other"), "no_such_agent"),
    ):
        assert failure(supervisor.put(path, json=body)) == (404, code)
        assert failure(supervisor.get(path)) == (404, code)
