"""Hazards from discovery to closing. Software never makes one ``major``."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import desc, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.hazards import (
    HazardClosureIn,
    HazardGradeIn,
    HazardIn,
    HazardJudgementIn,
    HazardLookBackIn,
    HazardNoteIn,
    HazardOrderIn,
    HazardPlanIn,
    HazardRecheckIn,
    HazardSubmissionIn,
    HazardSupervisionIn,
)
from siteward_platform.database.models import (
    AlertRecord,
    Evidence,
    HazardOrder,
    HazardPicture,
    HazardRecord,
)
from siteward_platform.hazard_pictures import shown_pictures
from siteward_platform.hazard_records import change_hazard, hazard_of, record, write
from siteward_platform.qualified_people import is_qualified
from siteward_platform.refusals import InvalidError
from siteward_rules.calendar import china
from siteward_rules.hazards import steps
from siteward_rules.hazards.clauses import UnknownClauseError, cite
from siteward_rules.hazards.deadlines import end_of
from siteward_rules.hazards.hazard import day_of
from siteward_rules.hazards.steps import Recheck

_LETTERS: Final = {"rectification": "ZG", "suspension": "TZ"}
"""整改 and 停工, in the numbers of orders."""


def record_hazard(act: Act, project_id: str, body: HazardIn) -> HazardRecord:
    """Records a hazard; the picture of its alert becomes the one before.

    Raises:
        HazardRefusedError: It would be ``major`` from the start.
        InvalidError: A due date before the find, or a foreign alert.
    """
    found_at = stated(act, body.found_on, "found_on")
    if body.due is not None and body.due < body.found_on:
        raise InvalidError(
            "due_before_found", "整改期限早于发现日期", "请检查日期", {"due": "早于发现日期"}
        )
    act.change(project_id)
    alert = _alert(act, project_id, body.alert)
    camera = alert.device if alert is not None and alert.evidence else None
    row = HazardRecord(
        project_id=project_id, alert_id=body.alert, kind=body.kind, description=body.description
    )
    write(row, steps.report(act.who, found_at, body.severity, body.due, camera))
    act.session.add(row)
    act.session.flush()
    if alert is not None and alert.evidence:
        _add_before(act, row, alert, alert.evidence)
    record(act, row, "record", **body.model_dump())
    return row


def confirm(act: Act, hazard_id: int, body: HazardJudgementIn) -> HazardRecord:
    """What somebody reported is there."""
    row = change_hazard(act, hazard_id)
    write(row, steps.confirm(hazard_of(row), act.who, stated(act, body.on)))
    record(act, row, "confirm", **body.model_dump())
    return row


def dismiss(act: Act, hazard_id: int, body: HazardJudgementIn) -> HazardRecord:
    """What somebody reported is not there (误报)."""
    row = change_hazard(act, hazard_id)
    write(row, steps.dismiss(hazard_of(row), act.who, stated(act, body.on)))
    record(act, row, "dismiss", **body.model_dump())
    return row


def grade(act: Act, hazard_id: int, body: HazardGradeIn) -> HazardRecord:
    """Another severity; ``major`` by a qualified person who quotes its clause.

    Raises:
        InvalidError: No such edition or article, or no words of it.
    """
    row = change_hazard(act, hazard_id)
    clause = ""
    if body.severity == "major":
        try:
            clause = cite(body.edition, body.article, body.quoted)
        except UnknownClauseError as error:
            raise _no_clause(error) from error
    qualified = is_qualified(act, row.project_id)
    graded = steps.grade(
        hazard_of(row), act.who, act.at, body.severity, clause, qualified=qualified
    )
    was = row.severity
    write(row, graded)
    record(act, row, "grade", was_severity=was, clause=clause, reason=body.reason)
    return row


def order(act: Act, hazard_id: int, body: HazardOrderIn) -> HazardRecord:
    """Issues a numbered order: a notice to put it right, or to stop the work."""
    at = stated(act, body.on)
    row = change_hazard(act, hazard_id)
    next_ = steps.order(
        hazard_of(row), act.who, at, body.kind, body.due, later_reason=body.later_reason
    )
    write(row, next_)
    issued = HazardOrder(
        hazard_id=row.id,
        number=_next_number(act, row.project_id, body.kind, day_of(at).year),
        issued_by=act.who.name,
        issued_role=act.who.role,
        issued_at=at,
        severity=row.severity,
        clause=row.clause,
        **body.model_dump(include={"kind", "addressee", "requirements", "later_reason"}),
        due=next_.due,
    )
    act.session.add(issued)
    record(act, row, "order", **body.model_dump() | {"number": issued.number, "due": next_.due})
    return row


def plan(act: Act, hazard_id: int, body: HazardPlanIn) -> HazardRecord:
    """The contractor's measures, person and day."""
    row = change_hazard(act, hazard_id)
    write(row, steps.plan(hazard_of(row), act.who, stated(act, body.on)))
    record(act, row, "plan", **body.model_dump())
    return row


