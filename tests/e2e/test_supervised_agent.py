"""An agent is enrolled, vouches for its pictures and takes settings; every process is the real one."""

import dataclasses
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import httpx
import msgspec
import numpy as np
import pytest
import yaml

from siteward_contracts.messages import EvidenceStatement
from siteward_contracts.signatures import is_signed_by
from siteward_ingest.open_store import open_store
from siteward_simulators.devices.renderer import render
from siteward_simulators.devices.scene import CameraScene
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.state import CameraTruth, Person
from siteward_simulators.world.world import World
from tests import servers
from tests.edge.pictures import encode, serving
from tests.platform import kindergarten as k
from tests.platform.desk import ok

pytestmark = [pytest.mark.e2e, pytest.mark.system]
PASSWORD = "first password"
AGENTS = f"/projects/{k.PROJECT}/agents"
SETTINGS = f"{AGENTS}/agent/cameras/cam-1/settings"
STREET = [[0, 0], [0.2, 0], [0.2, 1], [0, 1]]
EVERYWHERE = [[0, 0], [1, 0], [1, 1], [0, 1]]


def siteward(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "siteward_cli", *arguments]


class Platform:
    """The API as a process, and its people."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def person(self, name: str, password: str = PASSWORD) -> httpx.Client:
        header = {"X-Requested-With": "siteward"}
        client = httpx.Client(base_url=f"{self.url}/api/v1", headers=header, timeout=20)
        ok(client.post("/session", json={"username": name, "password": password}))
        return client

    @staticmethod
    def wait(probe: Callable[[], Any], what: str, seconds: float = 40) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := probe():
                return found
            time.sleep(0.2)
        raise AssertionError(f"not within {seconds:.0f} s: {what}")


@contextmanager
def platform(folder: Path, broker: int) -> Iterator[Platform]:
    """Worker and API over one empty database."""
    port = servers.free_port()
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SITEWARD_")},
        "SITEWARD_DATABASE_URL": f"sqlite:///{folder / 'siteward.db'}",
        "SITEWARD_SERIES_URL": f"sqlite:///{folder / 'series.db'}",
        "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{broker}",
        "SITEWARD_EVIDENCE_DIR": str(folder / "evidence"),
        "SITEWARD_HTTP_PORT": str(port),
        "SITEWARD_INITIAL_ADMIN_PASSWORD": PASSWORD,
    }
    subprocess.run(siteward("db", "upgrade"), env=env, check=True, capture_output=True)
    open_store(env["SITEWARD_SERIES_URL"]).close()
    with (
        servers.running(siteward("worker"), env=env, stderr=subprocess.DEVNULL),
        servers.running(siteward("api"), env=env, stderr=subprocess.DEVNULL) as api,
    ):
        servers.wait_for_port(port, api)
        yield Platform(port)


def somebody_at_work(file: Path) -> Path:
    """Two seconds of a simulated camera with one person in it."""
    site = next(s for s in load_scenarios() if s.project.id == "kindergarten")
    now = datetime(2026, 11, 24, 4, tzinfo=UTC)
    state = dataclasses.replace(
        World(site, 11, now).at(now),
        people=[Person("p", "cam", 0.6, 0.8, "yellow", True, False)],
        cameras={"cam": CameraTruth("cam")},
    )
    view = CameraScene("s", "cam", 640, 360, ())
    return encode(file, [render(state, view, n / 10) for n in range(20)])


def write_config(folder: Path, broker: int, url: str) -> Path:
    file = folder / "edge.yaml"
    settings = {
        "site": k.PROJECT,
        "mqtt": f"mqtt://127.0.0.1:{broker}",
        "outbox": {"path": str(folder / "outbox.db")},
        "evidence": {"key": str(folder / "device.key")},
        "status_seconds": 1,
        "cameras": [
            {
                "device": "cam-1", "url": url, "fps": 4, "mask": [STREET],
                "detector": {"kind": "rendered_scene"}, "cool_down_seconds": 60,
            }
        ],
    }  # fmt: skip
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return file


def test_a_site_from_enrolment_to_a_picture_that_proves_something(tmp_path: Path) -> None:
    stream = somebody_at_work(tmp_path / "site.ts")
    with (
        servers.mosquitto(tmp_path / "broker") as broker,
        serving(stream, 2) as camera,
        platform(tmp_path, broker) as there,
    ):
        admin = there.person("admin")
        ok(admin.put(f"/projects/{k.PROJECT}", json=k.SETUP))
        account = {
            "username": "wang", "display_name": "王", "role": "supervisor", "password": "a password 2",
        }  # fmt: skip
        ok(admin.post("/accounts", json=account))
        supervisor = there.person("wang", "a password 2")
        config = write_config(tmp_path, broker, camera.url)
        enrolled = subprocess.run(
            siteward("edge", "enrol", str(config)), capture_output=True, text=True, check=True
        )
        found = re.search(r"^public key\s+(\w{64})$", enrolled.stdout, re.MULTILINE)
        assert found
        key = found[1]

        def agent() -> dict[str, Any]:
            (state,) = ok(supervisor.get(AGENTS))
            return dict(state)

        def answered(version: int) -> dict[str, Any] | None:
            newest = agent()["settings"]
            done = newest["version"] == version and newest["state"] in ("applied", "refused")
            return dict(newest) if done else None

        with servers.running(siteward("edge", "run", str(config))) as process:
            pending = there.wait(lambda: agent()["keys"], "the agent says which key it has")
            assert [(k["key"], k["state"]) for k in pending] == [(key, "pending")]
            assert pending[0]["fingerprint"] in enrolled.stdout

            wrong = {
                "danger_zones": [{"id": "pit", "polygon": [[0, 0], [1, 1]]}],
                "url": "rtsp://x",
            }
            ok(supervisor.put(SETTINGS, json={"version": 0, "settings": wrong}))
            refused = there.wait(lambda: answered(1), "wrong settings are refused")
            assert refused["state"] == "refused"
            assert any("danger_zones[0].polygon" in problem for problem in refused["problems"])
            assert any("url: can only be changed" in problem for problem in refused["problems"])
            assert not ok(supervisor.get("/alerts"))["alerts"], "nobody may be there yet"

            right = {
                "danger_zones": [{"id": "yard", "polygon": EVERYWHERE}],
                "confirm": {"frames": 2, "of": 3},
            }
            began = time.monotonic()
            ok(supervisor.put(SETTINGS, json={"version": 1, "settings": right}))
            assert there.wait(lambda: answered(2), "settings are taken")["state"] == "applied"
            taken = time.monotonic() - began
            assert taken < 10, f"taken after {taken:.1f} s"

            def intrusion() -> dict[str, Any] | None:
                alerts = ok(supervisor.get("/alerts?kind=intrusion"))["alerts"]
                return next((a for a in alerts if a["evidence_signature"]), None)

            alert = there.wait(intrusion, "the new zone is watched, without a restart")
            assert process.poll() is None
            assert (alert["zone"], alert["evidence_signature"]) == ("yard", "unknown_key")
            decision = {"state": "accepted", "reason": "fingerprint read out"}
            ok(admin.put(f"{AGENTS}/agent/keys/{key}", json=decision))
            found_again = intrusion()
            assert found_again is not None
            assert found_again["evidence_signature"] == "verified"

            proof = ok(supervisor.get(f"/evidence/{alert['evidence']}/statement"))
            picture = supervisor.get(f"/evidence/{alert['evidence']}").content
            check(picture, proof, key)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0

        seen = agent()["last_seen"]
        with servers.running(siteward("edge", "run", str(config))):
            there.wait(lambda: agent()["last_seen"] > seen, "the agent is back")
            assert agent()["settings"]["state"] == "applied", "and holds to what it took"
        for client in (admin, supervisor):
            client.close()


def check(picture: bytes, proof: dict[str, Any], key: str) -> None:
    """What anybody can do with the picture and its statement, far from any platform."""
    assert proof["key"] == key
    assert is_signed_by(key, proof["statement"], proof["signature"])
    said = msgspec.json.decode(proof["statement"], type=EvidenceStatement)
    assert said.sha256 == hashlib.sha256(picture).hexdigest()
    assert (said.site, said.device, said.kind, said.zone) == (
        k.PROJECT, "cam-1", "intrusion", "yard",
    )  # fmt: skip
    assert said.model is not None
    assert said.masked
    shown = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    street = shown[:, : int(0.18 * shown.shape[1])]
    assert street.max() < 40, "the street never left the agent"
    assert shown[:, int(0.25 * shown.shape[1]) :].mean() > 40
