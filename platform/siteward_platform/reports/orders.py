"""Asking for reports and finding those that were made."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.reports import ReportIn
from siteward_platform.database.models import Report
from siteward_platform.projects import get_project
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError
from siteward_platform.reports.archive import Format
from siteward_platform.reports.material import month_of

MOST_WAITING = 20
"""Reports that may wait at a time; more are somebody's mistake."""


def order(act: Act, body: ReportIn) -> Report:
    """Puts a report on the list; the press makes it.

    One that is still being made is not made twice: who asks again gets the same.

    Raises:
        NotFoundError: No such project.
        InvalidError: The month has not begun, or the project or month is missing.
        ConflictError: Too many wait already.
    """
    _check(act, body)
    session = act.session
    open_ones = session.scalars(
        select(Report).where(Report.state.in_(("waiting", "working")))
    ).all()
    for row in open_ones:
        asked = (row.kind, row.project_id, row.month, row.language)
        if asked == (body.kind, body.project, body.month, body.language):
            return row
    if len(open_ones) >= MOST_WAITING:
        raise ConflictError(
            "reports_waiting", f"已有 {len(open_ones)} 份报告在排队", "请等前面的报告生成后再试"
        )
    row = Report(
        kind=body.kind, project_id=body.project, month=body.month, language=body.language,
        asked_by=act.who.name, asked_role=act.who.role, asked_at=act.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    act.log(
        "report.ask", f"report:{row.id}", kind=row.kind, project=row.project_id, month=row.month
    )
    return row


def _check(act: Act, body: ReportIn) -> None:
    for name, needed in (("project", body.kind != "street"), ("month", body.kind != "project")):
        given = bool(getattr(body, name))
        if given != needed:
            message = "必须填写" if needed else "此类报告不填写此项"
            raise InvalidError(
                f"report_{name}", "报告的范围不完整", "请按提示修改", {name: message}
            )
    if body.project:
        get_project(act.session, body.project)
    if body.month:
        month_of(body.month, act.at)


def list_reports(session: Session, project: str | None, limit: int) -> Sequence[Report]:
    """Reports, newest first; of one project, or all."""
    query = select(Report).order_by(Report.id.desc()).limit(limit)
    return session.scalars(
        query if project is None else query.where(Report.project_id == project)
    ).all()


def get_report(session: Session, report_id: int) -> Report:
    """A report.

    Raises:
        NotFoundError: There is none.
    """
    row = session.get(Report, report_id)
    if row is None:
        raise NotFoundError(
            "no_such_report", f"没有编号为 {report_id} 的报告", "请从报告列表中选择"
        )
    return row


def file_of(session: Session, report_id: int, form: Format) -> tuple[Report, str]:
    """A report that is ready, and the hash of one of its files.

    Raises:
        NotFoundError: There is none.
        ConflictError: It is not ready.
    """
    row = get_report(session, report_id)
    sha256: str | None = getattr(row, form)
    if sha256 is None:
        raise ConflictError(
            "report_not_ready", "报告尚未生成", "请等待生成完成，或查看失败原因后重新生成"
        )
    return row, sha256
