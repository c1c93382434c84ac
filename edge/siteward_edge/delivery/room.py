"""What is kept of the outbox when it is full or old, and what goes first."""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery import thinning
from siteward_edge.delivery.outbox_file import TELEMETRY, count, total

log = logging.getLogger(__name__)

ROW_OVERHEAD: Final = 200
"""Bytes counted for a message besides its payload: topic, keys and index, roughly."""
EVIDENCE_SHARE: Final = 0.9
"""Of the room; the rest is kept for the detections themselves, a hundred times smaller."""
HEADROOM: Final = 0.01
"""Share of the room that is freed at once, so that not every message thins a little."""
THINNED_AT_ONCE: Final = 2_000
"""Messages looked at in one step of thinning; bounds its memory."""


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

    @property
    def thinnable(self) -> bool:
        """Whether it may go when there is no room."""
        return self.topic.kind is Kind.TELEMETRY


class Room:
    """The bound of an outbox. Its methods run inside the caller's transaction.

    When full, telemetry is thinned, the oldest first: an hour of a device to its extremes, then
    a day, and only then it is given up. Pictures may take nine tenths of the room; beyond that
    they are left out, and the detections that name them are kept. A detection is never given up:
    it is refused with :class:`OutboxFullError` once nothing is left to thin. All of it is counted.
    """

    def __init__(self, db: sqlite3.Connection, max_bytes: int) -> None:
        """Bounds what waits in the file."""
        self._db = db
        self._max_bytes = max_bytes

    def expire(self, before: datetime, taken: int) -> bool:
        """Gives up some telemetry observed before an instant; whether there may be more."""
        rows = self._telemetry(TELEMETRY, taken, 1)
        if not rows or (thinning.made_at(rows[0][2]) or before) >= before:
            return False
        rows = self._telemetry(TELEMETRY, taken)
        old = [row[0] for row in rows if (thinning.made_at(row[2]) or before) < before]
        self._give_up(old, "expired")
        return len(old) == THINNED_AT_ONCE

    def made_for(self, messages: Sequence[Outgoing], taken: int) -> list[Outgoing]:
        """Those of the messages that are kept, with room made for them.

        Args:
            messages: What is to be stored.
            taken: Telemetry up to this number is being sent, and stays.

        Raises:
            OutboxFullError: A finding finds no room.
        """
        kept = list(messages)
        pictures = [m for m in kept if m.topic.kind is Kind.EVIDENCE]
        if pictures and not self._fits(kept, taken, int(self._max_bytes * EVIDENCE_SHARE)):
            log.error("outbox full: %d pictures left out", len(pictures))
            count(self._db, "refused.evidence", len(pictures))
            kept = [m for m in kept if m.topic.kind is not Kind.EVIDENCE]
        if self._fits(kept, taken, self._max_bytes):
            return kept
        lasting = [m for m in kept if not m.thinnable]
        if not self._fits(lasting, taken, self._max_bytes):
            kinds = ", ".join(sorted({m.topic.kind for m in lasting}))
            raise OutboxFullError(f"no room for {kinds} in {self._max_bytes} bytes")
        count(self._db, "thinned", len(kept) - len(lasting))
        return lasting

    def _fits(self, messages: Sequence[Outgoing], taken: int, bound: int) -> bool:
        """Whether there is room, made by thinning if need be."""
        needed = sum(m.size for m in messages)
        if total(self._db, "bytes") + needed > bound:
            enough = bound - needed - int(self._max_bytes * HEADROOM)
            while total(self._db, "bytes") > enough and self._thin(taken):
                pass
        return total(self._db, "bytes") + needed <= bound

    def _thin(self, taken: int) -> bool:
        """Gives up some telemetry; False when none is left."""
        for level, span in enumerate(thinning.SPANS, start=1):
            while rows := self._telemetry(f"thinnable = {level}", taken):
                surplus = thinning.surplus(rows, span)
                self._give_up(surplus, "thinned")
                self._db.executemany(
                    "UPDATE messages SET thinnable = ? WHERE seq = ?",
                    [(level + 1, row[0]) for row in rows],
                )
                if surplus:
                    return True
        rows = self._telemetry(TELEMETRY, taken)
        oldest = [row[0] for row in rows[: len(rows) // 4 + 1]]
        self._give_up(oldest, "thinned")
        return bool(oldest)

    def _telemetry(
        self, which: str, taken: int, limit: int = THINNED_AT_ONCE
    ) -> list[tuple[int, str, bytes]]:
        """The oldest of a sort that are not being sent."""
        return self._db.execute(
            f"SELECT seq, topic, payload FROM messages WHERE {which} AND seq > ? "
            "ORDER BY seq LIMIT ?",
            (taken, limit),
        ).fetchall()

    def _give_up(self, seqs: Sequence[int], reason: Literal["thinned", "expired"]) -> None:
        self._db.executemany("DELETE FROM messages WHERE seq = ?", [(seq,) for seq in seqs])
        count(self._db, reason, len(seqs))
