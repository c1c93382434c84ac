"""Agents as people read them."""

from sqlalchemy import select

from siteward_contracts.signatures import fingerprint
from siteward_platform.act import Act
from siteward_platform.agent_keys import check_device, keys_of
from siteward_platform.agent_settings import in_force, newest
from siteward_platform.api.schemas.agents import (
    AgentKeyOut,
    AgentOut,
    AgentSettingsOut,
    CameraSettingsOut,
)
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import AgentKey, AgentSettings, AgentState, Device


def agents_out(act: Act, project_id: str) -> list[AgentOut]:
    """A project's agents in their order."""
    query = select(Device.id).where(Device.project_id == project_id, Device.kind == "agent")
    keys = keys_of(act.session, project_id)
    return [
        _agent_out(act, project_id, agent, [k for k in keys if k.agent == agent])
        for agent in act.session.scalars(query.order_by(Device.position))
    ]


def agent_out(act: Act, project_id: str, agent: str) -> AgentOut:
    """One agent."""
    keys = [key for key in keys_of(act.session, project_id) if key.agent == agent]
    return _agent_out(act, project_id, agent, keys)


def camera_settings_out(act: Act, project_id: str, agent: str, camera: str) -> CameraSettingsOut:
    """What the platform sets of one camera.

    Raises:
        NotFoundError: No such project, agent or camera.
    """
    check_device(act.session, project_id, agent, "agent")
    check_device(act.session, project_id, camera, "camera")
    last = newest(act.session, project_id, agent)
    taken = in_force(act.session, project_id, agent)
    return CameraSettingsOut(
        agent=agent,
        camera=camera,
        settings=last.cameras.get(camera, {}) if last else {},
        in_force=taken.cameras.get(camera, {}) if taken else {},
        newest=_settings_out(act, last),
        version=last.version if last else 0,
    )


def _agent_out(act: Act, project_id: str, agent: str, keys: list[AgentKey]) -> AgentOut:
    state = act.session.get(AgentState, (project_id, agent))
    return AgentOut(
        id=agent,
        software=state.software if state else None,
        last_seen=state.last_seen if state else None,
        outbox=state.outbox if state else None,
        oldest=state.oldest if state else None,
        clock_offset=state.clock_offset if state else None,
        counts=state.counts if state else {},
        keys=[_key_out(act, key) for key in keys],
        settings=_settings_out(act, newest(act.session, project_id, agent)),
    )


def _key_out(act: Act, key: AgentKey) -> AgentKeyOut:
    people = {name: shown_name(act.session, getattr(key, name)) for name in _PEOPLE}
    same = set(AgentKeyOut.model_fields) - {"fingerprint", *_PEOPLE}
    return AgentKeyOut(
        fingerprint=fingerprint(key.key), **people, **{name: getattr(key, name) for name in same}
    )


_PEOPLE = ("accepted_by", "revoked_by")


def _settings_out(act: Act, row: AgentSettings | None) -> AgentSettingsOut | None:
    if row is None:
        return None
    if row.applied is not None:
        state = "applied" if row.applied else "refused"
    else:
        state = "sent" if row.sent_at else "waiting"
    return AgentSettingsOut(
        version=row.version,
        state=state,
        problems=row.problems,
        set_by=shown_name(act.session, row.set_by) or row.set_by,
        set_at=row.set_at,
        reported_at=row.reported_at,
    )
