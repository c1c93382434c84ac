"""Where refused messages wait for a person: one SQLite file, bounded, oldest out first."""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from siteward_ingest.series import instant, micros

KEPT_PAYLOAD: Final = 64 * 1024
"""Bytes kept of a payload; a longer one is known by its hash and cannot be replayed."""
MAX_BYTES: Final = 64 * 1024 * 1024
"""Payload bytes kept in all."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL, -- microseconds since 1970, first time
    topic TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT NOT NULL, payload BLOB NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    UNIQUE (sha256, topic, reason)
);
CREATE TABLE IF NOT EXISTS evicted (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER);
INSERT OR IGNORE INTO evicted VALUES (1, 0);
"""
_COLUMNS: Final = "id, received_at, topic, reason, detail, size, sha256, payload, times"
_ADD: Final = (
    "INSERT INTO refused (received_at, topic, reason, detail, size, sha256, payload) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET times = times + 1, detail = excluded.detail"
)


class QuarantineError(Exception):
    """The quarantine file cannot be used now; nothing refused may be acknowledged."""


class Refused(msgspec.Struct, frozen=True):
    """A message, or part of one, that was not stored.

    Attributes:
        received_at: When it came, the first time.
        topic: The topic as received.
        reason: A :class:`~siteward_contracts.decode.Reason`, ``store_refused`` or ``internal``.
        detail: Names the field, the value and the remedy.
        payload: The payload, at most the first :data:`KEPT_PAYLOAD` bytes once kept.
        size: Bytes of the whole payload.
        sha256: Of the whole payload.
        times: How often it came.
        id: Its number in the file; 0 before it is kept.
    """

    received_at: datetime
    topic: str
    reason: str
    detail: str
    payload: bytes
    size: int
    sha256: str
    times: int = 1
    id: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all of the payload was kept."""
        return len(self.payload) == self.size


def refused(received_at: datetime, topic: str, reason: str, detail: str, payload: bytes) -> Refused:
    """A record of a message that just arrived."""
    digest = hashlib.sha256(payload).hexdigest()
    return Refused(received_at, topic, reason, detail, payload[:KEPT_PAYLOAD], len(payload), digest)


class Quarantine:
    """The file. A message that comes again is counted, not kept twice."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        """Opens or creates the file.

        Raises:
            QuarantineError: It cannot be opened.
        """
        self._max_bytes = max_bytes
        try:
            self._db = sqlite3.connect(path, timeout=5)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise QuarantineError(f"quarantine {path}: {error}") from error

    def add(self, records: Sequence[Refused]) -> int:
        """Keeps records durably; returns how many old ones had to go.

        Raises:
            QuarantineError: Nothing was kept; add the same records again later.
        """
        if not records:
            return 0
        rows = [
            (micros(r.received_at), r.topic, r.reason, r.detail, r.size, r.sha256, r.payload)
            for r in records
        ]
        try:
            with self._db:
                self._db.executemany(_ADD, rows)
                return self._evict()
        except sqlite3.Error as error:
            raise QuarantineError(f"quarantine: {error}") from error

    def all(self) -> list[Refused]:
        """Every record, newest first."""
        return list(map(_record, self._db.execute(f"SELECT {_COLUMNS} FROM refused ORDER BY -id")))

    def get(self, number: int) -> Refused | None:
        """One record, or None where there is none of that number."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM refused WHERE id = ?", (number,))
        return next(map(_record, rows), None)

    def remove(self, number: int) -> None:
        """Takes a record out, after its message was published again."""
        with self._db:
            self._db.execute("DELETE FROM refused WHERE id = ?", (number,))

    @property
    def evicted(self) -> int:
        """How many records had to go since the file was made."""
        return int(self._db.execute("SELECT count FROM evicted").fetchone()[0])

    def close(self) -> None:
        """Gives the file back."""
        self._db.close()

    def _evict(self) -> int:
        rows = self._db.execute("SELECT id, length(payload) FROM refused ORDER BY -id")
        gone = _beyond(rows, self._max_bytes)
        self._db.executemany("DELETE FROM refused WHERE id = ?", [(number,) for number in gone])
        self._db.execute("UPDATE evicted SET count = count + ?", (len(gone),))
        return len(gone)


def _beyond(sizes: Iterable[tuple[int, int]], limit: int) -> list[int]:
    """Of (id, bytes) newest first, the ids after the limit is reached."""
    total, gone = 0, []
    for number, size in sizes:
        total += size + 1024  # a record costs something even when its payload is empty
        if total > limit:
            gone.append(number)
    return gone


def _record(row: tuple[int, int, str, str, str, int, str, bytes, int]) -> Refused:
    number, at, topic, reason, detail, size, digest, payload, times = row
    return Refused(instant(at), topic, reason, detail, payload, size, digest, times, number)
