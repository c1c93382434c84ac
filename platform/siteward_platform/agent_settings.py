"""What the platform sets of an agent's cameras, a version at a time.

A change is written down, sent by the worker as a retained message, and judged by the agent; what
the agent says of it comes back in its status. Until it answers, and whenever it says that it knows
an older version, the newest is sent again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_contracts.ids import IdSource
from siteward_contracts.messages import AgentConfig, ConfigState
from siteward_contracts.topics import Kind, Topic
from siteward_platform.act import Act
from siteward_platform.agent_keys import check_device
from siteward_platform.api.schemas.agents import CameraSettingsIn
from siteward_platform.database.models import AgentSettings, AgentState
from siteward_platform.refusals import ConflictError

PATIENCE: Final = timedelta(seconds=30)
"""How long an agent may report an older version before the newest is sent again."""


def newest(session: Session, project_id: str, agent: str) -> AgentSettings | None:
    """The settings that were set last, whatever became of them."""
    query = select(AgentSettings).where(
        AgentSettings.project_id == project_id, AgentSettings.agent == agent
    )
    return session.scalars(query.order_by(AgentSettings.version.desc()).limit(1)).one_or_none()


def in_force(session: Session, project_id: str, agent: str) -> AgentSettings | None:
    """The newest settings that the agent has not refused."""
    query = select(AgentSettings).where(
        AgentSettings.project_id == project_id,
        AgentSettings.agent == agent,
        AgentSettings.applied.is_not(False),
    )
    return session.scalars(query.order_by(AgentSettings.version.desc()).limit(1)).one_or_none()


def set_camera(
    act: Act, project_id: str, agent: str, camera: str, body: CameraSettingsIn
) -> AgentSettings:
    """Sets what the platform wants of a camera; the agent's other cameras keep theirs.

    What the agent refused is not carried on: a change starts from what it took last.

    Raises:
        NotFoundError: No such project, agent or camera.
        ConflictError: Somebody else has changed the agent's settings meanwhile.
    """
    check_device(act.session, project_id, agent, "agent")
    check_device(act.session, project_id, camera, "camera")
    state = act.session.get(AgentState, (project_id, agent), with_for_update=True)
    before = newest(act.session, project_id, agent)
    version = before.version if before else 0
    if body.version != version:
        raise ConflictError(
            "settings_changed",
            f"设置已被他人修改，当前版本为 {version}",
            "请刷新后在最新版本上修改",
            {"version": f"当前版本为 {version}"},
        )
    taken = in_force(act.session, project_id, agent)
    cameras = {**(taken.cameras if taken else {}), camera: body.settings}
    row = AgentSettings(
        project_id=project_id,
        agent=agent,
        # An agent that outlived a lost database has seen higher versions, and waits for higher.
        version=max(version, state.settings_version if state else 0) + 1,
        cameras={name: settings for name, settings in cameras.items() if settings},
        set_by=act.who.name,
        set_at=act.at,
        problems=[],
    )
    act.session.add(row)
    act.session.flush()
    act.log(
        "agent.settings", f"agent:{project_id}/{agent}",
        version=row.version, camera=camera, settings=body.settings,
    )  # fmt: skip
    act.announce("device", project_id, agent, "settings")
    return row


def waiting(session: Session) -> Sequence[AgentSettings]:
    """Settings that have not been sent, or are to be sent again."""
    query = select(AgentSettings).where(AgentSettings.sent_at.is_(None))
    return session.scalars(query.order_by(AgentSettings.version)).all()


def hand_over(act: Act, new_id: IdSource) -> list[tuple[str, bytes]]:
    """Marks what waits as sent; returns topic and payload of each agent's newest."""
    messages = {}
    for row in waiting(act.session):
        row.sent_at = act.at
        message = AgentConfig(id=new_id(), ts=act.at, version=row.version, cameras=row.cameras)
        topic = str(Topic(row.project_id, row.agent, Kind.CONFIG))
        messages[topic] = msgspec.json.encode(message)
    return list(messages.items())


def hear(act: Act, site: str, agent: str, said: ConfigState | None, ts: datetime) -> None:
    """What an agent says of its settings."""
    version = said.version if said else 0
    row = newest(act.session, site, agent)
    if row is None:
        return
    if version < row.version:
        if row.sent_at is not None and ts - row.sent_at > PATIENCE:
            row.sent_at = None
        return
    if said is None or version > row.version:
        return
    if (row.applied, row.problems) != (said.applied, said.problems):
        row.applied, row.problems, row.reported_at = said.applied, list(said.problems), ts
        action = "agent.settings_applied" if said.applied else "agent.settings_refused"
        act.log(action, f"agent:{site}/{agent}", version=version, problems=said.problems)
        act.announce("device", site, agent, "settings")
