"""``siteward worker`` as a process on a real broker: latency, SIGKILL, restarts, refusals to start."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine, select

from siteward_ingest.delivery import Delivery
from siteward_ingest.open_store import open_store
from siteward_platform.database import migrate
from siteward_platform.database.models import AlertMember, AlertRecord, Evidence
from siteward_platform.database.session import open_database, reading
from tests.servers import free_port, mosquitto, running
from tests.worker.site import SHA, deliver, intrusion, picture, set_up, telemetry

pytestmark = pytest.mark.system
COMMAND = [sys.executable, "-m", "siteward_cli", "worker"]


class Broker:
    """A client that publishes at QoS 1 and listens to events."""

    def __init__(self, port: int) -> None:
        self.events: list[dict[str, Any]] = []
        self.heard = threading.Condition()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = self._event
        self.client.max_queued_messages_set(0)
        self.client.max_inflight_messages_set(500)
        self.client.connect("127.0.0.1", port)
        self.client.subscribe("siteward/v1/_events/+")
        self.client.loop_start()

    def _event(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        with self.heard:
            self.events.append(json.loads(message.payload))
            self.heard.notify_all()

    def publish(self, *deliveries: Delivery) -> None:
        infos = [self.client.publish(d.topic, d.payload, qos=1) for d in deliveries]
        for info in infos:
            info.wait_for_publish(30)

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 20) -> None:
        with self.heard:
            assert self.heard.wait_for(lambda: any(map(wanted, self.events)), seconds)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[int, Broker]]:
    with mosquitto(tmp_path / "mosquitto") as port:
        client = Broker(port)
        yield port, client
        client.close()


@pytest.fixture
def environment(
    tmp_path: Path, broker: tuple[int, Broker], sqlite_database: Engine
) -> dict[str, str]:
    set_up(sqlite_database)
    open_store(f"sqlite:///{tmp_path / 'series.db'}").close()
    return {
        **os.environ,
        "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{broker[0]}",
        "SITEWARD_SERIES_URL": f"sqlite:///{tmp_path / 'series.db'}",
        "SITEWARD_DATABASE_URL": f"sqlite:///{tmp_path / 'siteward.db'}",
        "SITEWARD_EVIDENCE_DIR": str(tmp_path / "evidence"),
    }


@contextmanager
def worker(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    log = folder / f"worker-{time.monotonic_ns()}.log"
    with log.open("wb") as out, running(COMMAND, env=environment, stderr=out) as process:
        for _ in range(400):
            if b"connected to" in log.read_bytes():
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield process


def eventually(check: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def test_detection_is_announced_at_once_and_sigterm_ends_in_peace(
    broker: tuple[int, Broker],
    environment: dict[str, str],
    tmp_path: Path,
    sqlite_database: Engine,
) -> None:
    with worker(environment, tmp_path) as process:
        broker[1].publish(picture(datetime.now(UTC)))  # warms up what starts lazily
        took = []
        for n in range(3):
            broker[1].events.clear()
            began = time.monotonic()
            ts = datetime.now(UTC) + timedelta(minutes=n)
            broker[1].publish(intrusion(ts, f"t{n}"), intrusion(ts, f"t{n}", "end"))
            broker[1].wait_for(lambda event: event["event"] == "alert")
            took.append(time.monotonic() - began)
        assert min(took) < 1.0, took  # a hang would be 20 s; figures come from the bench
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    with reading(sqlite_database) as session:
        assert session.get(Evidence, SHA) is not None
        assert {a.kind for a in session.scalars(select(AlertRecord))} == {"intrusion"}


def test_killed_worker_loses_no_alert_and_doubles_none(
    broker: tuple[int, Broker],
    environment: dict[str, str],
    tmp_path: Path,
    sqlite_database: Engine,
) -> None:
    """Incidents hours apart among much else; SIGKILL again and again while they stream."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    incidents, messages = 300, []
    for n in range(incidents):
        ts = start + n * timedelta(minutes=10)
        messages += [
            intrusion(ts, f"t{n}"),
            *(
                telemetry("crane", [(ts + k * timedelta(seconds=50), {"crane_moment_pct": 60.0})])
                for k in range(8)
            ),
            telemetry("crane", [(ts + timedelta(seconds=400), {"crane_moment_pct": 95.0})]),
            telemetry("crane", [(ts + timedelta(seconds=590), {"crane_moment_pct": 40.0})]),
            intrusion(ts + timedelta(seconds=30), f"t{n}", "end"),
        ]

    def seen() -> int:
        with reading(sqlite_database) as session:
            return len(session.scalars(select(AlertMember.incident)).all())

    with worker(environment, tmp_path):
        broker[1].publish(picture(start))
        eventually(lambda: (tmp_path / "evidence").exists())  # its session stands at the broker
    sender = threading.Thread(target=broker[1].publish, args=messages)
    sender.start()
    for share in (0.1, 0.4, 0.7):
        with worker(environment, tmp_path) as process:
            eventually(lambda share=share: seen() > share * 2 * incidents)  # type: ignore[misc]
            process.kill()
    with worker(environment, tmp_path):
        eventually(lambda: seen() >= 2 * incidents)
        sender.join(30)
        eventually(lambda: _open(sqlite_database) == [])
    with reading(sqlite_database) as session:
        kinds = list(session.scalars(select(AlertRecord.kind)))
        assert kinds.count("intrusion") == incidents
        assert kinds.count("crane_overmoment") == incidents
        counts = set(session.scalars(select(AlertRecord.count)))
        assert counts == {1}
        starts = list(
            session.scalars(select(AlertRecord.started_at).where(AlertRecord.kind == "intrusion"))
        )
        assert sorted(starts) == [start + n * timedelta(minutes=10) for n in range(incidents)]


