"""A project's rooms: forecasts, devices over time, and cameras that are set up on their picture."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from siteward_ingest.series import Point
from siteward_platform.database import migrate
from siteward_platform.database.models import AlertRecord, Evidence
from siteward_platform.database.session import open_database, writing
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, desk_on, ok

BASE = f"/api/v1/projects/{k.PROJECT}"
ZONES = f"{BASE}/cameras/cam-1/zones"
SQUARE = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5], [0.1, 0.5]]
ZONE: dict[str, Any] = {
    "id": "block-a", "name": {"zh": "甲栋", "en": "Block A"}, "work_item": "structure",
    "weight": 0.5, "polygon": SQUARE,
    "states": [
        {"code": "untouched", "name": {"zh": "未开工", "en": "Not started"}, "percent": 0},
        {"code": "cleared", "name": {"zh": "清场", "en": "Cleared"}, "percent": 100},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The kindergarten whose camera was blind for six hours until an hour ago."""
    folder = tmp_path_factory.mktemp("rooms")
    database = open_database(f"sqlite:///{folder / 'siteward.db'}")
    migrate.upgrade(database)
    with desk_on(database, folder) as desk:
        desk.setup()
        desk.camera_history(blind_hours=6)
        yield desk
    database.dispose()


def test_estimates_at_completion_are_named_by_what_they_suppose(site: Desk) -> None:
    forecast = ok(site.person("department").get(f"{BASE}/forecast"))
    assert forecast["schedule_variance"] == "-885245.90"
    amounts = {e["supposes"]: e["amount"] for e in forecast["estimates"]}
    assert amounts == {
        "typical": "5942857.14",  # 8 000 000 / (3.5 / 2.6)
        "atypical": "7100000.00",  # 2.6 + (8 - 3.5) million
        "combined": "6788357.31",
    }
    assert forecast["finish"] > forecast["planned_finish"] == "2026-10-31"


def test_a_project_that_earned_nothing_has_no_forecast(site: Desk) -> None:
    ok(site.person("admin").put("/api/v1/projects/new", json=k.SETUP))
    forecast = ok(site.person("department").get("/api/v1/projects/new/forecast"))
    assert forecast["finish"] is None
    assert [e["amount"] for e in forecast["estimates"]] == [None, "8000000.00", None]


def timeline_of(site: Desk, device: str, days: int = 7) -> dict[str, Any]:
    found = ok(site.person("inspector").get(f"{BASE}/device-timelines?days={days}"))
    timeline: dict[str, Any] = next(d for d in found if d["device"] == device)
    return timeline


def test_blind_hours_are_a_stretch_of_the_camera_with_the_alert_that_told(site: Desk) -> None:
    began = site.now - timedelta(hours=7)
    with writing(site.database) as session:
        session.add(
            AlertRecord(
                project_id=k.PROJECT, incident="b", rule="SR-BLIND", kind="camera_blind",
                title={"zh": "摄像机遮挡", "en": "Camera blind"}, severity="info", state="resolved",
                device="cam-1", started_at=began, fired_at=began,
                resolved_at=site.now - timedelta(hours=1),
                summary={"zh": "摄像机遮挡", "en": "Camera blind"},
            )
        )  # fmt: skip
    camera = timeline_of(site, "cam-1")
    assert [s["condition"] for s in camera["stretches"]] == ["ok", "unfit", "ok"]
    assert camera["fit_ratio"] == pytest.approx(1 - 6 / 168)
    assert [a["kind"] for a in camera["alerts"]] == ["camera_blind"]


def test_a_device_that_never_reported_is_unknown_and_one_that_fell_silent_is_silent(
    site: Desk,
) -> None:
    assert [s["condition"] for s in timeline_of(site, "box")["stretches"]] == ["unknown"]
    early = site.now - timedelta(days=3)
    site.series.write([Point(k.PROJECT, "agent", "online", early, 1)])
    stretches = timeline_of(site, "agent")["stretches"]
    assert [s["condition"] for s in stretches] == ["unknown", "ok", "silent"]
    assert timeline_of(site, "agent", days=1)["stretches"][0]["condition"] == "silent"


def test_templates_list_the_states_an_agent_takes_by_name(site: Desk) -> None:
    found = ok(site.person("supervisor").get("/api/v1/state-templates?storeys=2"))
    by_name = {t["name"]: t for t in found}
    assert "canteen" not in by_name, "no camera can follow it"
    codes = [s["code"] for s in by_name["kindergarten"]["states"]]
    assert codes[3:9] == [
        "s1_formwork", "s1_rebar", "s1_concrete", "s2_formwork", "s2_rebar", "s2_concrete",
    ]  # fmt: skip


def test_zones_set_on_a_picture_replace_that_cameras_and_are_logged(site: Desk) -> None:
    supervisor = site.person("supervisor")
    danger = [{"id": "edge", "name": {"zh": "临边", "en": "Edge"}}]
    ok(supervisor.put(ZONES, json={"zones": [ZONE], "danger_zones": danger}))
    project = ok(supervisor.get(BASE))
    assert [(z["id"], z["camera"]) for z in project["zones"]] == [("block-a", "cam-1")]
    assert [z["id"] for z in project["danger_zones"]] == ["edge"]
    setup = ok(supervisor.get(f"{BASE}/cameras/cam-1"))
    assert (setup["agent"], setup["zones"][0]["polygon"]) == ("agent", SQUARE)
    log = ok(site.person("auditor").get("/api/v1/audit-log"))
    entry = next(e for e in log if e["action"] == "camera.zones")
    assert entry["detail"]["zones"] == ["block-a"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"work_item": "roof"}, "zones[0].work_item"),
        ({"weight": 1, "id": "b"}, None),
        ({"states": [ZONE["states"][1], ZONE["states"][0]]}, "zones[0].states"),
        ({"polygon": SQUARE[:2]}, "zones[0].polygon"),
    ],
)
def test_zones_that_do_not_fit_are_refused_by_name(
    site: Desk, change: dict[str, Any], field: str | None
) -> None:
    body = {"zones": [{**ZONE, **change}], "danger_zones": []}
    answer = site.person("supervisor").put(ZONES, json=body)
    if field is None:
        assert answer.is_success
        return
    assert answer.status_code == 422
    assert any(field in name for name in answer.json()["fields"]), answer.text


def test_zones_are_drawn_on_the_newest_picture_of_that_camera(site: Desk) -> None:
    with writing(site.database) as session:
        for n, device in enumerate(("cam-1", "cam-1", "box")):
            session.add(
                Evidence(
                    sha256=str(n) * 64, project_id=k.PROJECT, device=device,
                    ts=site.now + timedelta(minutes=n), size=1, received_at=site.now,
                )
            )  # fmt: skip
    setup = ok(site.person("supervisor").get(f"{BASE}/cameras/cam-1"))
    assert [p["sha256"][0] for p in setup["pictures"]] == ["1", "0"]
    nobody = site.person("supervisor").get(f"{BASE}/cameras/box")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "no_such_camera")
