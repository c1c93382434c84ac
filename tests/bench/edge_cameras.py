"""Edge: the agent's process with four cameras, as an integrator would set it up on two cores."""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import yaml
from paho.mqtt.enums import CallbackAPIVersion

from siteward_contracts.clock import utc_now
from siteward_contracts.decode import decode
from siteward_contracts.messages import Status
from siteward_edge.evidence.device_key import make_key
from tests.bench.edge import Figures, moving_clip
from tests.edge.pictures import VISION, encode
from tests.servers import mosquitto, running

CAMERAS = 4
FPS = 5
SECONDS = 60
WARM_UP = 15
"""Seconds in which models are loaded and health is decided."""
SITEWARD = [sys.executable, "-c", "from siteward_cli.main import main; main()"]
SMALL_BUDGET = 0.6


def cameras() -> Figures:
    """Pictures judged and cores taken by four 720p cameras, without and with a small budget."""
    figures: Figures = {"cameras": CAMERAS, "asked_fps_each": FPS, "seconds": SECONDS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = encode(folder / "clip.ts", moving_clip(1280, 720), fps=12)
        for title, cores in (("all_cores", None), ("budget", SMALL_BUDGET)):
            judged, used = _measured(folder, file, cores)
            figures[f"{title}_judged_fps_each"] = round(judged / CAMERAS, 2)
            figures[f"{title}_cores_taken"] = round(used, 2)
    figures["budget_cores_given"] = SMALL_BUDGET
    return figures


def _measured(folder: Path, file: Path, cores: float | None) -> tuple[float, float]:
    """Pictures judged per second by all cameras, and cores taken."""
    with mosquitto(folder / "broker") as port:
        statuses = _Statuses(port)
        config = _config(folder, file, port, cores)
        with running([*SITEWARD, "edge", "run", str(config)]) as agent:
            time.sleep(WARM_UP)
            before, started = _cpu(agent.pid), time.monotonic()
            statuses.heard.clear()
            time.sleep(SECONDS)
            used = (_cpu(agent.pid) - before) / (time.monotonic() - started)
        statuses.close()
    rates = [sum(c.judged_fps or 0 for c in s.cameras) for s in statuses.heard if s.online]
    return sum(rates) / len(rates), used


class _Statuses:
    """What the agent says of itself."""

    def __init__(self, port: int) -> None:
        self.heard: list[Status] = []
        self._ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, "bench")
        self._client.on_message = self._hear
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("siteward/v1/bench/agent/status", qos=1)
        self._client.loop_start()
        self._ready.wait(10)

    def _hear(self, client: object, userdata: object, message: mqtt.MQTTMessage) -> None:
        status = decode(message.topic, bytes(message.payload), utc_now()).message
        if isinstance(status, Status):
            self.heard.append(status)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _config(folder: Path, file: Path, port: int, cores: float | None) -> Path:
    key = folder / "device.key"
    if not key.exists():
        make_key(key)
    (folder / "outbox.db").unlink(missing_ok=True)
    settings = {
        "site": "bench",
        "mqtt": f"mqtt://127.0.0.1:{port}",
        "outbox": {"path": str(folder / "outbox.db")},
        "models": str(VISION / "models"),
        "evidence": {"key": str(key)},
        "status_seconds": 2,
        "cpu": {"cores": cores} if cores else {},
        "cameras": [
            {
                "device": f"cam-{n}",
                "url": file.as_uri(),
                "fps": FPS,
                "detector": {"model": "yolox-nano"},
                "danger_zones": [{"id": "pit", "polygon": [[0.1, 0.6], [0.5, 0.6], [0.5, 0.9]]}],
            }
            for n in range(CAMERAS)
        ],
    }
    config = folder / "edge.yaml"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return config


def _cpu(pid: int) -> float:
    """Processor seconds a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
