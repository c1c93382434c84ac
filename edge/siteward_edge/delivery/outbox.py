"""Where every message waits on disk from before it is sent until the broker has it.

One SQLite file (WAL, synchronous=FULL) also keeps what must survive a restart with the
messages it led to, and the raw bytes of what sensors sent and nobody could read.
"""

import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from siteward_contracts.topics import Kind, Topic

log = logging.getLogger(__name__)

ROW_OVERHEAD: Final = 200
"""Bytes counted for a message besides its payload: topic, keys and index, roughly."""
REJECTED_KEPT: Final = timedelta(days=7)
"""How long unreadable raw data is kept (domain reference, section 3.7)."""
REJECTED_ROWS: Final = 10_000
"""At most so many are kept, so that a babbling box cannot fill the disk."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of replay
  topic TEXT NOT NULL,
  payload BLOB NOT NULL,
  thinnable INTEGER NOT NULL,             -- 1 for telemetry, the first to go when full
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
CREATE INDEX IF NOT EXISTS thinnable_messages ON messages (seq) WHERE thinnable = 1;
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


class OutboxFullError(Exception):
    """A message that may not be thinned finds no room; it was counted, not kept."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to be sent."""

    topic: Topic
    payload: bytes

    @property
    def size(self) -> int:
        """Bytes it counts for in the outbox."""
        return len(self.payload) + ROW_OVERHEAD


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored message; ``seq`` settles it."""

    seq: int
    topic: str
    payload: bytes


class Outbox:
    """Bounded by bytes, safe between threads.

    When full, every other telemetry message is given up, again and again while needed, so
    that charts lose resolution before they lose time. Anything else is never given up: it
    is refused with :class:`OutboxFullError` once no telemetry is left to thin.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        """Opens or makes the file; what waited in it will be taken again."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA)
        self._lock = threading.Lock()
        self._max_bytes = max_bytes
        self._taken_to = 0
        self._arrived = threading.Event()

    def put(self, messages: Sequence[Outgoing], memory: Mapping[str, str] | None = None) -> None:
        """Stores messages, and what is to be remembered with them, all or nothing.

        Raises:
            OutboxFullError: There is no room, in the file's bound or on the disk.
        """
        try:
            with self._transaction():
                kept = self._make_room(messages)
                self._db.executemany(
                    "INSERT INTO messages (topic, payload, thinnable, size) VALUES (?, ?, ?, ?)",
                    [(str(m.topic), m.payload, _thinnable(m), m.size) for m in kept],
                )
                self._db.executemany(
                    "INSERT OR REPLACE INTO memory VALUES (?, ?)", (memory or {}).items()
                )
        except (sqlite3.OperationalError, OutboxFullError) as error:
            self.count("refused", len(messages))
            raise OutboxFullError(f"{len(messages)} messages not kept: {error}") from error
        self._arrived.set()

    def take(self, limit: int) -> list[Waiting]:
        """The oldest messages not yet taken, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT seq, topic, payload FROM messages WHERE seq > ? ORDER BY seq LIMIT ?",
                (self._taken_to, limit),
            ).fetchall()
            if rows:
                self._taken_to = rows[-1][0]
            else:
                self._arrived.clear()
        return [Waiting(*row) for row in rows]

    def wait(self, seconds: float) -> None:
        """Returns when something new is there to take, or after that time."""
        self._arrived.wait(seconds)

    def settle(self, seqs: Iterable[int]) -> None:
        """Forgets messages the broker has acknowledged."""
        with self._transaction():
            self._db.executemany("DELETE FROM messages WHERE seq = ?", [(s,) for s in seqs])

    def release(self) -> None:
        """Lets everything taken and not settled be taken again."""
        with self._lock:
            self._taken_to = 0
            self._arrived.set()

    @property
    def depth(self) -> int:
        """Messages on disk."""
        with self._lock:
            return self._total("messages")

    @property
    def size(self) -> int:
        """Bytes they count for."""
        with self._lock:
            return self._total("bytes")

    def recall(self, key: str) -> str | None:
        """What was last remembered under a key."""
        with self._lock:
            row = self._db.execute("SELECT value FROM memory WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def reject(self, at: datetime, source: str, reason: str, raw: bytes) -> None:
        """Keeps unreadable raw data for :data:`REJECTED_KEPT` and counts it."""
        with self._unless_disk_full(), self._transaction():
            self._db.execute(
                "INSERT INTO rejected (at, source, reason, raw) VALUES (?, ?, ?, ?)",
                (at.isoformat(), source, reason, raw),
            )
            self._db.execute(
                "DELETE FROM rejected WHERE at < ? OR id <= (SELECT max(id) FROM rejected) - ?",
                ((at - REJECTED_KEPT).isoformat(), REJECTED_ROWS),
            )
            self._count(f"rejected.{reason}", 1)

    def rejected(self) -> list[tuple[str, str, str, bytes]]:
        """``(at, source, reason, raw)`` of what is kept, oldest first."""
        with self._lock:
            query = "SELECT at, source, reason, raw FROM rejected ORDER BY id"
            return self._db.execute(query).fetchall()

    def count(self, name: str, n: int = 1) -> None:
        """Adds to a counter that survives restarts."""
        with self._unless_disk_full(), self._transaction():
            self._count(name, n)

    def counts(self) -> dict[str, int]:
        """Every counter; ``thinned`` and ``refused`` are messages that were not kept."""
        with self._lock:
            return dict(self._db.execute("SELECT name, n FROM counts ORDER BY name").fetchall())

    def close(self) -> None:
        """Closes the file; nothing is lost without it."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _unless_disk_full(self) -> Iterator[None]:
        """For what is worth keeping but must not stop whoever reports it."""
        try:
            yield
        except sqlite3.OperationalError as error:
            log.error("outbox cannot keep a refusal or a count: %s", error)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _make_room(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        needed = sum(m.size for m in messages)
        while self._total("bytes") + needed > self._max_bytes:
            thinned = self._db.execute(
                "DELETE FROM messages WHERE seq IN (SELECT seq FROM (SELECT seq, row_number() "
                "OVER (ORDER BY seq) AS n FROM messages WHERE thinnable = 1) WHERE n % 2 = 1)"
            ).rowcount
            if thinned == 0:
                lasting = [m for m in messages if not _thinnable(m)]
                if lasting:
                    kinds = ", ".join(sorted({m.topic.kind for m in lasting}))
                    raise OutboxFullError(f"no room for {kinds} in {self._max_bytes} bytes")
                self._count("thinned", len(messages))
                return []
            self._count("thinned", thinned)
        return list(messages)

    def _total(self, column: Literal["messages", "bytes"]) -> int:
        return int(self._db.execute(f"SELECT {column} FROM totals").fetchone()[0])

    def _count(self, name: str, n: int) -> None:
        self._db.execute(
            "INSERT INTO counts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n",
            (name, n),
        )


def _thinnable(message: Outgoing) -> bool:
    return message.topic.kind is Kind.TELEMETRY
