"""The append-only audit log: every entry's hash covers its content and the hash before it.

Whoever changes, removes or reorders an entry breaks the chain from there on; whoever rewrites
the whole chain cannot keep a head that was written down elsewhere (``siteward audit verify
--head``).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import desc, select, text
from sqlalchemy.orm import Session

from siteward_platform.database.models import LogEntry

GENESIS: Final = "0" * 64
"""What the first entry follows."""
_LOCK: Final = 0x51_7E_3A_9D
"""PostgreSQL advisory lock that lets one transaction append at a time."""

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry at which the chain does not hold, and why."""

    seq: int
    reason: str


def append(
    session: Session,
    at: datetime,
    who: str,
    role: str,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
) -> LogEntry:
    """Adds an entry in the caller's transaction: what it records and the record commit together.

    Args:
        session: A writing session; appends wait for one another until it ends.
        at: When it happened.
        who: User name, or ``rules`` for the worker.
        role: The role acted in.
        action: ``noun.verb``, e.g. ``hold.decide``.
        subject: What it happened to, e.g. ``claim:12`` or ``project:kindergarten``.
        detail: Reasons, amounts, rule versions, inputs; JSON, decimals and instants as text.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = session.scalars(select(LogEntry).order_by(desc(LogEntry.seq)).limit(1)).first()
    entry = LogEntry(
        seq=last.seq + 1 if last else 1,
        at=at,
        who=who,
        role=role,
        action=action,
        subject=subject,
        detail=canonical(detail or {}),
        previous=last.hash if last else GENESIS,
    )
    entry.hash = digest(entry)
    session.add(entry)
    session.flush()
    return entry


def canonical(value: Mapping[str, object]) -> str:
    """One text for one value: sorted keys, no spaces; money, dates and the like as strings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def digest(entry: LogEntry) -> str:
    """SHA-256 over an entry's content and its predecessor's hash."""
    content = canonical(
        {
            "seq": entry.seq,
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "who": entry.who,
            "role": entry.role,
            "action": entry.action,
            "subject": entry.subject,
            "detail": entry.detail,
            "previous": entry.previous,
        }
    )
    return hashlib.sha256(content.encode()).hexdigest()


def entries(session: Session) -> Iterator[LogEntry]:
    """The whole log, oldest first, a page in memory at a time."""
    page = select(LogEntry).order_by(LogEntry.seq).limit(_PAGE)
    rows = session.scalars(page).all()
    while rows:
        yield from rows
        session.expunge_all()
        rows = session.scalars(page.where(LogEntry.seq > rows[-1].seq)).all()


def newest_entries(session: Session, before: int | None, limit: int) -> Sequence[LogEntry]:
    """A page of the log, newest first, of entries numbered below ``before``."""
    query = select(LogEntry).order_by(desc(LogEntry.seq)).limit(limit)
    if before is not None:
        query = query.where(LogEntry.seq < before)
    return session.scalars(query).all()


def verify(log: Iterable[LogEntry], head: tuple[int, str] | None = None) -> Broken | None:
    """Walks the chain.

    Args:
        log: Entries, oldest first.
        head: Number and hash of an entry as once written down elsewhere.

    Returns:
        The first broken entry, or None.
    """
    seq, previous = 0, GENESIS
    for entry in log:
        if entry.seq != seq + 1:
            return Broken(seq + 1, f"entry {seq + 1} is missing")
        if entry.previous != previous:
            return Broken(entry.seq, "it does not follow the entry before it")
        if entry.hash != digest(entry):
            return Broken(entry.seq, "its content was changed")
        seq, previous = entry.seq, entry.hash
        if head is not None and head[0] == seq and head[1] != entry.hash:
            return Broken(seq, "it is another entry than the one written down")
    if head is not None and head[0] > seq:
        return Broken(seq + 1, f"entry {seq + 1} is missing")
    return None
