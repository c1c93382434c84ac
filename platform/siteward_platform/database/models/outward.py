"""What goes out to other systems, what they answer, and what is published."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base


class Webhook(Base):
    """Another system that is told of events; ended, never deleted.

    ``secret`` signs what goes out and what comes back; it is kept in clear because both need it.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    kinds: Mapped[list[str]]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class WebhookDelivery(Base):
    """One event for one webhook, written with the event itself and sent until it is taken.

    ``lane`` is what must stay in order (a claim, a hazard) and ``number`` its place there;
    ``body`` is the exact text that is signed. ``state``: waiting, delivered, dead.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_due", "state", "next_try"),
        Index("ix_webhook_deliveries_lane", "webhook_id", "lane"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(index=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    lane: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(default="")
    delivered_at: Mapped[datetime | None]


class TreasuryAnswer(Base):
    """What the finance system answered about a claim's payment; ``id`` is its message's."""

    __tablename__ = "treasury_answers"

    id: Mapped[str] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    sha256: Mapped[str]
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    part: Mapped[str]
    outcome: Mapped[str]
    reference: Mapped[str]
    amount: Mapped[Decimal]
    paid_on: Mapped[date | None]
    note: Mapped[str]
    received_at: Mapped[datetime]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))


class Publication(Base):
    """A project that the public may see as open data."""

    __tablename__ = "publications"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    published_by: Mapped[str]
    published_at: Mapped[datetime]
