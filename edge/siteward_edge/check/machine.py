"""The agent's own machine: its disk, its clock, its key and what waits to be sent."""

import os
import shutil
import statistics
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from siteward_edge.check.outcome import CheckError, Found
from siteward_edge.config.delivery import OutboxFile
from siteward_edge.delivery import inspect
from siteward_edge.evidence.device_key import DeviceKeyError, read_key

WRITES: Final = 20
"""Small durable writes that are timed."""
BULK: Final = 8 * 1024 * 1024
"""Bytes of the large one."""
SLOW_WRITE: Final = 0.1
"""Seconds for a small durable write from which a disk holds up cameras; SD cards that wear out
take longer, good ones a tenth of it."""
LARGE_OFFSET: Final = 5.0
"""Seconds the clock may be off before somebody should look; the platform refuses 5 minutes."""

GIVEN_UP: Final = ("thinned", "expired", "refused")
"""Counts of what was not kept."""

Monotonic = Callable[[], float]


def outbox(settings: OutboxFile, now: datetime) -> Found:
    """What waits, since when, and what was not kept."""
    if not settings.path.exists():  # made here, it could belong to a user the agent is not
        return Found(f"{settings.path}: not there yet; the agent makes it when it starts")
    found = inspect.contents(settings.path)
    waiting, size = sum(w.messages for w in found.waiting), sum(w.bytes for w in found.waiting)
    oldest = min((w.oldest for w in found.waiting if w.oldest), default=None)
    since = f", the oldest for {_age(oldest, now)}" if oldest else ""
    gone = {n: c for n, c in found.counts.items() if n.split(".")[0] in GIVEN_UP}
    told = ", ".join(f"{name} {n}" for name, n in gone.items()) or "nothing ever given up"
    share = size / settings.max_bytes
    text = f"{waiting} messages waiting{since}, {share:.0%} of {_size(settings.max_bytes)}; {told}"
    return Found(text, warning=share > 0.5)


def disk(settings: OutboxFile, monotonic: Monotonic) -> Found:
    """Room for a full outbox, and how long a write takes that waits for the disk."""
    folder = settings.path.parent
    if not folder.is_dir():
        raise CheckError(f"{folder} does not exist; make it for the agent's user")
    used = settings.path.stat().st_size if settings.path.exists() else 0
    free = shutil.disk_usage(folder).free
    wanted = settings.max_bytes - used
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".check-") as file:
        times = []
        for _ in range(WRITES):
            began = monotonic()
            file.write(os.urandom(4096))
            file.flush()
            os.fsync(file.fileno())
            times.append(monotonic() - began)
        bulk = min(BULK, free // 4)
        began = monotonic()
        file.write(os.urandom(bulk))
        file.flush()
        os.fsync(file.fileno())
        speed = bulk / max(monotonic() - began, 1e-6)
    small = statistics.median(times)
    text = f"{folder}: {_size(free)} free, {speed / 1e6:.0f} MB/s, {small * 1e3:.1f} ms a write"
    if free < wanted:
        raise CheckError(
            f"{text}; a full outbox needs {_size(wanted)} more: free some, "
            f"or lower outbox.max_bytes to {_size(used + int(free * 0.8))}"
        )
    if small > SLOW_WRITE:
        return Found(f"{text}: slow; is the card worn out?", warning=True)
    return Found(text)


def clock(offset: float | None) -> Found:
    """Whether somebody keeps the clock in time."""
    if offset is None:
        text = "nobody keeps the clock in time; install chrony or enable systemd-timesyncd"
        return Found(text, warning=True)
    text = f"{offset * 1000:+.1f} ms against its time server"
    if abs(offset) > LARGE_OFFSET:
        return Found(f"{text}; it is being corrected, look again later", warning=True)
    return Found(text)


def key(file: Path) -> Found:
    """The key that signs pictures."""
    try:
        return Found(f"{file}, fingerprint {read_key(file).fingerprint}")
    except DeviceKeyError as error:
        raise CheckError(str(error)) from error


def _size(number: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if abs(number) < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def _age(then: datetime, now: datetime) -> str:
    hours = (now - then).total_seconds() / 3600
    return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.0f} days"