def submit(act: Act, hazard_id: int, body: HazardSubmissionIn) -> HazardRecord:
    """The contractor's reply that it is fixed."""
    row = change_hazard(act, hazard_id)
    write(row, steps.submit(hazard_of(row), act.who, stated(act, body.on), body.fixed_by))
    record(act, row, "submit", **body.model_dump())
    return row


def recheck(act: Act, hazard_id: int, body: HazardRecheckIn) -> HazardRecord:
    """Another person looked again, with pictures that prove it."""
    row = change_hazard(act, hazard_id)
    pictures = shown_pictures(act, row, body.pictures, "after")
    seen = Recheck(body.note, pictures, body.no_picture_reason)
    write(row, steps.recheck(hazard_of(row), act.who, stated(act, body.on), body.passed, seen))
    record(act, row, "recheck", **body.model_dump())
    return row


def resume(act: Act, hazard_id: int, body: HazardNoteIn) -> HazardRecord:
    """Work may go on."""
    row = change_hazard(act, hazard_id)
    write(row, steps.resume(hazard_of(row), act.who, act.at))
    record(act, row, "resume", **body.model_dump())
    return row


def supervise(act: Act, hazard_id: int, body: HazardSupervisionIn) -> HazardRecord:
    """Lists it for supervision, or takes it off the list."""
    row = change_hazard(act, hazard_id)
    write(row, steps.supervise(hazard_of(row), act.who, act.at, body.listed))
    record(act, row, "supervise", **body.model_dump())
    return row


def close_hazard(act: Act, hazard_id: int, body: HazardClosureIn) -> HazardRecord:
    """Closes it; look-backs are due 30 and 90 days later."""
    at = stated(act, body.closed_on, "closed_on")
    row = change_hazard(act, hazard_id)
    write(row, steps.close(hazard_of(row), act.who, at, china()))
    row.closure_note = body.note
    record(act, row, "close", **body.model_dump())
    return row


def look_back(act: Act, hazard_id: int, body: HazardLookBackIn) -> HazardRecord:
    """Whether it lasts; if not, it is open again."""
    row = change_hazard(act, hazard_id)
    shown_pictures(act, row, body.pictures, "look_back")
    at = stated(act, body.on)
    write(row, steps.look_back(hazard_of(row), act.who, at, body.effective, china()))
    record(act, row, "look_back", **body.model_dump())
    return row


def list_hazards(session: Session, project_id: str | None) -> Sequence[HazardRecord]:
    """The hazards of a project or of all, newest first."""
    query = select(HazardRecord).order_by(desc(HazardRecord.id))
    if project_id is not None:
        query = query.where(HazardRecord.project_id == project_id)
    return session.scalars(query).all()


def stated(act: Act, day: date | None, name: str = "on") -> datetime:
    """When something happened that is put on record now.

    Of an earlier day nobody knows the hour; it counts as the day's end, so that a picture which
    must be later is one of a later day.

    Raises:
        InvalidError: The day is in the future or too old.
    """
    if day is None or day == act.today:
        return act.at
    act.check_date(name, day)
    return end_of(day) - timedelta(seconds=1)


def _alert(act: Act, project_id: str, alert_id: int | None) -> AlertRecord | None:
    if alert_id is None:
        return None
    alert = act.session.get(AlertRecord, alert_id)
    if alert is None or alert.project_id != project_id:
        message = f"本项目没有预警 {alert_id}"
        raise InvalidError("no_such_alert", message, "请检查编号", {"alert": message})
    return alert


def _add_before(act: Act, row: HazardRecord, alert: AlertRecord, sha256: str) -> None:
    picture = act.session.get(Evidence, sha256)
    act.session.add(
        HazardPicture(
            hazard_id=row.id,
            sha256=sha256,
            part="before",
            ts=picture.ts if picture else alert.started_at,
            camera=alert.device,
            added_by=act.who.name,
            added_at=act.at,
        )
    )


def _next_number(act: Act, project_id: str, kind: str, year: int) -> str:
    """The project is locked, so nobody takes the same number."""
    prefix = f"{project_id}-{_LETTERS[kind]}-{year}-"
    query = select(HazardOrder.number).where(HazardOrder.number.startswith(prefix, autoescape=True))
    last = max(
        (int(number.removeprefix(prefix)) for number in act.session.scalars(query)), default=0
    )
    return f"{prefix}{last + 1:03d}"


def _no_clause(error: UnknownClauseError) -> InvalidError:
    field, words = {
        "no_such_edition": ("edition", "没有这一版判定标准"),
        "no_such_article": ("article", "该版判定标准没有这一条"),
        "clause_missing": ("article", "必填"),
        "clause_not_quoted": ("quoted", "请照文件原文抄录条款"),
    }[error.code]
    return InvalidError(
        error.code,
        "认定重大事故隐患必须写明所依据的条款",
        "请核对判定标准的正式文件，填写版本、条款号和条文",
        {field: words},
    )
