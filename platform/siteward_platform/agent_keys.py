"""The keys agents sign with: seen, accepted by an administrator, revoked."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from siteward_contracts.signatures import fingerprint
from siteward_platform.act import Act
from siteward_platform.api.schemas.agents import KeyDecisionIn
from siteward_platform.database.models import AgentKey, Device
from siteward_platform.projects import get_project
from siteward_platform.refusals import ConflictError, NotFoundError

log = logging.getLogger(__name__)

MOST_PENDING: Final = 20
"""Keys of one agent that may wait; whoever floods the broker must not flood the audit log."""


def see_key(act: Act, site: str, agent: str, key: str, ts: datetime) -> None:
    """An agent says that this is its key; one never seen waits for an administrator."""
    row = act.session.get(AgentKey, (site, key))
    if row is None:
        if _pending(act.session, site, agent) >= MOST_PENDING:
            log.warning("another key of %s/%s is not listed: too many wait", site, agent)
            return
        row = AgentKey(
            project_id=site, key=key, agent=agent, state="pending", first_seen=act.at, reason=""
        )
        act.session.add(row)
        _log(act, row, "agent.key_seen")
    if row.last_seen is None or row.last_seen < ts:
        row.last_seen = ts


def _pending(session: Session, site: str, agent: str) -> int:
    query = select(func.count()).where(
        AgentKey.project_id == site, AgentKey.agent == agent, AgentKey.state == "pending"
    )
    return session.scalar(query) or 0


def decide_key(act: Act, project_id: str, agent: str, key: str, body: KeyDecisionIn) -> AgentKey:
    """Accepts or revokes a key; deciding the same again changes nothing.

    A key may be accepted before its agent was ever heard: whoever enrolled it has read it out.

    Raises:
        NotFoundError: No such project, or no such agent in it.
        ConflictError: A revoked key would be accepted, or it is another agent's.
    """
    check_device(act.session, project_id, agent, "agent")
    row = act.session.get(AgentKey, (project_id, key), with_for_update=True)
    if row is None:
        row = AgentKey(project_id=project_id, key=key, agent=agent, first_seen=act.at)
        act.session.add(row)
    elif row.agent != agent:
        raise ConflictError(
            "key_of_other_agent", f"该密钥属于终端 {row.agent}", "请核对终端编号和密钥指纹"
        )
    elif row.state == body.state:
        return row
    elif row.state == "revoked":
        raise ConflictError(
            "key_revoked",
            "该密钥已吊销，不能再次接受",
            "请在终端上运行 siteward edge enrol --replace",
        )
    row.state, row.reason = body.state, body.reason
    if body.state == "accepted":
        row.accepted_by, row.accepted_at = act.who.name, act.at
    else:
        row.revoked_by, row.revoked_at = act.who.name, act.at
    act.session.flush()
    _log(act, row, f"agent.key_{body.state}", reason=body.reason)
    return row


def keys_of(session: Session, project_id: str) -> Sequence[AgentKey]:
    """Every key of a project's agents, newest first."""
    query = select(AgentKey).where(AgentKey.project_id == project_id)
    return session.scalars(query.order_by(AgentKey.first_seen.desc(), AgentKey.key)).all()


def check_device(session: Session, project_id: str, device: str, kind: str) -> None:
    """Refuses a device that the project does not have.

    Raises:
        NotFoundError: No such project, or no such device of that kind in it.
    """
    get_project(session, project_id)
    row = session.get(Device, (project_id, device))
    if row is None or row.kind != kind:
        what = {"agent": "终端", "camera": "摄像机"}[kind]
        raise NotFoundError(f"no_such_{kind}", f"本项目没有{what} {device}", "请从设备列表中选择")


def _log(act: Act, row: AgentKey, action: str, **detail: object) -> None:
    subject = f"agent:{row.project_id}/{row.agent}"
    act.log(action, subject, key=row.key, fingerprint=fingerprint(row.key), **detail)
    act.announce("device", row.project_id, row.agent, row.state)
