"""Visits inspectors are to make."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.inspection import VisitIn
from siteward_platform.api.schemas.values import Role
from siteward_platform.checklists import checklist
from siteward_platform.database.models import Account, Visit
from siteward_platform.projects import get_project
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError

VISITORS = (Role.INSPECTOR, Role.SUPERVISOR, Role.CHIEF_SUPERVISOR)


def plan_visit(act: Act, project_id: str, body: VisitIn) -> Visit:
    """Plans a visit.

    Raises:
        InvalidError: The day is past, or the inspector or the checklist is not known.
    """
    get_project(act.session, project_id)
    wrong: dict[str, str] = {}
    if body.planned_on < act.today:
        wrong["planned_on"] = f"早于今天（{act.today}）"
    if body.checklist is not None and checklist(body.checklist) is None:
        wrong["checklist"] = "没有这张检查表"
    if body.inspector is not None and body.inspector not in {
        a.username for a in people(act.session)
    }:
        wrong["inspector"] = "没有这位巡查人员"
    if wrong:
        raise InvalidError("visit_not_possible", "巡查计划有误", "请按各字段的提示修改", wrong)
    visit = Visit(
        project_id=project_id, planned_by=act.who.name, planned_at=act.at, **body.model_dump()
    )
    act.session.add(visit)
    act.session.flush()
    act.log("visit.plan", f"visit:{visit.id}", project=project_id, **body.model_dump())
    act.announce("project", project_id, project_id)
    return visit


def call_off(act: Act, visit_id: int) -> Visit:
    """Calls a visit off; twice is once.

    Raises:
        ConflictError: It was made already.
    """
    visit = get_visit(act.session, visit_id, lock=True)
    if visit.done_at is not None:
        raise ConflictError("visit_done", "这次巡查已经完成，不能取消", "请刷新查看巡查结果")
    if visit.called_off_at is None:
        visit.called_off_by, visit.called_off_at = act.who.name, act.at
        act.log("visit.call_off", f"visit:{visit_id}", project=visit.project_id)
        act.announce("project", visit.project_id, visit.project_id)
    return visit


def get_visit(session: Session, visit_id: int, *, lock: bool = False) -> Visit:
    """A visit.

    Raises:
        NotFoundError: There is none.
    """
    visit = session.get(Visit, visit_id, with_for_update=lock or None, populate_existing=lock)
    if visit is None:
        raise NotFoundError("no_such_visit", f"没有编号为 {visit_id} 的巡查", "请刷新巡查列表")
    return visit


def visits_due(act: Act) -> Sequence[Visit]:
    """Mine and anybody's: still to be made up to today, and those made today."""
    query = select(Visit).where(
        Visit.called_off_at.is_(None),
        Visit.planned_on <= act.today,
        or_(Visit.inspector.is_(None), Visit.inspector == act.who.name),
        or_(Visit.done_at.is_(None), Visit.planned_on == act.today),
    )
    return act.session.scalars(query.order_by(Visit.planned_on, Visit.id)).all()


def people(session: Session) -> Sequence[Account]:
    """Who may be sent to a site, by name."""
    query = select(Account).where(Account.role.in_([str(role) for role in VISITORS]))
    return session.scalars(query.order_by(Account.display_name)).all()
