"""``siteward api`` as the process that production runs."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from websockets.sync.client import connect

from siteward_ingest.open_store import open_store
from siteward_platform.database.session import open_database
from tests.servers import free_port, mosquitto, running, wait_for_port

START = "from siteward_cli.main import main; main()"


def environment(database: Engine, folder: Path, port: int, broker: int) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SITEWARD_")},
        "SITEWARD_DATABASE_URL": database.url.render_as_string(),
        "SITEWARD_SERIES_URL": f"sqlite:///{folder / 'series.db'}",
        "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{broker}",
        "SITEWARD_EVIDENCE_DIR": str(folder / "evidence"),
        "SITEWARD_HTTP_PORT": str(port),
        "SITEWARD_INITIAL_ADMIN_PASSWORD": "first password",
    }


@pytest.mark.system
def test_it_becomes_ready_signs_the_first_admin_in_and_stops_with_a_viewer_open(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    open_store(f"sqlite:///{tmp_path / 'series.db'}").close()
    port = free_port()
    with mosquitto(tmp_path / "broker") as broker:
        env = environment(sqlite_database, tmp_path, port, broker)
        with running([sys.executable, "-c", START, "api"], env=env) as process:
            wait_for_port(port, process)
            base = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=base, headers={"X-Requested-With": "siteward"}) as client:
                deadline = time.monotonic() + 10
                while client.get("/readyz").status_code != 200:
                    assert time.monotonic() < deadline, client.get("/readyz").text
                    time.sleep(0.05)
                body = {"username": "admin", "password": "first password"}
                assert client.post("/api/v1/session", json=body).json()["role"] == "admin"
                cookie = f"siteward_session={client.cookies['siteward_session']}"
            with connect(
                f"ws://127.0.0.1:{port}/api/v1/live", additional_headers={"Cookie": cookie}
            ):
                asked = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert process.wait(8) == 0, "an orderly end is no failure"
                assert time.monotonic() - asked < 5


def fail(env: dict[str, str]) -> str:
    """Runs it, expects it to fail in words, and returns them."""
    done = subprocess.run(
        [sys.executable, "-c", START, "api"],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_in_use_is_said_plainly(sqlite_database: Engine, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = fail(environment(sqlite_database, tmp_path, port, 1))
    assert f"port {port} on 127.0.0.1 is in use: set SITEWARD_HTTP_PORT" in said


def test_missing_settings_are_all_named_at_once(tmp_path: Path) -> None:
    said = fail({"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    for name in ("DATABASE_URL", "MQTT_URL", "SERIES_URL", "EVIDENCE_DIR"):
        assert f"SITEWARD_{name}" in said


def test_an_empty_database_is_sent_to_the_migrations(tmp_path: Path) -> None:
    empty = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    said = fail(environment(empty, tmp_path, free_port(), 1))
    empty.dispose()
    assert "siteward db upgrade" in said
