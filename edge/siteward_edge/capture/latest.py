"""The newest picture of a camera, between the thread that decodes and the one that judges."""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from av import VideoFrame

from siteward_edge.capture.source import Cause, SourceError
from siteward_edge.vision.ports import Frame, Image


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture as the decoder gives it; turning it into pixels waits until it is wanted."""

    picture: VideoFrame
    ts: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no stream.

    Attributes:
        text: For people.
        cause: In a word.
        since: Since when, where that is known better than by the last picture.
    """

    text: str
    cause: Cause
    since: datetime | None = None


class Latest:
    """The newest picture of one camera, between its capture thread and its reader."""

    def __init__(self) -> None:
        """Starts with no picture."""
        self._changed = threading.Condition()
        self._newest: Decoded | None = None
        self._read = 0
        self._count = 0
        self._trouble: Trouble | None = Trouble("not connected yet", Cause.NO_SIGNAL)

    def put(self, picture: VideoFrame, ts: datetime) -> None:
        """Replaces the picture, read or not."""
        with self._changed:
            self._count += 1
            self._newest = Decoded(picture, ts, self._count)
            self._trouble = None
            self._changed.notify_all()

    def lost(self, error: SourceError) -> None:
        """Notes that the stream broke."""
        self._trouble = Trouble(str(error), error.cause, error.since)

    def take(self, timeout: float) -> Decoded | None:
        """The newest picture not read before, waited for; None when none comes."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > self._read, timeout)
            if self._newest is None or self._count == self._read:
                return None
            self._read = self._count
            return self._newest

    @property
    def count(self) -> int:
        """Pictures received so far."""
        return self._count

    @property
    def trouble(self) -> Trouble | None:
        """Why there is no stream; None while there is one."""
        return self._trouble

    @property
    def cause(self) -> Cause:
        """Why no pictures come, asked when none do."""
        trouble = self._trouble
        return trouble.cause if trouble else Cause.STALLED

    def silent_since(self, newest: datetime) -> datetime:
        """Since when nothing usable comes, if the last picture read is of ``newest``."""
        trouble = self._trouble
        return min(trouble.since, newest) if trouble and trouble.since else newest


def to_frame(decoded: Decoded, device: str) -> Frame:
    """The pixels of a decoded picture."""
    image = decoded.picture.to_ndarray(format="bgr24")
    return Frame(image=cast(Image, image), ts=decoded.ts, device=device)
