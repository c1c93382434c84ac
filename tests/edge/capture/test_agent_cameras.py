"""The agent's process with several cameras: each on its own, all within the budget."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

import msgspec
import numpy as np
import pytest

from siteward_contracts.messages import (
    CameraStatus,
    Command,
    FrameHeader,
    Health,
    Status,
    Telemetry,
)
from siteward_contracts.topics import Kind, Topic
from tests import servers
from tests.edge.pictures import clip, encode, scene, serving, vision, with_clock
from tests.edge.test_agent import Platform, agent, write_config

pytestmark = pytest.mark.system


def of(status: Status, device: str) -> CameraStatus:
    return next(camera for camera in status.cameras if camera.device == device)


def camera(device: str, url: str) -> dict[str, object]:
    return {"device": device, "url": url, "fps": 2, "detector": {"kind": "rendered_scene"}}


def rate_of(platform: Platform, device: str) -> float:
    """Pictures judged per second in the next four; one second alone says little."""
    platform.heard.clear()
    time.sleep(4)
    rates = [of(status, device).judged_fps or 0 for status in platform.all(Status, "agent")]
    return sum(rates) / len(rates)


def watched(platform: Platform, device: str, seconds: float) -> tuple[int, float]:
    """Live pictures that come while somebody watches, and how many were judged meanwhile."""
    ask = Command(id="w" * 16, ts=datetime.now(UTC), action="watch", seconds=30, fps=10)
    topic = str(Topic("school", device, Kind.COMMAND))
    platform.client.publish(topic, msgspec.json.encode(ask))
    platform.wait(FrameHeader, device, lambda f: True)
    platform.heard.clear()
    time.sleep(seconds)
    rates = [of(status, device).judged_fps or 0 for status in platform.all(Status, "agent")]
    return len(platform.all(FrameHeader, device)), mean(rates) * seconds


def test_a_stalled_camera_is_told_within_five_seconds_apart_from_a_dark_one(
    tmp_path: Path,
) -> None:
    bright = encode(tmp_path / "bright.ts", [with_clock(scene(), n) for n in range(40)])
    dark = encode(tmp_path / "dark.ts", [np.zeros((360, 640, 3), np.uint8)] * 40)
    with (
        servers.mosquitto(tmp_path / "broker") as port,
        serving(bright, 4) as good,
        serving(bright, 4) as bad,
        serving(dark, 4) as black,
    ):
        platform = Platform(port)
        config = write_config(
            tmp_path,
            mqtt=f"mqtt://127.0.0.1:{port}",
            cameras=[
                camera("cam-good", good.url),
                camera("cam-bad", bad.url),
                camera("cam-dark", black.url),
            ],
        )
        with agent(config):
            platform.wait(
                Status,
                "agent",
                lambda s: [c.health for c in s.cameras] == [Health.OK, Health.OK, Health.BLIND],
            )
            before = rate_of(platform, "cam-good")
            platform.heard.clear()
            bad.stalled.set()
            status = platform.wait(
                Status, "agent", lambda s: of(s, "cam-bad").health is Health.OFFLINE
            )
            silent = (status.ts - of(status, "cam-bad").since).total_seconds()
            assert silent < 5, "from the last picture to the status that says so"
            assert of(status, "cam-bad").cause == "stalled"
            assert of(status, "cam-bad").judged_fps == 0
            assert of(status, "cam-dark").health is Health.BLIND
            assert of(status, "cam-dark").cause not in ("stalled", "no signal", "")
            assert of(status, "cam-good").health is Health.OK
            assert rate_of(platform, "cam-good") > 0.6 * before
            frames, judged = watched(platform, "cam-good", 4)
            assert frames > 1.5 * judged, "who watches does not wait for the next judgement"
        platform.close()


def test_a_small_budget_is_kept_and_told(tmp_path: Path) -> None:
    vision("models/person_yolox_nano_416.onnx")
    file = encode(tmp_path / "site.ts", clip("video/site_cctv_640x352.mp4")[:60])
    with servers.mosquitto(tmp_path / "broker") as port, serving(file, 6) as source:
        platform = Platform(port)
        config = write_config(
            tmp_path,
            mqtt=f"mqtt://127.0.0.1:{port}",
            cpu={"cores": 0.1},
            cameras=[
                {
                    "device": "cam",
                    "url": source.url,
                    "fps": 10,
                    "detector": {"model": "yolox-nano"},
                    "danger_zones": [{"id": "yard", "polygon": [[0.1, 0.4], [0.9, 0.4], [0.5, 1]]}],
                }
            ],
        )
        with agent(config) as process:
            platform.wait(Status, "agent", lambda s: of(s, "cam").health is Health.OK)
            time.sleep(4)
            platform.heard.clear()
            before, started = _cpu(process.pid), time.monotonic()
            time.sleep(8)
            used = (_cpu(process.pid) - before) / (time.monotonic() - started)
            status = platform.all(Status, "agent")[-1]
            readings = [t.samples[0].readings for t in platform.all(Telemetry, "cam")]
        platform.close()
    assert used < 0.14
    assert of(status, "cam").asked_fps == 10
    assert 0 < (of(status, "cam").judged_fps or 0) < 7
    assert 0 < mean(r["judged_fps"] for r in readings) < 7
    assert mean(r["camera_fps"] for r in readings) > 5, "decoding goes on"
    assert "cores are not enough" in config.with_suffix(".log").read_text(encoding="utf-8")


def _cpu(pid: int) -> float:
    """Processor seconds a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
