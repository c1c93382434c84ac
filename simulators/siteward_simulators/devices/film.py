"""A camera's H.264: one encode, while anybody watches, for every viewer."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

import av
import cv2
import numpy as np

from siteward_contracts.clock import Clock
from siteward_simulators.devices.materials import Image
from siteward_simulators.devices.renderer import render
from siteward_simulators.devices.scene import CameraScene
from siteward_simulators.world.state import SiteState

_log = logging.getLogger(__name__)

FPS: Final = 8
MILLISECONDS: Final = Fraction(1, 1000)
WAITING: Final = 2 * FPS
"""Frames kept for a slow viewer before it is cut off, as a camera's own buffer would."""

Ask = Callable[[], SiteState]
"""The site as it is now."""


class Offline(Exception):
    """The camera does not answer at present."""


@dataclass(frozen=True, slots=True)
class Item:
    """One encoded frame.

    Attributes:
        key: Whether decoding can begin here.
        transport: It as a piece of an MPEG transport stream.
        unit: It as an H.264 access unit in Annex B form.
    """

    key: bool
    transport: bytes
    unit: bytes


class Press:
    """One encoder and one muxer; keeps what the muxer wrote until it is taken."""

    def __init__(self, width: int, height: int) -> None:
        """For pictures of one size."""
        self._written: list[bytes] = []
        self._muxer = av.open(
            self, "w", format="mpegts", options={"mpegts_flags": "pat_pmt_at_frames"}
        )
        options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "26"}
        self._stream = self._muxer.add_stream("libx264", rate=FPS, options=options)
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.gop_size = FPS
        self._stream.codec_context.thread_count = 1
        self._stream.codec_context.time_base = MILLISECONDS

    def write(self, data: bytes) -> int:
        """What the muxer calls."""
        self._written.append(bytes(data))
        return len(data)

    def encode(self, picture: Image, milliseconds: int) -> list[Item]:
        """One picture, taken so long after the first."""
        planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = milliseconds, MILLISECONDS
        items = []
        for packet in self._stream.encode(frame):
            unit, key = bytes(packet), packet.is_keyframe
            self._muxer.mux(packet)
            items.append(Item(key, b"".join(self._written), unit))
            self._written.clear()
        return items


class Film:
    """Frames of one camera, encoded while there are viewers and not otherwise."""

    def __init__(self, scene: CameraScene, ask: Ask, clock: Clock) -> None:
        """Nothing runs until somebody watches."""
        self.scene = scene
        self._ask = ask
        self._clock = clock
        self._viewers: set[asyncio.Queue[Item | None]] = set()
        self._task: asyncio.Task[None] | None = None

    def clock(self) -> datetime:
        """What the camera's own clock says."""
        ahead = self._ask().cameras[self.scene.device].clock_offset
        return self._clock() + timedelta(seconds=ahead)

    async def watch(self) -> AsyncGenerator[Item]:
        """Yields frames as they come, from a key frame on.

        Raises:
            Offline: The camera is out of order now; a stream that runs just ends.
        """
        if self._ask().cameras[self.scene.device].fault == "offline":
            raise Offline(self.scene.device)
        queue: asyncio.Queue[Item | None] = asyncio.Queue(WAITING)
        self._viewers.add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._roll(), name=f"film {self.scene.device}")
        started = False
        try:
            while (item := await queue.get()) is not None:
                started = started or item.key
                if started:
                    yield item
        finally:
            self._viewers.discard(queue)

    async def _roll(self) -> None:
        press = Press(self.scene.width, self.scene.height)
        first = due = self._clock()
        last: Image | None = None
        while self._viewers:
            state = self._ask()
            fault = state.cameras[self.scene.device].fault
            if fault == "offline":
                break
            now = self._clock()
            if fault != "frozen" or last is None:
                last = await asyncio.to_thread(render, state, self.scene, now.timestamp())
            milliseconds = int((now - first) / timedelta(milliseconds=1))
            for item in await asyncio.to_thread(press.encode, last, milliseconds):
                self._give(item)
            due = max(due + timedelta(seconds=1 / FPS), now)
            await asyncio.sleep(max(0.0, (due - self._clock()).total_seconds()))
        for queue in self._viewers:
            _end(queue)

    def _give(self, item: Item) -> None:
        for queue in list(self._viewers):
            if queue.full():
                _log.warning("%s: a viewer is too slow and is cut off", self.scene.device)
                self._viewers.discard(queue)
                _end(queue)
            else:
                queue.put_nowait(item)


def _end(queue: asyncio.Queue[Item | None]) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)
