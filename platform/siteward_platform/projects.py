"""Setting projects up. Putting a project again replaces its set-up and keeps its history."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act, no_project
from siteward_platform.api.schemas.setup import ProjectIn
from siteward_platform.database.models import (
    Contract,
    Device,
    Milestone,
    Person,
    Project,
    WorkItem,
    Zone,
)
from siteward_platform.refusals import InvalidError


def get_project(session: Session, project_id: str) -> Project:
    """A project.

    Raises:
        NotFoundError: There is none.
    """
    project = session.get(Project, project_id)
    if project is None:
        raise no_project(project_id)
    return project


def list_projects(session: Session) -> Sequence[Project]:
    """All projects in the order of their ids."""
    return session.scalars(select(Project).order_by(Project.id)).all()


def put_project(act: Act, project_id: str, body: ProjectIn) -> Project:
    """Sets a project up, or replaces its set-up.

    Milestones keep where they stand; reports, measurements, payments and claims are untouched.

    Raises:
        InvalidError: Parts of the set-up do not fit together; every problem is named.
    """
    if problems := _problems(body):
        raise InvalidError(
            "project_inconsistent", "项目设置前后不一致", "请按各字段的提示修改", problems
        )
    session = act.session
    project = session.get(Project, project_id, with_for_update=True)
    if project is None:
        project = Project(id=project_id, facts_version=0, rules_version=0)
        session.add(project)
    project.facts_version += 1
    project.rules_version += 1
    for column, value in _columns(body).items():
        setattr(project, column, value)
    session.flush()
    terms = body.contract.model_dump() | {"procedure": body.contract.procedure.value}
    session.merge(Contract(project_id=project_id, **terms))
    _replace(session, project_id, WorkItem, _rows(body.work_items))
    _replace(session, project_id, Zone, _rows(body.zones))
    _replace(session, project_id, Device, _rows(body.devices))
    _replace(session, project_id, Person, _rows(body.people))
    _put_milestones(session, project_id, body)
    session.flush()
    act.log("project.put", f"project:{project_id}", contract_sum=body.contract.contract_sum)
    act.announce("project", project_id, project_id)
    return project


def _columns(body: ProjectIn) -> dict[str, Any]:
    parts = {"people", "contract", "work_items", "milestones", "zones", "devices"}
    return body.model_dump(exclude=parts)


def _rows(items: Iterable[Any]) -> list[dict[str, Any]]:
    return [item.model_dump() | {"position": n} for n, item in enumerate(items)]


def _replace(
    session: Session,
    project_id: str,
    table: type[WorkItem | Zone | Device | Person],
    rows: list[dict[str, Any]],
) -> None:
    session.execute(delete(table).where(table.project_id == project_id))
    session.add_all(table(project_id=project_id, **row) for row in rows)


def _put_milestones(session: Session, project_id: str, body: ProjectIn) -> None:
    wanted = {row["id"]: row for row in _rows(body.milestones)}
    gone = (Milestone.project_id == project_id) & Milestone.id.not_in(wanted)
    session.execute(delete(Milestone).where(gone))
    for row in wanted.values():
        session.merge(Milestone(project_id=project_id, **row))


def _problems(body: ProjectIn) -> dict[str, str]:
    problems: dict[str, str] = {}
    items = {item.id for item in body.work_items}
    cameras = {device.id for device in body.devices if device.kind == "camera"}
    for name in ("work_items", "milestones", "zones", "danger_zones", "devices"):
        repeated = [i for i, n in Counter(x.id for x in getattr(body, name)).items() if n > 1]
        if repeated:
            problems[name] = f"编号重复：{'、'.join(repeated)}"
    for n, item in enumerate(body.work_items):
        if item.planned_finish < item.planned_start:
            problems[f"work_items[{n}].planned_finish"] = "完工日期早于开工日期"
    for n, milestone in enumerate(body.milestones):
        if unknown := [i for i in milestone.work_items if i not in items]:
            problems[f"milestones[{n}].work_items"] = f"没有分项工程 {'、'.join(unknown)}"
    for n, danger in enumerate(body.danger_zones):
        if danger.camera not in cameras:
            problems[f"danger_zones[{n}].camera"] = f"没有摄像机 {danger.camera}"
    for n, zone in enumerate(body.zones):
        if zone.camera not in cameras:
            problems[f"zones[{n}].camera"] = f"没有摄像机 {zone.camera}"
        if zone.work_item not in items:
            problems[f"zones[{n}].work_item"] = f"没有分项工程 {zone.work_item}"
    if sum(zone.weight for zone in body.zones) > 1.000001:
        problems["zones"] = "各区域权重之和超过 1"
    return problems
