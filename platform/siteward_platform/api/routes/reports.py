"""Monthly supervision reports and exports of projects."""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response, status

from siteward_platform.api.access import Staff
from siteward_platform.api.schemas.reports import ReportIn, ReportOut
from siteward_platform.api.views.reports import report_out
from siteward_platform.database.models import Report
from siteward_platform.reports import archive, orders
from siteward_platform.reports.archive import Format

router: Final = APIRouter(tags=["reports"])

_MEDIA: Final[dict[str, str]] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.post("/reports", status_code=status.HTTP_202_ACCEPTED)
def order_report(desk: Staff, body: ReportIn, request: Request) -> ReportOut:
    """Asks for a report; it is made in the background."""
    with desk.act() as act:
        made = report_out(act, orders.order(act, body))
    request.app.state.press.call()
    return made


@router.get("/reports")
def list_reports(
    desk: Staff,
    project: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[ReportOut]:
    """Reports, newest first."""
    with desk.look() as act:
        rows = orders.list_reports(act.session, project, limit)
        return [report_out(act, row) for row in rows]


@router.get("/reports/{report}")
def get_report(desk: Staff, report: int) -> ReportOut:
    """A report and how far it is."""
    with desk.look() as act:
        return report_out(act, orders.get_report(act.session, report))


@router.get(
    "/reports/{report}/files/{form}",
    response_class=Response,
    responses={200: {"content": {media: {} for media in _MEDIA.values()}}},
)
def get_report_file(desk: Staff, report: int, form: Format) -> Response:
    """A report's file, checked against the hash it was made with."""
    with desk.look() as act:
        row, sha256 = orders.file_of(act.session, report, form)
    content = archive.fetch(desk.parts.reports, sha256, form)
    disposition = f"attachment; filename*=UTF-8''{quote(_file_name(row, form))}"
    headers = {"Content-Disposition": disposition, "ETag": f'"{sha256}"'}
    return Response(content, media_type=_MEDIA[form], headers=headers)


def _file_name(row: Report, form: Format) -> str:
    parts = ["siteward", row.kind, row.project_id, row.month or f"{row.asked_at:%Y-%m-%d}"]
    return "-".join(part for part in parts if part) + f".{form}"
