"""Where every message waits on disk from before it is sent until the broker has it.

One SQLite file (WAL, synchronous=FULL) also keeps what must survive a restart with the
messages it led to, and the raw bytes of what sensors sent and nobody could read.

There are two lanes, and each keeps its order: findings (detections, progress and the pictures
that prove them) and telemetry. Findings overtake, so that a fresh one does not wait for days of
readings to be replayed.
"""

import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from siteward_edge.delivery import thinning
from siteward_edge.delivery.outbox_file import FINDINGS, TELEMETRY, Reserve, count, open_file, total
from siteward_edge.delivery.room import ROW_OVERHEAD, OutboxFullError, Outgoing, Room

log = logging.getLogger(__name__)

__all__ = ["ROW_OVERHEAD", "Outbox", "OutboxFullError", "Outgoing", "Waiting"]

TELEMETRY_TURN: Final = 4
"""While both lanes wait every fourth message taken is telemetry, so that it never starves; it is
so small beside pictures that findings lose under a hundredth of the link to it."""
REJECTED_KEPT: Final = timedelta(days=7)
"""How long unreadable raw data is kept (domain reference, section 3.7)."""
REJECTED_ROWS: Final = 10_000
"""At most so many are kept, so that a babbling box cannot fill the disk."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored message; ``seq`` settles it."""

    seq: int
    topic: str
    payload: bytes


class Outbox:
    """Bounded by bytes and, for telemetry, by age; safe between threads.

    What goes first when there is no room is decided by :class:`~.room.Room`; all of it is counted
    (:meth:`counts`) and told in the agent's status.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        """Opens or makes the file; what waited in it will be taken again."""
        self._db = open_file(path)
        self._reserve = Reserve(path)
        self._room = Room(self._db, max_bytes)
        self._lock = threading.Lock()
        self._taken = {FINDINGS: 0, TELEMETRY: 0}
        self._turn = 0
        self._arrived = threading.Event()

    def put(self, messages: Sequence[Outgoing], memory: Mapping[str, str] | None = None) -> None:
        """Stores messages, and what is to be remembered with them, all or nothing.

        Telemetry and pictures that find no room are left out and counted.

        Raises:
            OutboxFullError: There is no room, in the file's bound or on the disk.
        """
        try:
            with self._transaction():
                kept = self._room.made_for(messages, self._taken[TELEMETRY])
                self._db.executemany(
                    "INSERT INTO messages (topic, payload, thinnable, size) VALUES (?, ?, ?, ?)",
                    [(str(m.topic), m.payload, m.thinnable, m.size) for m in kept],
                )
                self._db.executemany(
                    "INSERT OR REPLACE INTO memory VALUES (?, ?)", (memory or {}).items()
                )
        except (sqlite3.OperationalError, OutboxFullError) as error:
            self.count("refused", len(messages))
            raise OutboxFullError(f"{len(messages)} messages not kept: {error}") from error
        self._arrived.set()

    def take(self, limit: int, max_bytes: int = 1 << 62) -> list[Waiting]:
        """The oldest messages not yet taken, of each lane in order.

        Args:
            limit: At most so many.
            max_bytes: No more once so many bytes of payload are taken; the last may go beyond.
        """
        taken: list[Waiting] = []
        with self._lock:
            while len(taken) < limit and max_bytes > 0:
                self._turn += 1
                first = TELEMETRY if self._turn % TELEMETRY_TURN == 0 else FINDINGS
                waiting = self._next(first) or self._next(
                    FINDINGS if first is TELEMETRY else TELEMETRY
                )
                if waiting is None:
                    self._arrived.clear()
                    break
                taken.append(waiting)
                max_bytes -= len(waiting.payload)
        return taken

    def wait(self, seconds: float) -> None:
        """Returns when something new is there to take, or after that time."""
        self._arrived.wait(seconds)

    def settle(self, seqs: Iterable[int]) -> None:
        """Forgets messages the broker has acknowledged."""
        rows = [(seq,) for seq in seqs]
        try:
            self._forget(rows)
        except sqlite3.OperationalError:
            if not self._reserve.give():
                raise
            log.warning("disk full: the space held back is used to forget what was delivered")
            self._forget(rows)
        self._reserve.hold()

    def release(self) -> None:
        """Lets everything taken and not settled be taken again."""
        with self._lock:
            self._taken = dict.fromkeys(self._taken, 0)
            self._arrived.set()

    def expire(self, before: datetime) -> None:
        """Gives up telemetry observed before an instant, and counts it; findings never."""
        more = True
        while more:
            more = False
            with self._unless_disk_full(), self._transaction():
                more = self._room.expire(before, self._taken[TELEMETRY])

    def oldest(self) -> datetime | None:
        """When the oldest waiting message was observed; None when nothing waits."""
        with self._lock:
            heads = [
                row
                for lane in self._taken
                for row in self._db.execute(
                    f"SELECT payload FROM messages WHERE {lane} ORDER BY seq LIMIT 1"
                )
            ]
        return min((ts for row in heads if (ts := thinning.made_at(row[0]))), default=None)

    @property
    def depth(self) -> int:
        """Messages on disk."""
        with self._lock:
            return total(self._db, "messages")

    @property
    def size(self) -> int:
        """Bytes they count for."""
        with self._lock:
            return total(self._db, "bytes")

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
            count(self._db, f"rejected.{reason}", 1)

    def rejected(self) -> list[tuple[str, str, str, bytes]]:
        """``(at, source, reason, raw)`` of what is kept, oldest first."""
        with self._lock:
            query = "SELECT at, source, reason, raw FROM rejected ORDER BY id"
            return self._db.execute(query).fetchall()

    def count(self, name: str, n: int = 1) -> None:
        """Adds to a counter that survives restarts."""
        with self._unless_disk_full(), self._transaction():
            count(self._db, name, n)

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

    def _forget(self, rows: Sequence[tuple[int]]) -> None:
        with self._transaction():
            self._db.executemany("DELETE FROM messages WHERE seq = ?", rows)
            count(self._db, "sent", len(rows))

    def _next(self, lane: str) -> Waiting | None:
        row = self._db.execute(
            f"SELECT seq, topic, payload FROM messages WHERE {lane} AND seq > ? "
            "ORDER BY seq LIMIT 1",
            (self._taken[lane],),
        ).fetchone()
        if row is None:
            return None
        self._taken[lane] = row[0]
        return Waiting(*row)
