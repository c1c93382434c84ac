"""What the full procedure adds to a claim: lines, certificates, appeals, clawbacks, clocks told."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base

_CLAIM = "claims.id"


class ClaimLine(Base):
    """A line of a claim: a bill item by its code, or a variation by its id.

    ``quantity`` is a decimal as text: tonnes have three places.
    """

    __tablename__ = "claim_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(_CLAIM), index=True)
    item: Mapped[str | None]
    variation_id: Mapped[int | None] = mapped_column(ForeignKey("variations.id"))
    quantity: Mapped[str]
    price: Mapped[Decimal]


class Certificate(Base):
    """A payment certificate. ``kind``: supervisor, owner, interim (the undisputed part)."""

    __tablename__ = "certificates"
    __table_args__ = (CheckConstraint("amount > 0", "amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(_CLAIM), index=True)
    kind: Mapped[str]
    amount: Mapped[Decimal]
    by: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


class Appeal(Base):
    """The payee's objection (申诉) to a hold, and the answer to it."""

    __tablename__ = "appeals"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(_CLAIM), index=True)
    by: Mapped[str]
    at: Mapped[datetime]
    text: Mapped[str]
    evidence: Mapped[list[str]]
    reply_due: Mapped[date]
    replied_by: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    reply: Mapped[str] = mapped_column(default="")


class ClawbackRecord(Base):
    """Overpaid works money called back, a ``siteward_rules.money.clawback.Clawback``.

    The database itself refuses one that one person made alone or that takes more than was paid.
    """

    __tablename__ = "clawbacks"
    __table_args__ = (
        CheckConstraint("amount > 0 AND amount <= works_paid", "spares_wages"),
        CheckConstraint("returned >= 0 AND returned <= amount", "returned"),
        CheckConstraint("ordered_by IS NULL OR ordered_by <> proposed_by", "two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(_CLAIM), index=True)
    state: Mapped[str]
    works_paid: Mapped[Decimal]
    amount: Mapped[Decimal]
    basis: Mapped[str]
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_role: Mapped[str]
    ordered_by: Mapped[str | None]
    ordered_role: Mapped[str | None]
    ordered_on: Mapped[date | None]
    returned: Mapped[Decimal]
    recovered_on: Mapped[date | None]


class Refund(Base):
    """Money that came back; its bank reference is used once."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount > 0", "amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clawback_id: Mapped[int] = mapped_column(ForeignKey("clawbacks.id"), index=True)
    amount: Mapped[Decimal]
    returned_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(unique=True)
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class ClockNotice(Base):
    """A clock that was told: once when it warns, once when it has passed."""

    __tablename__ = "clock_notices"

    claim_id: Mapped[int] = mapped_column(ForeignKey(_CLAIM), primary_key=True)
    clock: Mapped[str] = mapped_column(primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
