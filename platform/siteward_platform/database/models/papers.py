"""What is on paper about a project: the register of papers, and variations with their states."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base

_PROJECT = "projects.id"


class Paper(Base):
    """A paper as somebody entered it; voided, never changed.

    ``body`` is one of the kinds in ``api/schemas/papers.py``, amounts as text.
    """

    __tablename__ = "papers"
    __table_args__ = (Index("ix_papers_project_kind", "project_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT))
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    voided_by: Mapped[str | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(default="")


class VariationRecord(Base):
    """A 变更 or 现场签证, field by field a ``siteward_rules.money.variations.Variation``."""

    __tablename__ = "variations"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(_PROJECT), index=True)
    number: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str]
    description: Mapped[str]
    quantity_basis: Mapped[str] = mapped_column(default="")
    evidence: Mapped[list[str]]
    amount: Mapped[Decimal]
    state: Mapped[str]
    raised_by: Mapped[str]
    raised_on: Mapped[date]
    signed_by: Mapped[str] = mapped_column(default="")
    priced_by: Mapped[str | None]
    approved_by: Mapped[str | None]
    approved_on: Mapped[date | None]
    executed_on: Mapped[date | None]
