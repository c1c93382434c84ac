"""Live pictures, made only while somebody watches."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import cv2
import numpy as np

from siteward_contracts.framing import pack
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import Command, FrameBox, FrameHeader, Health
from siteward_edge.evidence.snapshot import jpeg
from siteward_edge.vision.ports import Frame, Image

LIVE_QUALITY: Final = 80
LIVE_WIDTH: Final = 960
"""Pixels; wider pictures are shrunk for the wall."""


@dataclass(slots=True)
class _Watch:
    until: datetime
    every: timedelta
    next: datetime


class Watches:
    """Which cameras are watched until when; told by commands, asked by camera threads."""

    def __init__(self) -> None:
        """Nobody watches yet."""
        self._lock = threading.Lock()
        self._watches: dict[str, _Watch] = {}

    def ask(self, device: str, command: Command, now: datetime) -> None:
        """Somebody watches a camera from now on, for as long as the command says."""
        every = timedelta(seconds=1 / command.fps)
        with self._lock:
            before = self._watches.get(device)
            due = before.next if before else now
            until = now + timedelta(seconds=command.seconds)
            self._watches[device] = _Watch(until, every, due)

    def wanted(self, device: str, now: datetime) -> bool:
        """Whether a picture of a camera is wanted now; counts as delivered."""
        with self._lock:
            watch = self._watches.get(device)
            if watch is None or now >= watch.until:
                return False
            if now < watch.next:
                return False
            # Keeps the rate when pictures come a little late, without bursts after a gap.
            watch.next = max(watch.next + watch.every, now)
            return True


def live_frame(frame: Frame, health: Health, boxes: Sequence[FrameBox], new_id: IdSource) -> bytes:
    """The payload of a live frame message; boxes are drawn by the viewer."""
    image = _narrowed(frame.image)
    header = FrameHeader(
        id=new_id(),
        ts=frame.ts,
        width=image.shape[1],
        height=image.shape[0],
        health=health,
        boxes=list(boxes),
    )
    return pack(header, jpeg(image, LIVE_QUALITY))


def _narrowed(image: Image) -> Image:
    height, width = image.shape[:2]
    if width <= LIVE_WIDTH:
        return image
    size = (LIVE_WIDTH, round(height * LIVE_WIDTH / width))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
