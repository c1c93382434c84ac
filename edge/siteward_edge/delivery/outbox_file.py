"""The outbox's SQLite file: its tables, how it is opened and what is counted in it."""

import logging
import os
import sqlite3
from pathlib import Path
from typing import Final, Literal

log = logging.getLogger(__name__)

RESERVE: Final = 8 * 1024 * 1024
"""Bytes: SQLite's log before it is written back (4 MB) and as much for the file to grow by then."""
FINDINGS: Final = "thinnable = 0"
TELEMETRY: Final = "thinnable > 0"
"""The lanes, as SQLite's partial indexes know them."""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of replay
  topic TEXT NOT NULL,
  payload BLOB NOT NULL,
  thinnable INTEGER NOT NULL,             -- 0 findings; telemetry: 1, and 1 more per thinning
  size INTEGER NOT NULL                   -- bytes it counts for
);
CREATE TABLE IF NOT EXISTS totals (messages INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO totals SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM totals);
CREATE TRIGGER IF NOT EXISTS message_came AFTER INSERT ON messages BEGIN
  UPDATE totals SET messages = messages + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER IF NOT EXISTS message_went AFTER DELETE ON messages BEGIN
  UPDATE totals SET messages = messages - 1, bytes = bytes - old.size;
END;
CREATE INDEX IF NOT EXISTS findings ON messages (seq) WHERE thinnable = 0;
CREATE INDEX IF NOT EXISTS telemetry ON messages (seq) WHERE thinnable > 0;
CREATE INDEX IF NOT EXISTS thinning ON messages (thinnable, seq) WHERE thinnable > 0;
DROP INDEX IF EXISTS thinnable_messages;
CREATE TABLE IF NOT EXISTS memory (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rejected (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,                       -- RFC 3339, UTC
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  raw BLOB NOT NULL
);
"""


class Reserve:
    """Disk space that is held back beside the file, so that a full disk can be worked off.

    Forgetting what was delivered writes too. On a disk that the outbox itself has filled it could
    never begin; given back, these bytes are enough until the freed pages are used again.
    """

    def __init__(self, path: Path) -> None:
        """Holds the space, if there is any."""
        self._file = path.with_name(f"{path.name}.reserve")
        self._held = self._file.exists() and self._file.stat().st_size == RESERVE
        self.hold()

    def hold(self) -> None:
        """Takes the space as soon as the disk has it."""
        if self._held:
            return
        try:
            with self._file.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, RESERVE)
            self._held = True
        except OSError:
            self._file.unlink(missing_ok=True)

    def give(self) -> bool:
        """Gives the space to the file; False when there was none."""
        held, self._held = self._held, False
        self._file.unlink(missing_ok=True)
        return held


def open_file(path: Path) -> sqlite3.Connection:
    """Opens or makes the file.

    One that is no database any more (a bad disk) is put aside as ``….damaged``.

    Raises:
        sqlite3.OperationalError: Locked, no permission, disk full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path)
    except sqlite3.OperationalError as error:
        remedy = "may this user write there, is another program in it, is the disk full?"
        raise sqlite3.OperationalError(f"{path}: {error}; {remedy}") from error
    except sqlite3.DatabaseError as error:
        log.error("%s is damaged and put aside; a new one is begun: %s", path, error)
        for ending in ("", "-wal", "-shm"):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.replace(path.with_name(f"{path.name}.damaged{ending}"))
        return _open(path)


def total(db: sqlite3.Connection, column: Literal["messages", "bytes"]) -> int:
    """What waits, kept by triggers."""
    return int(db.execute(f"SELECT {column} FROM totals").fetchone()[0])


def count(db: sqlite3.Connection, name: str, n: int) -> None:
    """Adds to a counter that survives restarts."""
    if n:
        db.execute(
            "INSERT INTO counts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n",
            (name, n),
        )


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
