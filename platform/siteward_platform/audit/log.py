"""The append-only audit log: who did what, when, in which role, and why.

Whoever changes, removes or reorders an entry breaks the chain from there on; whoever rewrites
the whole chain cannot keep a head that was written down elsewhere (``siteward audit anchor``).
The database refuses changes by itself; the chain finds those made around it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import desc, select, text
from sqlalchemy.orm import Session

from siteward_platform.audit.chain import GENESIS, VERSION, canonical, digest
from siteward_platform.database.models import LogEntry

_LOCK: Final = 0x51_7E_3A_9D
"""PostgreSQL advisory lock that lets one transaction append at a time."""

_PAGE: Final = 500


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
    last = head(session)
    entry = LogEntry(
        seq=last.seq + 1 if last else 1,
        at=at,
        who=who,
        role=role,
        action=action,
        subject=subject,
        detail=canonical(detail or {}),
        previous=last.hash if last else GENESIS,
        version=VERSION,
    )
    entry.hash = digest(entry)
    session.add(entry)
    session.flush()
    return entry


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


def head(session: Session) -> LogEntry | None:
    """The newest entry; None while the log is empty."""
    return session.scalars(select(LogEntry).order_by(desc(LogEntry.seq)).limit(1)).first()
