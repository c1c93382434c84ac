"""Claims and holds rebuilt from the audit log, beside what the tables say of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.database.models import Claim, LogEntry
from siteward_platform.holds import load_hold
from siteward_rules.money.hold_states import Actor
from siteward_rules.money.replay import Entry, Rebuilt, replay


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim whose log and tables do not agree, and how."""

    claim: int
    reason: str


def rebuild(session: Session, claim_id: int) -> Rebuilt | None:
    """A claim as its log leaves it; None if it was filed before transitions were logged.

    Raises:
        ValueError: The machines refuse what the log says happened.
    """
    query = select(LogEntry).where(LogEntry.subject == f"claim:{claim_id}").order_by(LogEntry.seq)
    entries = [
        Entry(row.action, Actor(row.who, row.role), row.at, json.loads(row.detail))
        for row in session.scalars(query)
    ]
    if entries and "procedure" not in entries[0].detail:
        return None
    return replay(entries)


def differences(session: Session) -> Iterator[Difference]:
    """Every claim whose state or hold is not what its log says; older ones are left out."""
    for claim in session.scalars(select(Claim).order_by(Claim.id)).all():
        try:
            rebuilt = rebuild(session, claim.id)
        except (ValueError, KeyError) as error:
            yield Difference(claim.id, f"the log cannot be replayed: {error}")
            continue
        if rebuilt is None:
            continue
        if rebuilt.state != claim.state:
            yield Difference(claim.id, f"the log says {rebuilt.state}, the table {claim.state}")
        if rebuilt.hold != load_hold(session, claim.id):
            yield Difference(claim.id, "the hold is not what the log says")
