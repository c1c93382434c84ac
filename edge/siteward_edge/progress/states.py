"""From single judgements of a zone to the state it is believed to be in. Pure.

Domain reference, section 6: medians over a window, forward only, a change accepted when it
won enough observations with a probability of 0.8 or more, otherwise left to a person.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from siteward_edge.config.progress import ProgressTiming, Zone, ZoneState
from siteward_edge.vision.ports import StateEstimate

SURE: Final = 0.8
"""Median probability a new state needs to be accepted without a person."""
LEAST_VISIBLE: Final = 0.3
"""A picture that shows less of the zone says nothing about it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be reported of a zone.

    Attributes:
        state: The state; of an uncertain finding the proposed one.
        confidence: Its median probability over the window.
        coverage: Median share of the zone that was visible.
        uncertain: The change awaits a person's confirmation.
        changed: Whether this says something the last report did not.
    """

    state: ZoneState
    confidence: float
    coverage: float
    uncertain: bool
    changed: bool


@dataclass(slots=True)
class ZoneProgress:
    """Follows one zone.

    Attributes:
        zone: What its states are.
        timing: How many observations count and when to report.
        accepted: Code of the state it is in, None until the first is accepted.
    """

    zone: Zone
    timing: ProgressTiming
    accepted: str | None = None
    _window: deque[StateEstimate] = field(default_factory=deque)
    _looked: datetime | None = None
    _reported: tuple[str, bool] | None = None
    _reported_at: datetime | None = None

    def due(self, ts: datetime) -> bool:
        """Whether it is time for another observation."""
        every = timedelta(seconds=self.timing.every_seconds)
        return self._looked is None or ts - self._looked >= every

    def forget(self) -> None:
        """Drops the window: what was seen before a blind time does not vouch for after it."""
        self._window.clear()

    def observe(self, estimate: StateEstimate, ts: datetime) -> Finding | None:
        """Takes one observation; returns what is to be reported now, if anything."""
        self._looked = ts
        if estimate.visible < LEAST_VISIBLE:
            return None
        self._window.append(estimate)
        while len(self._window) > self.timing.window:
            self._window.popleft()
        verdict = self._verdict()
        if verdict is None:
            return None
        state, uncertain = verdict
        if not uncertain:
            self.accepted = state.code
        return self._report(state, uncertain, ts)

    def _verdict(self) -> tuple[ZoneState, bool] | None:
        """The state to speak of and whether it is only proposed."""
        if len(self._window) < self.timing.agree:
            return None
        held = next((s for s in self.zone.states if s.code == self.accepted), None)
        candidate = winner(self.zone.states, self._window, self.timing.agree)
        if candidate is None or candidate == held:
            return (held, False) if held else None
        sure = confidence(candidate, self._window) >= SURE
        forward = held is None or candidate.percent > held.percent
        if held is not None and not forward and not sure:
            return held, False
        return candidate, not (forward and sure)

    def _report(self, state: ZoneState, uncertain: bool, ts: datetime) -> Finding | None:
        changed = self._reported != (state.code, uncertain)
        every = timedelta(seconds=self.timing.report_seconds)
        if not changed and self._reported_at is not None and ts - self._reported_at < every:
            return None
        self._reported, self._reported_at = (state.code, uncertain), ts
        return Finding(
            state,
            confidence(state, self._window),
            min(1.0, median(e.visible for e in self._window)),
            uncertain,
            changed,
        )


def winner(
    states: Sequence[ZoneState], window: Sequence[StateEstimate], agree: int
) -> ZoneState | None:
    """The state most probable in at least ``agree`` of the observations."""
    for state in states:
        won = sum(
            max(e.probabilities, key=e.probabilities.__getitem__) == state.code
            for e in window
            if e.probabilities
        )
        if won >= agree:
            return state
    return None


def confidence(state: ZoneState, window: Sequence[StateEstimate]) -> float:
    """Median probability of a state over the observations."""
    return min(1.0, max(0.0, median(e.probabilities.get(state.code, 0.0) for e in window)))
