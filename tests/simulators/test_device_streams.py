"""Cameras on the wire, opened by a real client, over HTTP and over RTSP."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Event, Thread

import av
import httpx
import pytest

from siteward_contracts.clock import utc_now
from siteward_simulators.devices.film import FPS
from siteward_simulators.devices.ports import DevicePorts
from siteward_simulators.devices.rtsp import can_serve_rtsp
from siteward_simulators.devices.serve import run_devices
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.state import CameraTruth, SiteState
from siteward_simulators.world.world import World
from tests.servers import free_port, program

ROAD = next(s for s in load_scenarios() if s.site == "road")
LOW_DELAY = {
    "rtsp_transport": "tcp", "fflags": "nobuffer", "flags": "low_delay",
    "analyzeduration": "200000", "probesize": "50000",
}  # fmt: skip


@dataclass
class Watched(World):
    """A world that counts how often it is asked, with one camera's fault set from outside."""

    fault: str = "none"
    asked: int = 0
    base: World = field(default_factory=lambda: World(ROAD, 7, datetime.now(UTC)))

    def at(self, t: datetime) -> SiteState:
        self.asked += 1
        state = self.base.at(t)
        cameras = {name: CameraTruth(name) for name in state.cameras}
        cameras["cam-east"] = CameraTruth("cam-east", self.fault)  # type: ignore[arg-type]
        return replace(state, cameras=cameras)


@contextmanager
def devices(rtsp: bool) -> Iterator[tuple[DevicePorts, Watched]]:
    ports = DevicePorts(free_port(), free_port() if rtsp else None, {}, {})
    world, stop, failure = Watched(), Event(), []

    async def run() -> None:
        task = asyncio.create_task(run_devices({"road": world}, [ROAD], ports, utc_now))
        while not stop.is_set() and not task.done():
            await asyncio.sleep(0.05)
        task.cancel()
        result = (await asyncio.gather(task, return_exceptions=True))[0]
        if not isinstance(result, asyncio.CancelledError):
            failure.append(result)

    thread = Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        yield ports, world
    finally:
        stop.set()
        thread.join(15)
    assert not failure and not thread.is_alive()


def opened(url: str, seconds: float = 15) -> av.container.InputContainer:
    options = LOW_DELAY if url.startswith("rtsp") else {}
    deadline = time.monotonic() + seconds
    while True:
        try:
            return av.open(url, options=options, timeout=5)
        except (av.FFmpegError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def frames(url: str, count: int) -> tuple[int, float]:
    """Decodes so many frames; returns the picture's width and the seconds they took."""
    with opened(url) as container:
        began, width, got = time.monotonic(), 0, 0
        for frame in container.decode(video=0):
            got, width = got + 1, frame.width
            if got == count:
                break
        assert got == count
        return width, time.monotonic() - began


def test_a_camera_is_h264_over_http_and_rests_when_nobody_watches() -> None:
    with devices(rtsp=False) as (ports, world):
        url = ports.camera_url("road", "cam-east")
        assert url.startswith("http://")
        with opened(url) as container:
            assert container.streams.video[0].codec_context.name == "h264"
        width, seconds = frames(url, 3 * FPS)
        assert width == 960
        assert seconds < 12
        time.sleep(1.0)  # the last viewer's frame is on its way
        before = world.asked
        time.sleep(1.0)
        assert world.asked == before


def test_an_offline_camera_ends_its_streams_and_answers_503() -> None:
    with devices(rtsp=False) as (ports, world):
        url = ports.camera_url("road", "cam-east")
        with opened(url) as container:
            world.fault = "offline"
            with suppress(av.FFmpegError):
                for _ in container.demux(video=0):
                    pass
        assert httpx.get(url).status_code == 503
        lost = httpx.get(url.replace("cam-east", "cam-nowhere"))
        assert lost.status_code == 404 and "road/cam-east" in lost.text
        world.fault = "none"
        frames(url, 3)


@pytest.mark.system
def test_a_camera_is_the_same_stream_over_rtsp() -> None:
    program("python3", "/usr/bin")
    if not can_serve_rtsp():
        program("gst-rtsp-server bindings (gir1.2-gst-rtsp-server-1.0, python3-gi)")
    with devices(rtsp=True) as (ports, world):
        url = ports.camera_url("road", "cam-west")
        assert url.startswith("rtsp://")
        width, seconds = frames(url, 3 * FPS)
        assert width == 960
        assert seconds < 12
        time.sleep(2.0)  # the RTSP server lets go of the camera
        before = world.asked
        time.sleep(1.0)
        assert world.asked == before
