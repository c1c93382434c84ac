"""Payments, claims and what is found, recommended and decided about them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base, Bilingual

_CLAIM = "claims.id"


class PayeeAccountChange(Base):
    """A change of the account money goes to; the contract keeps the original."""

    __tablename__ = "payee_account_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"), index=True)
    account: Mapped[str]
    changed_on: Mapped[date]
    reason: Mapped[str]
    changed_by: Mapped[str]
    recorded_at: Mapped[datetime]


class Claim(Base):
    """A payment claim. ``evaluated_version`` is the facts version its findings stand on.

    ``procedure`` is the project's when it was filed; ``submitted_at`` is when it last came to the
    chief supervisor, None before that and in the short procedure.
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("amount > 0 AND wage_amount >= 0 AND wage_amount <= amount", "amounts"),
        Index("ix_claims_project_state", "project_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    title: Mapped[str]
    milestone: Mapped[str]
    amount: Mapped[Decimal]
    wage_amount: Mapped[Decimal]
    claimed_percent: Mapped[float]
    claimed_on: Mapped[date]
    payee_account: Mapped[str]
    invoice: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    risk: Mapped[float] = mapped_column(default=0.0)
    filed_by: Mapped[str]
    filed_at: Mapped[datetime]
    signed_by: Mapped[str | None]
    signed_on: Mapped[date | None]
    signature_note: Mapped[str] = mapped_column(default="")
    evaluated_version: Mapped[int] = mapped_column(default=0)
    evaluated_at: Mapped[datetime | None]
    procedure: Mapped[str] = mapped_column(default="short")
    submitted_at: Mapped[datetime | None]


class Payment(Base):
    """Money that went out; the wage part is included in ``amount``."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount > 0 AND wage_amount >= 0 AND wage_amount <= amount", "amounts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"), index=True)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey(_CLAIM), index=True)
    milestone: Mapped[str | None]
    amount: Mapped[Decimal]
    wage_amount: Mapped[Decimal]
    paid_on: Mapped[date]
    payee_account: Mapped[str]
    bank_reference: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str]
    payee: Mapped[str] = mapped_column(default="")
    invoice: Mapped[str] = mapped_column(default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class FindingRecord(Base):
    """A red flag on a claim with its arithmetic; cleared, never deleted."""

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_claim_rule", "claim_id", "rule"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(_CLAIM))
    rule: Mapped[str]
    rule_version: Mapped[str]
    title: Mapped[Bilingual]
    severity: Mapped[str]
    action: Mapped[str]
    formula: Mapped[Bilingual]
    explanation: Mapped[Bilingual]
    numbers: Mapped[list[dict[str, Any]]]
    evidence: Mapped[list[str]]
    clears_when: Mapped[Bilingual]
    basis: Mapped[str]
    trust: Mapped[str]
    found_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]


class HoldRecord(Base):
    """The hold on a claim, field by field a ``siteward_rules.money.holds.Hold``.

    The database itself refuses a hold that reaches into wages or that one person made alone.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("amount > 0 AND amount <= claim_amount - wage_amount", "spares_wages"),
        CheckConstraint("released >= 0 AND reduced >= 0 AND released + reduced <= amount", "split"),
        CheckConstraint("decided_by IS NULL OR decided_by <> recommended_by", "two_people"),
    )

    claim_id: Mapped[int] = mapped_column(ForeignKey(_CLAIM), primary_key=True)
    state: Mapped[str]
    claim_amount: Mapped[Decimal]
    wage_amount: Mapped[Decimal]
    amount: Mapped[Decimal]
    released: Mapped[Decimal]
    reduced: Mapped[Decimal]
    basis: Mapped[str | None]
    reason: Mapped[str | None]
    recommended_by: Mapped[str]
    recommended_role: Mapped[str]
    recommended_at: Mapped[datetime]
    opinion_by: Mapped[str | None]
    opinion_role: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_role: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    release_recommended_by: Mapped[str | None]
    release_recommended_role: Mapped[str | None]
    review_due: Mapped[date]


class Opinion(Base):
    """A written opinion (督办建议) of the supervision committee."""

    __tablename__ = "opinions"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(_CLAIM), index=True)
    by: Mapped[str]
    at: Mapped[datetime]
    basis: Mapped[str]
    text: Mapped[str]


class AuditCase(Base):
    """An audit of a held claim; one per claim."""

    __tablename__ = "audit_cases"
    __table_args__ = (UniqueConstraint("claim_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey(_CLAIM))
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    subject: Mapped[str]
    payable_works: Mapped[Decimal | None]
    reduction: Mapped[Decimal | None]
    concluded_by: Mapped[str | None]
    concluded_at: Mapped[datetime | None]
    reason: Mapped[str | None]
