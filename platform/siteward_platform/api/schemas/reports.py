"""Reports: what is asked for, and what became of it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from siteward_platform.api.schemas.values import In, Out, Slug

ReportKind = Literal["project", "month", "street"]


class ReportIn(In):
    """A report to be made.

    ``project`` tells all of a project's time, ``month`` a month of one project, ``street`` a month
    of all. ``month`` is ``YYYY-MM``.
    """

    kind: ReportKind
    project: Slug | None = None
    month: str = Field(default="", pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")
    language: Literal["zh", "en"] = "zh"


class ReportFileOut(Out):
    """A file of a report; its hash is also in the audit log."""

    format: Literal["pdf", "xlsx"]
    sha256: str
    size: int


class ReportOut(Out):
    """A report. ``done_percent`` grows while it is made; ``files`` are there once it is done."""

    id: int
    kind: ReportKind
    project: str | None
    month: str
    language: Literal["zh", "en"]
    state: Literal["waiting", "working", "done", "failed"]
    done_percent: int
    error: str
    asked_by: str
    asked_at: datetime
    done_at: datetime | None
    files: list[ReportFileOut]
