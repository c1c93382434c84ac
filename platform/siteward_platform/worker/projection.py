"""The latest state of zones and devices, kept beside the series for those who ask "now"."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from siteward_contracts.decode import Envelope
from siteward_contracts.messages import Health, Progress, Status, Telemetry
from siteward_platform.act import Act
from siteward_platform.database.models import DeviceState, Project, ZoneState

_HOLDS: Final = timedelta(minutes=2)
"""How long what a camera last said of its health is taken to hold."""
_BLIND: Final = frozenset(Health) - {Health.OK}
"""What such a camera shows does not count, however clear it is."""


def project(act: Act, envelopes: Iterable[Envelope], arrived_at: datetime) -> None:
    """Takes a batch; older news than what is known changes nothing."""
    latest: dict[tuple[str, str], Telemetry] = {}
    for envelope in envelopes:
        site, device = envelope.topic.site, envelope.topic.device
        message = envelope.message
        if isinstance(message, Telemetry):
            known = latest.get((site, device))
            if known is None or message.ts >= known.ts:
                latest[site, device] = message
        elif isinstance(message, Progress):
            _zone(act, site, device, message)
        elif isinstance(message, Status):
            _status(act, site, device, message, arrived_at)
    for (site, device), message in latest.items():
        _telemetry(act, site, device, message)


def offline_since(act: Act, envelope: Envelope, arrived_at: datetime) -> datetime:
    """When an agent that says it is offline went offline.

    An orderly stop says so itself; a last will was written when the agent connected, which
    is before the last thing it said, and counts from its arrival.
    """
    state = act.session.get(DeviceState, (envelope.topic.site, envelope.topic.device))
    stated = envelope.message.ts
    if state is None or stated > state.last_seen:
        return stated
    return state.since if state.health == "offline" and state.since else arrived_at


def _zone(act: Act, site: str, camera: str, message: Progress) -> None:
    if _was_blind(act.session.get(DeviceState, (site, camera)), message.ts):
        return  # progress seen while the camera was blind does not count
    state = act.session.get(ZoneState, (site, message.zone))
    if state is not None and state.measured_at >= message.ts:
        return
    changed = state is None or (state.state, state.uncertain) != (message.state, message.uncertain)
    if state is None:
        state = ZoneState(project_id=site, zone=message.zone)
        act.session.add(state)
    state.state, state.percent = message.state, message.percent
    state.confidence, state.coverage = message.confidence, message.coverage
    state.uncertain, state.measured_at = message.uncertain, message.ts
    state.evidence, state.before = message.evidence, message.before
    state.last_good = message.last_good
    if changed and act.session.get(Project, site) is not None:
        act.change(site)
        act.announce("project", site, site)


def _was_blind(camera: DeviceState | None, ts: datetime) -> bool:
    """Whether a camera is known to have been blind; news older than the instant says nothing."""
    if camera is None or camera.health not in _BLIND or camera.since is None:
        return False
    return camera.since <= ts <= camera.last_seen + _HOLDS


def _telemetry(act: Act, site: str, device: str, message: Telemetry) -> None:
    sample = message.samples[-1]
    sees = sample.readings.get("camera_ok")
    health = "ok"
    if sees == 0:
        known = act.session.get(DeviceState, (site, device))
        health = known.health if known and known.health in _BLIND else "blind"
    fps = sample.readings.get("camera_fps")
    _device(act, site, device, health, sample.ts, fps=fps, good=sees is None or sees > 0)


def _status(act: Act, site: str, agent: str, message: Status, arrived_at: datetime) -> None:
    state = act.session.get(DeviceState, (site, agent))
    if message.online:
        _device(act, site, agent, "ok", message.ts)
    elif state is None or state.health != "offline":
        last = state.last_seen if state else None
        at = message.ts if last is None or message.ts > last else arrived_at
        _device(act, site, agent, "offline", at, good=False)
    for camera in message.cameras:
        _device(
            act, site, camera.device, str(camera.health), message.ts,
            since=camera.since, fps=camera.fps, good=camera.health == "ok",
        )  # fmt: skip
    spoken_for = [c.device for c in message.cameras] + [s.device for s in message.sensors]
    for device in spoken_for:
        state = act.session.get(DeviceState, (site, device))
        if state is not None and state.agent != agent:
            state.agent = agent


def _device(
    act: Act,
    site: str,
    device: str,
    health: str,
    ts: datetime,
    *,
    since: datetime | None = None,
    fps: float | None = None,
    good: bool = True,
) -> None:
    state = act.session.get(DeviceState, (site, device))
    if state is not None and state.last_seen > ts:
        return
    if state is None:
        state = DeviceState(project_id=site, device=device, health="", last_seen=ts)
        act.session.add(state)
    if state.health != health:
        state.health, state.since = health, since or ts
        act.announce("device", site, device, health)
    state.last_seen = ts
    state.fps = fps if fps is not None else state.fps
    if good:
        state.last_good = ts
