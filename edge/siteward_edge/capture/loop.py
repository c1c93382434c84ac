"""Keeps a camera open, whatever happens."""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from av import VideoFrame

from siteward_contracts.clock import Clock
from siteward_edge.capture.latest import Latest
from siteward_edge.capture.pictures import pictures
from siteward_edge.capture.source import Cause, Source, SourceError, ignore

log = logging.getLogger(__name__)

SHORTEST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""Seconds between attempts to connect, doubling from the shorter to the longer."""
PROBATION: Final = timedelta(seconds=3)
"""A stream that was corrupt must be intact for so long before its pictures count again."""

TOLD_AGAIN: Final = timedelta(minutes=10)
"""The same trouble of the same camera goes into the log this often at most."""

Told = tuple[Cause, datetime]
"""What was told last, and when."""


def backoff(attempt: int, rng: random.Random) -> float:
    """Seconds to wait before attempt number ``attempt`` (from 0), jittered by half."""
    full = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0 ** min(attempt, 10))
    return full * rng.uniform(0.5, 1)


def capture(
    source: Source,
    latest: Latest,
    stop: threading.Event,
    clock: Clock,
    rng: random.Random,
    note: Callable[[str], None] = ignore,
    wait: Callable[[float], object] | None = None,
) -> None:
    """Keeps ``latest`` fresh until told to stop; never gives up and never raises.

    Args:
        source: What to open. A file is played at its own speed, again and again.
        latest: Where pictures go.
        stop: Ends it, at the latest when the read in progress times out.
        clock: Stamps pictures on arrival.
        rng: Spreads attempts to reconnect.
        note: Told what is counted, a word each time: damaged, refused, reopened.
        wait: Waits between attempts; ``stop.wait`` unless given.
    """
    pause = wait or stop.wait
    attempt = 0
    told: Told | None = None
    while not stop.is_set():
        first: datetime | None = None
        trouble = latest.trouble
        doubted = trouble is not None and trouble.cause is Cause.CORRUPT
        try:
            for picture in _paced(source, pictures(source, clock, stop.wait, note), stop):
                now = clock()
                first = first or now
                if not doubted or now - first >= PROBATION:
                    latest.put(picture, now)
                    attempt, doubted = 0, False
                if stop.is_set():
                    return
            if source.scheme == "file" and first is not None:
                pause(SHORTEST_PAUSE)
                continue  # a clip that is over begins again
            error = SourceError(f"{source.name} ended")
        except SourceError as caught:
            error = caught
        except Exception as caught:  # a camera must never end the agent
            log.exception("capture of %s failed", source.name)
            error = SourceError(repr(caught))
        told = _tell(error, told, clock())
        _lost(error, latest)
        note("reopened")
        pause(backoff(attempt, rng))
        attempt += 1


def _tell(error: SourceError, told: Told | None, now: datetime) -> Told:
    """Logs a trouble, but not again and again what a camera does every few seconds."""
    if told is not None and told[0] is error.cause and now - told[1] < TOLD_AGAIN:
        return told
    log.warning("no pictures (%s): %s", error.cause, error)
    return error.cause, now


def _lost(error: SourceError, latest: Latest) -> None:
    before: datetime | None = latest.trouble.since if latest.trouble else None
    # The trouble began where the first of its errors says, however often it was tried since.
    error.since = min(filter(None, (before, error.since)), default=None)
    latest.lost(error)


def _paced(
    source: Source, found: Iterator[VideoFrame], stop: threading.Event
) -> Iterator[VideoFrame]:
    """Live streams as they come; files no faster than their frame times say."""
    if source.scheme != "file":
        yield from found
        return
    before: float | None = None
    for picture in found:
        now = picture.time
        if before is not None and now is not None:
            stop.wait(min(max(now - before, 0), 1))
        before = now
        yield picture
