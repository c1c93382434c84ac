"""What systemd is told, and what an agent does while its disk takes nothing."""

import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from siteward_contracts.clock import utc_now
from siteward_contracts.messages import Model
from siteward_contracts.topics import Kind, Topic
from siteward_edge.agent import HANG, hung
from siteward_edge.camera import Result
from siteward_edge.camera_thread import CameraThread, Surroundings, camera_thread, memory_key
from siteward_edge.capture.pace import Budget
from siteward_edge.config.camera import Camera
from siteward_edge.delivery.outbox import Outbox, Outgoing
from siteward_edge.evidence.device_key import make_key
from siteward_edge.live import Watches
from siteward_edge.service import notifier
from siteward_edge.vision.ports import Image, Scene
from tests import servers
from tests.edge.pictures import absent, encode, scene, with_clock
from tests.edge.test_agent import SITEWARD

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy/systemd/siteward-edge.service"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Stuck:
    """A detector whose library does not return any more."""

    model = Model(name="stuck", version="1")
    threshold = 0.5

    def __init__(self) -> None:
        self.entered, self.free = threading.Event(), threading.Event()

    def detect(self, image: Image) -> Scene:
        self.entered.set()
        self.free.wait()
        return Scene()


def thread_of(
    folder: Path, outbox: Outbox, detector: Stuck, clock: Callable[[], datetime]
) -> CameraThread:
    view = scene()
    clip = encode(folder / "site.mp4", [with_clock(view, n) for n in range(20)])
    camera = Camera.model_validate(
        {
            "device": "cam",
            "url": clip.as_uri(),
            "detector": {"kind": "rendered_scene"},
            "health": {"decide_seconds": 0.1},
        }
    )
    ids = (f"{n:032}" for n in count())
    shared = Surroundings(
        site="school",
        outbox=outbox,
        watches=Watches(),
        publish_frame=lambda topic, payload: None,
        clock=clock,
        new_id=ids.__next__,
        telemetry_every=timedelta(seconds=1),
        budget=Budget(None, time.process_time, clock()),
        thread_cpu=time.thread_time,
    )
    return camera_thread(camera, shared, detector, None)


def test_a_camera_whose_judging_hangs_is_known_and_one_that_goes_round_is_not(
    tmp_path: Path,
) -> None:
    outbox = Outbox(tmp_path / "o.db", 10**7)
    detector = Stuck()
    thread = thread_of(tmp_path, outbox, detector, utc_now)
    assert hung([thread], utc_now() + 2 * HANG) == [], "not started yet"
    thread.start(random.Random(1))
    assert detector.entered.wait(20)
    assert hung([thread], utc_now()) == []
    time.sleep(0.6)  # it would have gone round twice
    beat = thread.beat
    assert beat is not None
    assert hung([thread], beat + HANG + timedelta(seconds=1)) == ["cam"]
    detector.free.set()
    deadline = time.monotonic() + 10
    while thread.beat == beat and time.monotonic() < deadline:
        time.sleep(0.05)
    assert hung([thread], beat + HANG + timedelta(seconds=0.1)) == []
    thread.ask_to_stop()
    thread.join(5)
    outbox.close()


def test_findings_of_a_full_disk_are_kept_in_memory_and_stored_later_in_order(
    tmp_path: Path,
) -> None:
    outbox = Outbox(tmp_path / "o.db", 10**7)
    thread = thread_of(tmp_path, outbox, Stuck(), lambda: NOW)
    pages = outbox._db.execute("PRAGMA page_count").fetchone()[0]
    outbox._db.execute(f"PRAGMA max_page_count = {pages}")  # as SQLite sees a full disk
    big = b'{"n": %d}' + b" " * 20_000

    def out(kind: Kind, n: int) -> Outgoing:
        return Outgoing(Topic("school", "cam", kind), big % n)

    thread._store(Result([out(Kind.TELEMETRY, 0)]))
    thread._store(Result([out(Kind.EVIDENCE, 1), out(Kind.DETECTION, 2)], changed=True))
    thread._store(Result([out(Kind.TELEMETRY, 3)]))
    assert outbox.depth == 0
    assert outbox.recall(memory_key(thread.camera)) is None
    outbox._db.execute("PRAGMA max_page_count = 100000")
    thread._store(Result([out(Kind.TELEMETRY, 4)]))
    kept = [w.payload.strip() for w in outbox.take(10)]
    assert kept == [b'{"n": 1}', b'{"n": 2}', b'{"n": 4}'], "readings are lost, findings are not"
    assert outbox.recall(memory_key(thread.camera)) is not None, (
        "and the memory that goes with them"
    )
    outbox.close()


def test_nothing_is_told_where_systemd_does_not_listen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notifier(None)("READY=1")
    assert caplog.text == ""
    notifier(str(tmp_path / "gone"))("READY=1")
    assert "does not hear READY=1" in caplog.text


@pytest.mark.system
def test_the_agent_says_ready_feeds_the_watchdog_and_stops_within_three_seconds(
    tmp_path: Path,
) -> None:
    config = tmp_path / "edge.yaml"
    key = make_key(tmp_path / "device.key")
    assert key.public
    config.write_text(
        f"site: school\nmqtt: mqtt://127.0.0.1:{servers.free_port()}\n"
        f"outbox: {{path: {tmp_path}/o.db}}\nevidence: {{key: {tmp_path}/device.key}}\n",
        encoding="utf-8",
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        environment: Any = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "PATH": "/usr/bin"}
        with servers.running([*SITEWARD, "edge", "run", str(config)], env=environment) as agent:
            assert systemd.recv(100) == b"READY=1"
            assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
            agent.send_signal(signal.SIGTERM)
            while systemd.recv(100) != b"STOPPING=1":
                pass
            began = time.monotonic()
            assert agent.wait(20) == 0
            # Three seconds are the agent's own bound; a machine at its limit takes longer.
            assert time.monotonic() - began < 10


@pytest.mark.system
def test_the_unit_is_what_systemd_accepts_and_shuts_the_machine_off_from_the_agent(
    tmp_path: Path,
) -> None:
    if not shutil.which("systemd-analyze"):
        absent("systemd-analyze is not installed")
    program = shutil.which("true")
    text = UNIT.read_text(encoding="utf-8").replace("/opt/siteward/bin/siteward", str(program))
    unit = tmp_path / UNIT.name
    unit.write_text(text, encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    unit.write_text(text.replace("Restart=always", "Restart=perhaps"), encoding="utf-8")
    wrong = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert "perhaps" in wrong.stderr, "a slip would be seen"
    unit.write_text(text, encoding="utf-8")
    exposure = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=25", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert exposure.returncode == 0, exposure.stdout[-200:]
