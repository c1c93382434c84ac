"""The ground truth on disk, for the scorecard: what happened, written as it happens.

Never read by anything that stands in for a site or an office.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from siteward_simulators.world.hazards import Episode
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.world import World

BEHIND: Final = 0.85
"""SPI below which a project is behind schedule (domain default)."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS episode (
  site TEXT NOT NULL, kind TEXT NOT NULL, device TEXT NOT NULL, zone TEXT,
  start REAL NOT NULL, end REAL NOT NULL, level REAL NOT NULL,
  PRIMARY KEY (site, kind, device, start)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (
  site TEXT NOT NULL, day INTEGER NOT NULL, visible REAL NOT NULL, coverage REAL NOT NULL,
  work_items TEXT NOT NULL, zones TEXT NOT NULL,
  PRIMARY KEY (site, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claim (
  site TEXT NOT NULL, title TEXT NOT NULL, live INTEGER NOT NULL, expected TEXT NOT NULL,
  PRIMARY KEY (site, title)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS watched (
  start REAL NOT NULL PRIMARY KEY, end REAL NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class TrueEpisode:
    """Something that was really wrong; times are seconds since 1970."""

    site: str
    kind: str
    device: str
    zone: str | None
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class TrueClaim:
    """A claim and the fund rules that should fire on it."""

    site: str
    title: str
    live: bool
    expected: frozenset[str]


class Truth:
    """The file. Writing the same again changes nothing."""

    def __init__(self, file: Path) -> None:
        """Opens or makes the file."""
        self._file = file
        with closing(self._open()) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(_SCHEMA)

    def write_claims(self, scenarios: Sequence[Scenario]) -> None:
        """Every claim of every site with the rules it should meet."""
        rows = [
            (s.site, claim.title, claim is s.live_claim, json.dumps(sorted(claim.expected)))
            for s in scenarios
            for claim in (*s.claims, s.live_claim)
        ]
        self._write("INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?)", rows)

    def write_world(self, world: World, start: datetime, end: datetime) -> None:
        """What began in ``[start, end)``, and how far the work was on each of its days."""
        site = world.scenario.site
        begun = [e for e in world.episodes(start, end) if e.start >= start]
        rows = [_row(site, episode) for episode in begun]
        self._write("INSERT OR IGNORE INTO episode VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self._write(
            "INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?, ?, ?)",
            list(_progress(world, start, end)),
        )

    def write_watched(self, start: datetime, end: datetime) -> None:
        """Devices were really running in ``[start, end)``; a longer end replaces a shorter."""
        row = (start.timestamp(), end.timestamp())
        self._write("INSERT OR REPLACE INTO watched VALUES (?, ?)", [row])

    def episodes(self) -> list[TrueEpisode]:
        """Everything that was wrong, by when it began."""
        rows = self._read("SELECT site, kind, device, zone, start, end FROM episode ORDER BY start")
        return [TrueEpisode(*row) for row in rows]

    def claims(self) -> list[TrueClaim]:
        """Every claim."""
        rows = self._read("SELECT site, title, live, expected FROM claim ORDER BY site, title")
        return [TrueClaim(a, b, bool(c), frozenset(json.loads(d))) for a, b, c, d in rows]

    def latest_visible(self) -> dict[str, float]:
        """Site to the percent really done on the weight that cameras cover, last known."""
        rows = self._read("SELECT site, visible, MAX(day) FROM progress GROUP BY site")
        return {site: visible for site, visible, _ in rows}

    def watched(self) -> list[tuple[float, float]]:
        """When devices were really running."""
        return [(a, b) for a, b in self._read("SELECT start, end FROM watched ORDER BY start")]

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._file, timeout=10)
        db.execute("PRAGMA synchronous=NORMAL")  # in WAL a kill loses nothing; power may
        return db

    def _write(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        with closing(self._open()) as db, db:
            db.executemany(sql, rows)

    def _read(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(self._open()) as db:
            return db.execute(sql).fetchall()


def _row(site: str, e: Episode) -> tuple[object, ...]:
    return site, e.kind, e.device, e.zone, e.start.timestamp(), e.end.timestamp(), e.level


def _progress(world: World, start: datetime, end: datetime) -> Iterable[tuple[object, ...]]:
    s = world.scenario
    coverage = sum(zone.weight for zone in s.zones)
    day = int(world.calendar.days(start) // 1)
    while (begins := world.calendar.start(day)) < end:
        ts = min(begins + timedelta(hours=18), end)
        items = world.work_items(ts)
        visible = sum(z.weight * items[z.work_item] for z in s.zones) / coverage if coverage else 0
        states = {zone: truth.state for zone, truth in world.zones(ts).items()}
        yield s.site, day, visible, coverage, json.dumps(items), json.dumps(states)
        day += 1
