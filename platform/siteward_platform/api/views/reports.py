"""Reports as people read them."""

from siteward_platform.act import Act
from siteward_platform.api.schemas.reports import ReportFileOut, ReportOut
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import Report


def report_out(act: Act, report: Report) -> ReportOut:
    """A report with its files."""
    own = {"project", "asked_by", "files"}
    files = [
        ReportFileOut(format=form, sha256=sha256, size=size)
        for form, sha256, size in (
            ("pdf", report.pdf, report.pdf_size),
            ("xlsx", report.xlsx, report.xlsx_size),
        )
        if sha256 is not None
    ]
    return ReportOut(
        project=report.project_id,
        asked_by=shown_name(act.session, report.asked_by) or report.asked_by,
        files=files,
        **{name: getattr(report, name) for name in set(ReportOut.model_fields) - own},
    )
