"""Permits of a project, and ordered stops of work; rules stand aside while one holds."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.alerting import PermitIn
from siteward_platform.database.models import Permit, Project, Zone
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError
from siteward_platform.rule_overrides import change_rules
from siteward_platform.rule_sets import permit_kinds

_LONGEST: Final = timedelta(days=366)


def enter_permit(act: Act, project_id: str, body: PermitIn) -> Permit:
    """Enters a permit from its paper.

    Raises:
        InvalidError: With every field that is wrong.
        ConflictError: The number was entered before.
    """
    project = change_rules(act, project_id)
    if problems := _problems(act.session, project, body):
        raise InvalidError("permit_invalid", "许可内容有误", "请按各字段的提示修改", problems)
    same = select(Permit.id).where(
        Permit.project_id == project_id,
        Permit.kind == body.kind,
        Permit.number == body.number,
        Permit.revoked_at.is_(None),
    )
    if act.session.scalars(same).first() is not None:
        raise ConflictError(
            "permit_known", f"编号 {body.number} 的许可已录入", "如需更正，请先撤销原记录"
        )
    permit = Permit(
        project_id=project_id, entered_by=act.who.name, entered_at=act.at, **body.model_dump()
    )
    act.session.add(permit)
    act.session.flush()
    act.log("permit.enter", f"permit:{permit.id}", project=project_id, **body.model_dump())
    _changed(act, project)
    return permit


def revoke_permit(act: Act, permit_id: int, reason: str) -> Permit:
    """Ends a permit now, or undoes one that was entered by mistake.

    Raises:
        ConflictError: It was revoked already.
    """
    permit = act.session.get(Permit, permit_id)
    if permit is None:
        raise NotFoundError("no_such_permit", f"没有编号为 {permit_id} 的许可", "请从列表中选择")
    project = change_rules(act, permit.project_id)
    act.session.refresh(permit)
    if permit.revoked_at is not None:
        raise ConflictError("permit_revoked", "该许可已撤销")
    permit.revoked_by, permit.revoked_at, permit.revoked_because = act.who.name, act.at, reason
    act.log("permit.revoke", f"permit:{permit_id}", project=permit.project_id, reason=reason)
    _changed(act, project)
    return permit


def list_permits(session: Session, project_id: str) -> Sequence[Permit]:
    """A project's permits, the newest first."""
    query = select(Permit).where(Permit.project_id == project_id)
    return session.scalars(query.order_by(Permit.starts.desc(), Permit.id.desc())).all()


def _changed(act: Act, project: Project) -> None:
    """Stops of work change what idle days count, which fund rules read too."""
    project.facts_version += 1
    act.announce("project", project.id, project.id)


def _problems(session: Session, project: Project, body: PermitIn) -> dict[str, str]:
    problems = {}
    if body.kind not in permit_kinds():
        problems["kind"] = f"没有这种许可，可选：{'、'.join(permit_kinds())}"
    if body.ends <= body.starts:
        problems["ends"] = "结束时间不晚于开始时间"
    elif body.ends - body.starts > _LONGEST:
        problems["ends"] = f"许可期限超过 {_LONGEST.days} 天"
    if body.zone is not None:
        watched = select(Zone.id).where(Zone.project_id == project.id)
        zones = [*session.scalars(watched), *(zone["id"] for zone in project.danger_zones)]
        if body.zone not in zones:
            problems["zone"] = f"本项目没有区域 {body.zone}"
    return problems