def _open(database: Engine) -> list[str]:
    """But what is true of a late project whose crane said nothing for a day."""
    standing = ("behind_schedule", "device_offline")
    with reading(database) as session:
        query = select(AlertRecord.kind).where(
            AlertRecord.state == "firing", AlertRecord.kind.not_in(standing)
        )
        return list(session.scalars(query))


def test_worker_says_what_is_missing_before_it_starts(tmp_path: Path) -> None:
    def refusal(**settings: str) -> str:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SITEWARD_")}
        named = {f"SITEWARD_{k}": v for k, v in settings.items()}
        done = subprocess.run(
            COMMAND,
            env={**clean, **named},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        return done.stderr

    assert "SITEWARD_MQTT_URL: Field required" in refusal()
    database = f"sqlite:///{tmp_path / 'empty.db'}"
    open_database(database).dispose()
    stale = refusal(
        MQTT_URL="mqtt://127.0.0.1:1", SERIES_URL=f"sqlite:///{tmp_path / 's.db'}",
        DATABASE_URL=database, EVIDENCE_DIR=str(tmp_path),
    )  # fmt: skip
    assert "run 'siteward db upgrade'" in stale
    migrate.upgrade(open_database(database))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        busy = refusal(
            MQTT_URL="mqtt://127.0.0.1:1", SERIES_URL=f"sqlite:///{tmp_path / 's.db'}",
            DATABASE_URL=database, EVIDENCE_DIR=str(tmp_path), METRICS_PORT=port,
        )  # fmt: skip
    assert f"cannot listen on {port}" in busy


def test_metrics_say_what_was_taken_and_refused(
    broker: tuple[int, Broker], environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    with worker({**environment, "SITEWARD_METRICS_PORT": str(port)}, tmp_path):
        broker[1].publish(
            intrusion(datetime.now(UTC)),
            deliver("dust", "telemetry", b"{"),
            picture(datetime.now(UTC)),
        )

        def figures() -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
                return str(page.read(), "utf-8")

        expected = (
            'siteward_worker_messages_total{kind="evidence"} 1.0',
            'siteward_worker_refused_total{reason="bad_json"} 1.0',
            "siteward_worker_alerts_total 1.0",
        )
        eventually(lambda: all(line in figures() for line in expected))


def test_worker_goes_on_after_the_broker_came_back(
    tmp_path: Path, environment: dict[str, str], sqlite_database: Engine
) -> None:
    first = mosquitto(tmp_path / "second")
    port = first.__enter__()
    own = {**environment, "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{port}"}
    with worker(own, tmp_path) as process:
        first.__exit__(None, None, None)
        with mosquitto(tmp_path / "second", port):
            client = Broker(port)
            client.publish(intrusion(datetime.now(UTC)))
            eventually(lambda: "intrusion" in _open(sqlite_database))
            client.close()
        assert process.poll() is None
