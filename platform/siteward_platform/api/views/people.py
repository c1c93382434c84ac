"""Accounts and log entries as people read them."""

import json

from sqlalchemy.orm import Session

from siteward_platform.api.schemas.people import AuditEntry, Me
from siteward_platform.api.schemas.values import Role
from siteward_platform.database.models import Account, LogEntry


def me(account: Account) -> Me:
    """An account without its secrets."""
    return Me(username=account.username, display_name=account.display_name, role=Role(account.role))


def shown_name(session: Session, username: str | None) -> str | None:
    """Who somebody is, for people; what is no account (the rules) keeps its name."""
    account = session.get(Account, username) if username else None
    return account.display_name if account else username


def audit_entry(entry: LogEntry) -> AuditEntry:
    """A log entry with its detail as JSON."""
    return AuditEntry(
        seq=entry.seq,
        at=entry.at,
        who=entry.who,
        role=entry.role,
        action=entry.action,
        subject=entry.subject,
        detail=json.loads(entry.detail),
        hash=entry.hash,
    )
