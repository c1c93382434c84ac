"""Agents on site: how each stands, the keys it signs with, what the platform set of its cameras.

No foreign keys: messages may come before a project is set up.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base


class AgentState(Base):
    """An agent as it last reported itself.

    ``settings_version`` is the newest version of settings it has ever said to have seen.
    """

    __tablename__ = "agent_states"

    project_id: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    software: Mapped[str]
    last_seen: Mapped[datetime]
    outbox: Mapped[int]
    oldest: Mapped[datetime | None]
    clock_offset: Mapped[float | None]
    counts: Mapped[dict[str, Any]]
    settings_version: Mapped[int] = mapped_column(default=0)


class AgentKey(Base):
    """A public key an agent signs with. ``state``: pending, accepted, revoked."""

    __tablename__ = "agent_keys"

    project_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str]
    state: Mapped[str]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")


class AgentSettings(Base):
    """One version of what the platform set of an agent's cameras; rows are never taken away.

    ``applied`` is what the agent said of it, None until it says something; ``problems`` are its
    reasons when it refused. ``sent_at`` is empty while it waits to be sent, again or for the first
    time.
    """

    __tablename__ = "agent_settings"
    __table_args__ = (Index("ix_agent_settings_sent_at", "sent_at"),)

    project_id: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cameras: Mapped[dict[str, Any]]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    applied: Mapped[bool | None]
    problems: Mapped[list[str]]
    reported_at: Mapped[datetime | None]
