"""The whole agent as a process: real broker, real video over HTTP, real HJ 212, real signals."""

import hashlib
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import cv2
import msgspec
import numpy as np
import paho.mqtt.client as mqtt
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion

from siteward_contracts.clock import SHANGHAI
from siteward_contracts.decode import Envelope, decode
from siteward_contracts.messages import (
    Command,
    Detection,
    EvidenceHeader,
    FrameHeader,
    Health,
    Status,
    Telemetry,
)
from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.evidence.device_key import make_key
from siteward_edge.sensors.hj212 import framing as hj212
from tests import servers
from tests.edge.pictures import VISION, clip, encode, serving, vision
from tests.edge.sensors.packets import MN, REAL_TIME

pytestmark = pytest.mark.system
T = TypeVar("T")
SITEWARD = [sys.executable, "-c", "from siteward_cli.main import main; main()"]


class Platform:
    """Hears everything an agent says, decoded as ingest decodes it."""

    def __init__(self, port: int) -> None:
        self.heard: list[Envelope] = []
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, "ingest", clean_session=False)
        self.client.on_connect = self._subscribe
        self.client.on_message = self._hear
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _subscribe(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe("siteward/v1/#", qos=1)

    def _hear(self, client: Any, userdata: Any, message: mqtt.MQTTMessage) -> None:
        if not message.topic.endswith("/command"):
            self.heard.append(decode(message.topic, bytes(message.payload), datetime.now(UTC)))

    def all(self, kind: type[T], device: str) -> list[T]:
        found = [e for e in list(self.heard) if e.topic.device == device]
        return [e.message for e in found if isinstance(e.message, kind)]

    def wait(self, kind: type[T], device: str, fits: Callable[[T], bool], seconds: float = 30) -> T:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message in self.all(kind, device):
                if fits(message):
                    return message
            time.sleep(0.05)
        heard = Counter(f"{e.topic.device}/{e.topic.kind}" for e in self.heard)
        last = self.all(kind, device)[-1:]
        raise AssertionError(f"no such {kind.__name__} of {device}; heard {heard}, last {last}")

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def agent(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    log = config.with_suffix(".log").open("ab")
    with (
        log,
        servers.running(
            [*SITEWARD, "edge", "run", str(config), "--verbose"], stderr=log
        ) as process,
    ):
        yield process


def write_config(tmp_path: Path, **settings: object) -> Path:
    file = tmp_path / "edge.yaml"
    base = {
        "site": "school",
        "outbox": {"path": str(tmp_path / "outbox.db")},
        "models": str(VISION / "models"),
        "evidence": {"key": str(tmp_path / "device.key")},
        "status_seconds": 1,
    }
    if not (tmp_path / "device.key").exists():
        make_key(tmp_path / "device.key")
    file.write_text(yaml.safe_dump(base | settings), encoding="utf-8")
    return file


def site_camera(url: str) -> dict[str, object]:
    vision("models/person_yolox_nano_416.onnx")
    return {
        "device": "cam",
        "url": url,
        "fps": 3,
        "detector": {"model": "yolox-nano"},
        # Where two men talk in the clip's first seconds.
        "danger_zones": [
            {"id": "yard", "polygon": [[0.5, 0.4], [0.75, 0.4], [0.75, 0.6], [0.5, 0.6]]}
        ],
        "confirm": {"frames": 2, "of": 4},
        "cool_down_seconds": 60,
    }


def test_an_intrusion_on_real_video_reaches_the_broker_with_its_picture(tmp_path: Path) -> None:
    images = clip("video/site_cctv_640x352.mp4")[:60]
    stream_file = encode(tmp_path / "site.ts", images)
    hj212_port = servers.free_port()
    with servers.mosquitto(tmp_path / "broker") as port, serving(stream_file, 6) as camera:
        platform = Platform(port)
        config = write_config(
            tmp_path,
            mqtt=f"mqtt://127.0.0.1:{port}",
            cameras=[site_camera(camera.url)],
            hj212={
                "listen": f"127.0.0.1:{hj212_port}",
                "devices": [{"mn": MN, "device": "dust-1"}],
            },
        )
        with agent(config) as process:
            begun = platform.wait(Detection, "cam", lambda d: d.kind == "intrusion")
            assert (begun.phase, begun.zone) == ("begin", "yard")
            assert begun.first_seen is not None
            assert 0 < (begun.ts - begun.first_seen).total_seconds() < 5
            pictures = {
                e.message.sha256: e.body
                for e in platform.heard
                if isinstance(e.message, EvidenceHeader)
            }
            assert begun.evidence is not None, "and it came before the detection that names it"
            assert hashlib.sha256(pictures[begun.evidence]).hexdigest() == begun.evidence
            shown = cv2.imdecode(
                np.frombuffer(pictures[begun.evidence], np.uint8), cv2.IMREAD_COLOR
            )
            assert shown is not None
            assert shown.shape == (352, 640, 3)

            ok = platform.wait(
                Status, "agent", lambda s: bool(s.cameras) and s.cameras[0].health is Health.OK
            )
            assert ok.online
            counted = platform.wait(
                Telemetry, "cam", lambda t: t.samples[0].readings.get("people_count", 0) >= 1
            )
            assert counted.samples[0].readings["camera_ok"] == 1

            with socket.create_connection(("127.0.0.1", hj212_port)) as box:
                box.sendall(_stamped_now())
                assert b"CN=9014" in box.recv(1000)
            dust = platform.wait(Telemetry, "dust-1", lambda t: True)
            assert dust.samples[0].readings["pm10"] == 131
            assert not platform.all(FrameHeader, "cam"), "nobody watches yet"
            watch = Command(id="w" * 16, ts=datetime.now(UTC), action="watch", seconds=20, fps=2)
            topic = str(Topic("school", "cam", Kind.COMMAND))
            platform.client.publish(topic, msgspec.json.encode(watch))
            frame = platform.wait(FrameHeader, "cam", lambda f: bool(f.boxes))
            assert (frame.width, frame.height) == (640, 352)
            assert {box.kind for box in frame.boxes} <= {"person", "intrusion"}

            camera.stalled.set()
            platform.wait(
                Status, "agent", lambda s: bool(s.cameras) and s.cameras[0].health is Health.OFFLINE
            )
            platform.wait(Telemetry, "cam", lambda t: t.samples[0].readings["camera_ok"] == 0)
            before = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
            assert time.monotonic() - before < 3
        platform.wait(Status, "agent", lambda s: not s.online)
        platform.close()
    log = config.with_suffix(".log").read_text(encoding="utf-8")
    assert "Traceback" not in log


def _stamped_now() -> bytes:
    now = datetime.now(SHANGHAI).strftime("%Y%m%d%H%M%S").encode()
    segment = REAL_TIME[6:-6].replace(b"20260311143000", now)
    return hj212.write(segment)


def test_a_killed_agent_goes_on_without_losing_or_repeating_an_incident(tmp_path: Path) -> None:
    images = clip("video/site_cctv_640x352.mp4")[:60]
    stream_file = encode(tmp_path / "site.ts", images)
    port = servers.free_port()  # nobody listens there yet
    with serving(stream_file, 6) as camera:
        config = write_config(
            tmp_path,
            mqtt=f"mqtt://127.0.0.1:{port}",
            cameras=[site_camera(camera.url)],
        )
        with agent(config) as process:
            _until_stored(tmp_path / "outbox.db", "intrusion")
            process.kill()
            process.wait()
        waiting = _stored(tmp_path / "outbox.db")
        with servers.mosquitto(tmp_path / "broker", port):
            platform = Platform(port)
            with agent(config):
                platform.wait(Detection, "cam", lambda d: d.kind == "intrusion")
                platform.wait(
                    Status,
                    "agent",
                    lambda s: bool(s.cameras) and s.cameras[0].health is Health.OK,
                )
                time.sleep(2)
            platform.close()
    ids = {e.message.id for e in platform.heard}
    assert set(waiting) <= ids
    found = platform.all(Detection, "cam")
    begun = {d.id: d.track for d in found if (d.kind, d.phase) == ("intrusion", "begin")}
    assert len(set(begun.values())) == len(begun), "no incident begins twice"
    assert len(begun) <= 2, "two men stand there, each an incident"


def _stored(file: Path) -> list[str]:
    outbox = Outbox(file, 10**9)
    try:
        found = outbox.take(10_000)
        return [decode(w.topic, w.payload, datetime.now(UTC)).message.id for w in found]
    finally:
        outbox.close()


def _until_stored(file: Path, kind: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if file.exists():
            outbox = Outbox(file, 10**9)
            found = any(f'"kind":"{kind}"'.encode() in w.payload for w in outbox.take(10_000))
            outbox.close()
            if found:
                return
        time.sleep(0.2)
    raise AssertionError(f"no {kind} stored")


def test_check_says_what_each_source_gives_or_how_to_mend_it(tmp_path: Path) -> None:
    file = encode(tmp_path / "site.mp4", clip("video/site_cctv_640x352.mp4")[:10])
    config = write_config(
        tmp_path,
        mqtt=f"mqtt://127.0.0.1:{servers.free_port()}",
        cameras=[site_camera(file.as_uri())],
        modbus=[
            {
                "device": "crane",
                "host": "127.0.0.1",
                "port": servers.free_port(),
                "registers": [{"metric": "crane_load", "address": 0}],
            }
        ],
    )
    done = subprocess.run(
        [*SITEWARD, "edge", "check", str(config)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    lines = {line[5:].split(":")[0]: line for line in done.stdout.splitlines()}
    assert lines["outbox"].startswith("ok")
    assert lines["cam"].startswith("ok   cam: 640x352, ")
    assert "is the broker up" in lines["mqtt"]
    assert "check cable, address and port" in lines["crane"]
    assert done.stderr == ""


def test_a_wrong_file_is_refused_with_line_and_remedy(tmp_path: Path) -> None:
    config = write_config(tmp_path, mqtt="mqtt://h", camera=[])
    done = subprocess.run(
        [*SITEWARD, "edge", "run", str(config)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "edge.yaml:1: camera: no such setting (did you mean 'cameras'?)" in done.stderr
