"""One picture of every camera and day, kept for years in a folder of its own.

``{path}/{camera}/{year}/{time}.{sha256}.jpg``: what is needed to find, date and verify a
picture is its name, so that the folder can be read without this program. The bytes are those
that were hashed, signed and sent as evidence.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from siteward_contracts.clock import SHANGHAI
from siteward_edge.config.pictures import Pictures

log = logging.getLogger(__name__)

RECENT: Final = timedelta(days=90)
"""So long every day is kept while older ones can be thinned instead."""
_TIME: Final = "%Y-%m-%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class DailyPicture:
    """A picture in the album."""

    ts: datetime
    sha256: str
    file: Path
    size: int

    @property
    def day(self) -> date:
        """The day it stands for, in Shanghai."""
        return self.ts.astimezone(SHANGHAI).date()


class Album:
    """The folder, bounded by years and bytes; safe between threads."""

    def __init__(self, settings: Pictures) -> None:
        """Nothing is made until there is a picture."""
        self._settings = settings
        self._lock = threading.Lock()

    def folder(self, device: str) -> Path:
        """Where a camera's pictures are."""
        return self._settings.path / device

    def keep(self, device: str, ts: datetime, sha256: str, jpeg: bytes) -> Counter[str]:
        """Adds the picture of a day and keeps to the bounds.

        Returns:
            What was given up, by the reason, for the agent's counts.

        Raises:
            OSError: It cannot be written.
        """
        with self._lock:
            file = self.folder(device) / f"{ts.astimezone(SHANGHAI):%Y}" / _name(ts, sha256)
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_suffix(".part")
            unfinished.write_bytes(jpeg)
            unfinished.replace(file)
            return self._bound(ts)

    def pictures(self, device: str) -> list[DailyPicture]:
        """A camera's pictures, oldest first."""
        return list_of(self.folder(device))

    def _bound(self, now: datetime) -> Counter[str]:
        given_up: Counter[str] = Counter()
        folders = [f for f in self._settings.path.iterdir() if f.is_dir()]
        kept = {folder: list_of(folder) for folder in folders}
        years = self._settings.keep_years
        for folder in folders:
            old = [p for p in kept[folder] if (now - p.ts).days > years * 365.25]
            given_up["pictures.expired"] += _remove(old, "older than keep_years")
            kept[folder] = [p for p in kept[folder] if p not in old]
        for word, period, since in THINNING:
            excess = _size(kept.values()) - self._settings.max_bytes
            if excess > 0:
                gone = _first(_to_spare(kept.values(), period, now - since), excess)
                given_up[f"pictures.thinned_{word}"] += _remove(gone, f"thinned to {word}")
                kept = {f: [p for p in rest if p not in gone] for f, rest in kept.items()}
        if _size(kept.values()) > self._settings.max_bytes:
            log.error("%s: one picture a month is over max_bytes; raise it", self._settings.path)
            given_up["pictures.over_bound"] += 1
        return +given_up


def list_of(folder: Path) -> list[DailyPicture]:
    """The pictures below a camera's folder, oldest first; other files are let be."""
    found = []
    for file in folder.glob("*/*.jpg"):
        time, _, sha256 = file.stem.partition(".")
        try:
            ts = datetime.strptime(time, _TIME).replace(tzinfo=UTC)
        except ValueError:
            continue
        found.append(DailyPicture(ts, sha256, file, file.stat().st_size))
    return sorted(found, key=lambda p: p.ts)


def _name(ts: datetime, sha256: str) -> str:
    return f"{ts.astimezone(UTC).strftime(_TIME)}.{sha256}.jpg"


def _week(day: date) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return year, week


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


THINNING: Final = (
    ("weekly", _week, RECENT),
    ("monthly", _month, RECENT),
    ("weekly", _week, timedelta()),
    ("monthly", _month, timedelta()),
)
"""To one picture of what period, and older than what; one step after the other while needed."""


def _to_spare(
    cameras: Iterable[list[DailyPicture]],
    period: Callable[[date], tuple[int, int]],
    until: datetime,
) -> list[DailyPicture]:
    """Pictures that are neither their camera's first of a period nor its newest, oldest first."""
    spare = []
    for pictures in cameras:
        seen: set[tuple[int, int]] = set()
        for picture in pictures:
            key = period(picture.day)
            if key in seen and picture.ts <= until and picture is not pictures[-1]:
                spare.append(picture)
            seen.add(key)
    return sorted(spare, key=lambda p: p.ts)


def _first(pictures: list[DailyPicture], excess: int) -> list[DailyPicture]:
    gone: list[DailyPicture] = []
    for picture in pictures:
        if excess <= 0:
            break
        gone.append(picture)
        excess -= picture.size
    return gone


def _size(cameras: Iterable[list[DailyPicture]]) -> int:
    return sum(p.size for pictures in cameras for p in pictures)


def _remove(pictures: list[DailyPicture], why: str) -> int:
    for picture in pictures:
        log.warning("%s: deleted, %s", picture.file, why)
        picture.file.unlink(missing_ok=True)
    return len(pictures)
