"""Reports that were asked for and, once made, the hashes of their files."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from siteward_platform.database.base import Base


class Report(Base):
    """A report. ``state``: waiting, working, done, failed; ``done_percent`` is how far it is.

    ``kind``: ``project`` over all of a project's time, ``month`` of one project, ``street`` for a
    month of all. ``pdf`` and ``xlsx`` are SHA-256 of the files, which never change once made.
    """

    __tablename__ = "reports"
    __table_args__ = (Index("ix_reports_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    project_id: Mapped[str | None] = mapped_column(ForeignKey("projects.id"), index=True)
    month: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    done_percent: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[str]
    asked_role: Mapped[str]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    pdf: Mapped[str | None]
    pdf_size: Mapped[int | None]
    xlsx: Mapped[str | None]
    xlsx_size: Mapped[int | None]
