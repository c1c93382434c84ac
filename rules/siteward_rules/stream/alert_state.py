"""The alert state machine: idle, pending, firing, resolved, over event time.

Prometheus' semantics: a breach must last ``wait`` before it fires, goes on firing for
``keep`` after it ended, and a value holds for ``stale`` at most. Everything is a pure
function of states and instants, so that a replay gives the same alerts.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from siteward_rules.stream.rule import StreamRule

Phase = Literal["idle", "pending", "firing"]


class Cause(msgspec.Struct, frozen=True):
    """What a camera showed when an incident began."""

    track: str
    confidence: float
    box: tuple[float, float, float, float] | None = None
    evidence: str | None = None
    first_seen: datetime | None = None


class State(msgspec.Struct, frozen=True):
    """Where one rule stands on one series after a sample.

    Attributes:
        phase: Idle, pending or firing.
        since: When the breach began.
        fired_at: When it had lasted long enough.
        clear_since: Since when it is over while the alert goes on firing.
        value: What an alert shows of the values since the breach began.
        count: Detections since then.
        cause: The first of them.
        tracks: Incidents a camera has begun and not ended.
    """

    phase: Phase = "idle"
    since: datetime | None = None
    fired_at: datetime | None = None
    clear_since: datetime | None = None
    value: float | None = None
    count: int = 0
    cause: Cause | None = None
    tracks: tuple[str, ...] = ()


class Span(msgspec.Struct, frozen=True):
    """A breach from its beginning to its end; ``resolved_at`` None means it goes on."""

    started_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    value: float | None
    count: int
    cause: Cause | None


IDLE = State()


def wait_until(
    state: State, rule: StreamRule, last: datetime | None, now: datetime
) -> tuple[State, Span | None]:
    """Lets time pass without a sample, from the last one until now.

    Returns:
        The state now, and the span that ended on the way.
    """
    if rule.silence is not None and last is not None:
        state = _fall_silent(state, rule.silence, rule.wait, last, now)
    if state.phase == "idle" or state.since is None or last is None:
        return state, None
    holds_until = now if rule.silence is not None else last + rule.stale
    if state.phase == "pending" and state.since + rule.wait <= min(now, holds_until):
        state = msgspec.structs.replace(state, phase="firing", fired_at=state.since + rule.wait)
    if state.clear_since is not None and state.clear_since + rule.keep <= now:
        return _idle(state), span(state, state.clear_since + rule.keep)
    if state.clear_since is None and now > holds_until:
        return msgspec.structs.replace(_idle(state), tracks=()), span(state, holds_until)
    return state, None


def step(
    state: State,
    rule: StreamRule,
    ts: datetime,
    breached: bool,
    value: float | None = None,
    cause: Cause | None = None,
) -> tuple[State, Span | None]:
    """Takes one sample's verdict; time up to ``ts`` has passed already.

    Returns:
        The state after it, and the span that ended with it.
    """
    if not breached:
        return _clear(state, rule, ts)
    began = state if state.phase != "idle" else State("pending", since=ts, tracks=state.tracks)
    after = State(
        began.phase, began.since, began.fired_at, None,
        began.value if value is None else rule.shown(began.value, value),
        began.count + (cause is not None), began.cause or cause, began.tracks,
    )  # fmt: skip
    if after.phase == "pending" and not rule.wait:
        after = msgspec.structs.replace(after, phase="firing", fired_at=after.since)
    return after, None


def span(state: State, end: datetime | None = None) -> Span | None:
    """The breach a state is in, ended or not; None when idle."""
    if state.since is None:
        return None
    if end is not None:
        end = max(end, state.since)
    return Span(state.since, state.fired_at, end, state.value, max(1, state.count), state.cause)


def _fall_silent(
    state: State, silence: timedelta, wait: timedelta, last: datetime, now: datetime
) -> State:
    """A rule about missing data fires once nothing came for longer than its limit."""
    fires = last + silence + wait
    if state.phase != "idle" or now <= fires:
        return state
    return State("firing", last, fires, value=silence.total_seconds() / 60, tracks=state.tracks)


def _clear(state: State, rule: StreamRule, ts: datetime) -> tuple[State, Span | None]:
    if state.phase == "idle":
        return state, None
    if state.phase == "pending" or not rule.keep:
        return _idle(state), span(state, ts)
    if state.clear_since is None:
        state = msgspec.structs.replace(state, clear_since=ts)
    return state, None


def _idle(state: State) -> State:
    return State(tracks=state.tracks)
