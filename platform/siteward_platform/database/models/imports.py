"""Files of payments and of the bank, as they were read in."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base


class ImportRecord(Base):
    """A file that was confirmed; undone, never deleted. ``kind``: payments, bank."""

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_project_sha256", "project_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    kind: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str]
    rows: Mapped[int]
    total: Mapped[Decimal]
    imported_by: Mapped[str]
    imported_at: Mapped[datetime]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]


class BankLineRecord(Base):
    """A line of the bank's file and the payment it proves; ``differences`` empty is a match."""

    __tablename__ = "bank_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), index=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"), index=True)
    line: Mapped[int]
    reference: Mapped[str]
    amount: Mapped[Decimal]
    account: Mapped[str]
    paid_on: Mapped[date]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    differences: Mapped[list[str]]
