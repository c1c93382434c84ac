"""Accounts, their sessions, and the log of what they did."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base


class Account(Base):
    """Somebody who may sign in. ``password_hash`` is Argon2id."""

    __tablename__ = "accounts"

    username: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class SignedIn(Base):
    """A session: the SHA-256 of its random token, never the token itself."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(
        ForeignKey("accounts.username", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LogEntry(Base):
    """One link of the audit log; ``hash`` covers every other column and the previous hash.

    ``detail`` is canonical JSON kept as text, because what is hashed must come back byte by byte.
    ``version`` says how it is hashed. Triggers refuse every change (migration 0011): a migration that
    rebuilds this table on SQLite must make them again.
    """

    __tablename__ = "audit_log"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    who: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[str]
    version: Mapped[int] = mapped_column(default=2)
