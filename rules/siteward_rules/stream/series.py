"""One rule on one series: its samples in event order, and what they add up to.

Late samples are put where they belong and everything after them is judged again, so that
the order of arrival does not matter within :data:`LATENESS`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from siteward_rules.stream.alert_state import IDLE, Cause, Span, State, span, step, wait_until
from siteward_rules.stream.incidents import (
    Changes,
    Incident,
    Key,
    difference,
    identify,
    name_of,
)
from siteward_rules.stream.rule import AGGREGATES, RATES, Input, StreamRule

LATENESS: Final = timedelta(minutes=10)
"""How late a sample may come after a newer one of its series and still be judged."""
QUIET_TICKS: Final = 5
"""Ticks without a sample after which a series is no longer catching up."""
_TRIM_AT: Final = 512


class Sample(msgspec.Struct, frozen=True):
    """A value, or a phase of a detection."""

    ts: datetime
    value: float
    cause: Cause | None = None
    ends: bool = False

    @property
    def key(self) -> Key:
        """Its place in event order; a begin comes before an end of the same instant."""
        return (self.ts, self.ends, self.cause.track if self.cause else "")


class Memory(msgspec.Struct, frozen=True):
    """What a series must remember across a restart.

    Attributes:
        last: Its newest sample's instant.
        state: Where it stands after that.
        name: Name of the open incident.
    """

    last: datetime | None = None
    state: State = IDLE
    name: str | None = None


class Series:
    """One rule on one series. Mutable; owned by one engine."""

    def __init__(
        self,
        rule: StreamRule,
        memory: Memory | None = None,
        suspended: Callable[[datetime], bool] = lambda _: False,
        look_up: Callable[[Input, datetime], float | None] = lambda *_: None,
    ) -> None:
        """Starts empty, or goes on from what was remembered.

        Args:
            rule: What to judge by.
            memory: From before a restart.
            suspended: Whether a permit makes the rule stand aside at an instant.
            look_up: Gives the value of one of the rule's inputs at an instant.
        """
        self.rule = rule
        self._suspended = suspended
        self._look_up = look_up
        kept = memory or Memory()
        self.ready = kept.last is None
        self._base = kept.state
        self._floor = kept.last
        self._keys: list[Key] = []
        self._values: list[float | None] = []
        self._samples: list[Sample | None] = []
        self._states: list[State] = []
        self._closed: list[Incident] = []
        self._passed: State | None = None
        self._passed_closed: list[Incident] = []
        current = span(kept.state)
        self._open = Incident(kept.name or name_of(current), current) if current else None
        self._quiet = 0

    def fill(self, window: Iterable[tuple[datetime, float]]) -> None:
        """Puts a window's values back that were already judged before a restart."""
        for ts, value in window:
            self._keys.append((ts, False, ""))
            self._values.append(self._transform(ts, value))
            self._samples.append(None)
            self._states.append(self._base)
        self.ready = True

    def memory(self) -> Memory:
        """What to keep."""
        name = self._open.name if self._open else None
        return Memory(self._last, self._state, name)

    @property
    def idle(self) -> bool:
        """Whether passing time changes nothing."""
        return self._state.phase == "idle" and self.rule.silence is None

    def add(self, sample: Sample) -> Changes | None:
        """Takes a sample in any order.

        Returns:
            What it changed; nothing for a repeat; None when it came too late.
        """
        key = sample.key
        self._quiet = 0
        if self._floor is not None and sample.ts <= self._floor and not self.rule.of_detections:
            return [] if self._repeats(key) else None
        index = bisect_left(self._keys, key)
        if index < len(self._keys) and self._keys[index] == key:
            return []
        self._keys.insert(index, key)
        self._samples.insert(index, sample)
        self._values.insert(index, self._transform(sample.ts, sample.value))
        self._states.insert(index, IDLE)
        changes = self._judge(index)
        if len(self._keys) > _TRIM_AT:
            self._trim()
        return changes

    def pass_time(self, now: datetime) -> Changes:
        """Lets time pass without a sample."""
        self._quiet += 1
        if self.idle or self._quiet < QUIET_TICKS:
            return []
        after, ended = wait_until(self._state, self.rule, self._last, now)
        if after == self._state:
            return []
        self._passed = after
        before = self._open_list()
        changes, closed = self._compare([(ended, None)] if ended else [], before)
        self._passed_closed += closed
        return changes

    def refresh(self, since: datetime) -> Changes:
        """Judges again what a new value of an input may change."""
        first = bisect_left(self._keys, (since, False, ""))
        if self._floor is not None:
            first = max(first, bisect_right(self._keys, (self._floor, True, "\uffff")))
        return self._judge(first, again=True) if first < len(self._keys) else []

    @property
    def _last(self) -> datetime | None:
        return self._keys[-1][0] if self._keys else self._floor

    @property
    def _state(self) -> State:
        if self._passed is not None:
            return self._passed
        return self._states[-1] if self._states else self._base

    def _repeats(self, key: Key) -> bool:
        """Whether it was judged before; after a restart everything up to then was."""
        index = bisect_left(self._keys, key)
        return not self._keys or (index < len(self._keys) and self._keys[index] == key)

    def _transform(self, ts: datetime, value: float) -> float | None:
        if not self.rule.applies(ts) or self._suspended(ts):
            return None
        return 10 ** (value / 10) if self.rule.aggregate == "energy_mean" else value

    def _judge(self, first: int, again: bool = False) -> Changes:
        """Judges every sample from ``first`` on and says how incidents differ from before."""
        redone = self._passed_closed + self._open_list()
        if again or first < len(self._keys) - 1:
            start = self._keys[first]
            redone = [i for i in self._closed if i.ended_by and i.ended_by >= start] + redone
            self._closed = [i for i in self._closed if i.ended_by and i.ended_by < start]
        self._passed, self._passed_closed = None, []
        ended: list[tuple[Span, Key | None]] = []
        state = self._states[first - 1] if first else self._base
        last = self._keys[first - 1][0] if first else self._floor
        for index in range(first, len(self._keys)):
            key = self._keys[index]
            state, stale = wait_until(state, self.rule, last, key[0])
            state, over = self._step(state, index)
            ended += [(s, key) for s in (stale, over) if s]
            self._states[index] = state
            last = key[0]
        if not ended and not redone and state.phase == "idle":
            return []
        changes, closed = self._compare(ended, redone)
        self._closed += closed
        return changes

    def _step(self, state: State, index: int) -> tuple[State, Span | None]:
        sample = self._samples[index]
        ts = self._keys[index][0]
        if self.rule.of_detections and sample is not None and sample.cause is not None:
            return self._follow(state, sample, sample.cause)
        value = None if self.rule.silence else self._aggregate(index)
        if value is None:
            return step(state, self.rule, ts, False)
        facts = self._facts("value", value, ts)
        if facts is None:  # an input is missing: neither breached nor over
            return state, None
        if self.rule.clear is not None and state.phase != "idle":
            return step(state, self.rule, ts, not self.rule.clear.holds(facts), value)
        return step(state, self.rule, ts, self.rule.condition.holds(facts), value)

    def _facts(self, name: str, value: float, ts: datetime) -> dict[str, float] | None:
        """What the conditions may name; None while an input has no value."""
        facts = {name: value, **self.rule.params}
        if self.rule.limit is not None:
            facts["limit"] = self.rule.limit
        for given in self.rule.inputs:
            found = self._look_up(given, ts)
            if found is None:
                return None
            facts[given.name] = found
        return facts

    def _follow(self, state: State, sample: Sample, cause: Cause) -> tuple[State, Span | None]:
        others = tuple(track for track in state.tracks if track != cause.track)
        if sample.ends:
            state = msgspec.structs.replace(state, tracks=others)
            return step(state, self.rule, sample.ts, bool(others))
        facts = self._facts("confidence", cause.confidence, sample.ts)
        ready = self.rule.applies(sample.ts) and not self._suspended(sample.ts)
        if not (ready and facts and self.rule.condition.holds(facts)):
            return step(state, self.rule, sample.ts, bool(state.tracks))
        state = msgspec.structs.replace(state, tracks=(*others, cause.track))
        return step(state, self.rule, sample.ts, True, cause.confidence, cause)

    def _aggregate(self, index: int) -> float | None:
        """The window that ends at a sample as one number; None when it may not be judged."""
        if self._values[index] is None:
            return None
        rule, ts = self.rule, self._keys[index][0]
        if not rule.window:
            return self._values[index]
        start = bisect_right(self._keys, (ts - rule.window, True, "\uffff"), 0, index + 1)
        values = [v for v in self._values[start : index + 1] if v is not None]
        oldest = self._keys[index - len(values) + 1][0]
        if ts - oldest < rule.window * rule.coverage:
            return None
        if rule.aggregate in RATES:
            elapsed = (ts - oldest).total_seconds() / RATES[rule.aggregate]
            return round((values[-1] - values[0]) / elapsed, 6) if elapsed else None
        return AGGREGATES[rule.aggregate](values)

    def _open_list(self) -> list[Incident]:
        return [self._open] if self._open else []

    def _compare(
        self, ended: list[tuple[Span, Key | None]], before: list[Incident]
    ) -> tuple[Changes, list[Incident]]:
        """Names the spans as the incidents they were before.

        Returns:
            The differences, and the incidents that are over.
        """
        changes: Changes = []
        closed: list[Incident] = []
        current = span(self._state)
        self._open = None
        spans = [*ended, *([(current, None)] if current else [])]
        olds = identify([found for found, _ in spans], before)
        taken = {incident.name for incident in (*before, *self._closed)}
        for (found, key), old in zip(spans, olds, strict=True):
            name = old.name if old else name_of(found, taken)
            incident = Incident(name, found, key)
            if found.resolved_at is None:
                self._open = incident
            elif found.fired_at is not None:
                closed.append(incident)
            changes += difference(old.span if old else None, incident)
        left = [incident for incident in before if incident not in olds]
        gone: Changes = [("retracted", i.name, i.span) for i in left if i.span.fired_at]
        return gone + changes, closed

    def _trim(self) -> None:
        """Forgets samples too old to matter to any window or late sample."""
        keep_from = self._keys[-1][0] - LATENESS - self.rule.window
        count = bisect_left(self._keys, (keep_from, False, ""))
        if count < _TRIM_AT // 2:
            return
        self._base = self._states[count - 1]
        self._floor = self._keys[-1][0] - LATENESS
        for kept in (self._keys, self._values, self._samples, self._states):
            del kept[:count]
        self._closed = [i for i in self._closed if i.ended_by and i.ended_by >= self._keys[0]]
