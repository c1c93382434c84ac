"""What lets outsiders check us: heads of the audit log by day, and the facts findings stand on."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base


class AuditAnchor(Base):
    """The head of the audit log at the first look of a day; never changed, as the log itself."""

    __tablename__ = "audit_anchors"

    day: Mapped[date] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]
    made_at: Mapped[datetime]


class ClaimSnapshot(Base):
    """The facts behind a claim's findings as they stand, as ``siteward rules assess`` reads them.

    Kept as text, because the audit log names its SHA-256.
    """

    __tablename__ = "claim_snapshots"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    line: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str]
    evaluated_at: Mapped[datetime]
