"""What the platform calls a camera's zones, and what grows in them.

Where a zone is, agents are told by their settings (``agent_settings``); the polygon kept here is
drawn over pictures.
"""

from collections import Counter

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.agent_keys import check_device
from siteward_platform.api.schemas.rooms import CameraZonesIn
from siteward_platform.database.models import Device, DeviceState, WorkItem, Zone
from siteward_platform.refusals import InvalidError


def put_camera_zones(act: Act, project_id: str, camera: str, body: CameraZonesIn) -> None:
    """Replaces a camera's zones; those of other cameras stay.

    Raises:
        NotFoundError: No such project or camera.
        InvalidError: Names what does not fit.
    """
    check_device(act.session, project_id, camera, "camera")
    if problems := _problems(act.session, project_id, camera, body):
        raise InvalidError("zones_inconsistent", "分区设置前后不一致", "请按提示修改", problems)
    project = act.change(project_id)
    session = act.session
    mine = (Zone.project_id == project_id) & (Zone.camera == camera)
    session.execute(delete(Zone).where(mine))
    last = session.scalar(select(func.max(Zone.position)).where(Zone.project_id == project_id))
    start = 0 if last is None else last + 1
    session.add_all(
        Zone(project_id=project_id, camera=camera, position=start + n, **zone.model_dump())
        for n, zone in enumerate(body.zones)
    )
    others = [zone for zone in project.danger_zones if zone["camera"] != camera]
    named = [zone.model_dump() | {"camera": camera} for zone in body.danger_zones]
    project.danger_zones = others + named
    act.log(
        "camera.zones", f"project:{project_id}", camera=camera,
        zones=[zone.id for zone in body.zones],
        danger_zones=[zone.id for zone in body.danger_zones],
    )  # fmt: skip
    act.announce("project", project_id, project_id)


def agent_of(session: Session, project_id: str, camera: str) -> str | None:
    """The agent that speaks for a camera: the last that did, or the only one there is."""
    state = session.get(DeviceState, (project_id, camera))
    if state is not None and state.agent is not None:
        return state.agent
    query = select(Device.id).where(Device.project_id == project_id, Device.kind == "agent")
    agents = session.scalars(query).all()
    return agents[0] if len(agents) == 1 else None


def _problems(
    session: Session, project_id: str, camera: str, body: CameraZonesIn
) -> dict[str, str]:
    problems: dict[str, str] = {}
    items = set(session.scalars(select(WorkItem.id).where(WorkItem.project_id == project_id)))
    others = select(Zone).where(Zone.project_id == project_id, Zone.camera != camera)
    elsewhere = {zone.id: zone.weight for zone in session.scalars(others)}
    for name, ids in (
        ("zones", [zone.id for zone in body.zones] + list(elsewhere)),
        ("danger_zones", [zone.id for zone in body.danger_zones]),
    ):
        if twice := [i for i, n in Counter(ids).items() if n > 1]:
            problems[name] = f"编号重复：{'、'.join(twice)}"
    for n, zone in enumerate(body.zones):
        if zone.work_item not in items:
            problems[f"zones[{n}].work_item"] = f"没有分项工程 {zone.work_item}"
        percents = [state.percent for state in zone.states]
        if percents != sorted(set(percents)):
            problems[f"zones[{n}].states"] = "各状态的百分比须逐级升高"
    if sum(zone.weight for zone in body.zones) + sum(elsewhere.values()) > 1.000001:
        problems.setdefault("zones", "各区域权重之和超过 1")
    return problems
