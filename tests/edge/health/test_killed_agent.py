"""Blind intervals of a real agent that is killed: real broker, real video, SIGKILL."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from siteward_contracts.messages import Detection, Telemetry
from tests import servers
from tests.edge.pictures import encode, scene, serving, with_clock
from tests.edge.test_agent import Platform, agent, write_config

pytestmark = pytest.mark.system


def intervals(platform: Platform) -> list[tuple[str, str, str]]:
    """Each begin and end: track, phase and cause, in order; repeats left out as ingest does."""
    once = {d.id: d for d in platform.all(Detection, "cam")}
    return [(d.track, d.phase, d.detail) for d in once.values()]


def sees(message: Telemetry) -> bool:
    return message.samples[0].readings.get("camera_ok") == 1


def test_each_interval_has_one_begin_and_one_end_although_the_agent_is_killed_in_between(
    tmp_path: Path,
) -> None:
    images = [with_clock(scene(), number) for number in range(20)]
    stream = encode(tmp_path / "site.ts", images)
    with servers.mosquitto(tmp_path / "broker") as port, serving(stream, 2) as camera:
        platform = Platform(port)
        config = write_config(
            tmp_path,
            mqtt=f"mqtt://127.0.0.1:{port}",
            cameras=[
                {
                    "device": "cam",
                    "url": camera.url,
                    "detector": {"kind": "rendered_scene"},
                    "health": {"stall_seconds": 2, "decide_seconds": 1},
                }
            ],
        )
        with agent(config) as process:
            platform.wait(Telemetry, "cam", sees)
            camera.stalled.set()
            stalled = platform.wait(Detection, "cam", lambda d: d.phase == "begin")
            process.kill()
            process.wait()
        with agent(config) as process:
            time.sleep(3)
            assert len(intervals(platform)) == 1, "still the same interval"
            camera.stalled.clear()
            platform.wait(Detection, "cam", lambda d: d.phase == "end")
            looked = platform.wait(Telemetry, "cam", lambda t: sees(t) and t.ts > stalled.ts)
            process.kill()
            process.wait()
        time.sleep(3)
        with agent(config):
            stopped = platform.wait(Detection, "cam", lambda d: d.detail == "agent stopped")
            ended = platform.wait(
                Detection, "cam", lambda d: d.phase == "end" and d.track == stopped.track
            )
            time.sleep(1)
        platform.close()
    heard = intervals(platform)
    assert heard == [
        (stalled.track, "begin", stalled.detail),
        (stalled.track, "end", stalled.detail),
        (stopped.track, "begin", "agent stopped"),
        (stopped.track, "end", "agent stopped"),
    ]
    assert {d.kind for d in platform.all(Detection, "cam")} == {"camera_offline"}
    assert stopped.first_seen is not None
    assert ended.last_seen is not None
    assert stopped.first_seen > looked.ts - timedelta(seconds=1), (
        "when it last looked, not when it was started again"
    )
    assert ended.last_seen > stopped.ts
