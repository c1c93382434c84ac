"""What agents say of themselves: how they stand, which key they sign with, which settings hold."""

from collections.abc import Iterable

from siteward_contracts.decode import Envelope
from siteward_contracts.messages import Status
from siteward_platform.act import Act
from siteward_platform.agent_keys import see_key
from siteward_platform.agent_settings import hear
from siteward_platform.database.models import AgentState


def keep_agents(act: Act, envelopes: Iterable[Envelope]) -> None:
    """Takes what agents that are online say; older news changes nothing.

    The last will says nothing new: it was written when the agent connected.
    """
    latest: dict[tuple[str, str], Status] = {}
    for envelope in envelopes:
        message = envelope.message
        if isinstance(message, Status) and message.online:
            where = (envelope.topic.site, envelope.topic.device)
            if where not in latest or message.ts >= latest[where].ts:
                latest[where] = message
    for (site, agent), status in latest.items():
        if _keep(act, site, agent, status):
            if status.key:
                see_key(act, site, agent, status.key, status.ts)
            hear(act, site, agent, status.config, status.ts)


def _keep(act: Act, site: str, agent: str, status: Status) -> bool:
    state = act.session.get(AgentState, (site, agent))
    if state is None:
        state = AgentState(project_id=site, agent=agent, settings_version=0)
        act.session.add(state)
    elif state.last_seen > status.ts:
        return False
    state.software, state.last_seen = status.agent, status.ts
    state.outbox, state.oldest = status.outbox, status.oldest
    state.clock_offset, state.counts = status.clock_offset, dict(status.counts)
    if status.config is not None:
        state.settings_version = max(state.settings_version, status.config.version)
    return True
