"""The stream engine: observations in, alert transitions out.

Indexed by what rules read, so an observation costs as much as the rules that read it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from siteward_rules.stream.alert_state import Cause, Span, State
from siteward_rules.stream.rule import StreamRule
from siteward_rules.stream.series import Change, Memory, Sample, Series


class Observation(msgspec.Struct, frozen=True):
    """One value at one instant, or one phase of a camera's detection.

    Attributes:
        site: Site slug.
        device: Device slug; empty for facts about the whole project.
        reads: Metric, ``detection.{kind}`` or fact.
        ts: When it was observed.
        value: The reading, or the detection's confidence.
        zone: Zone of a detection.
        cause: The detection itself; None for readings and facts.
        ends: Whether the detection's incident ended.
    """

    site: str
    device: str
    reads: str
    ts: datetime
    value: float
    zone: str | None = None
    cause: Cause | None = None
    ends: bool = False


class Transition(msgspec.Struct, frozen=True):
    """What happened to an incident.

    Attributes:
        change: ``retracted`` takes back what late data proved never to have been.
        incident: Names the incident for good, whatever is learnt about it later.
        rule: The rule that watches it.
        site: Site slug.
        device: Device slug.
        zone: Zone, if any.
        span: What is known of it now.
    """

    change: Change
    incident: str
    rule: StreamRule
    site: str
    device: str
    zone: str | None
    span: Span


class SeriesReader(Protocol):
    """Gives windows back after a restart."""

    def raw(
        self, site: str, device: str, metric: str, start: datetime, end: datetime
    ) -> Sequence[tuple[datetime, float]]:
        """Values from ``start`` up to but not including ``end``, oldest first."""


Place = tuple[str, str, str | None]


class Engine:
    """Runs stream rules over observations in whatever order they come.

    Args:
        rules: What to run.
        reader: Where windows come from after a restart; None starts with empty ones.

    Attributes:
        late: Observations that came too late to be judged, counted.
        reads: What any rule reads.
    """

    def __init__(self, rules: Iterable[StreamRule], reader: SeriesReader | None = None) -> None:
        """Indexes the rules by what they read."""
        self.late = 0
        self._reader = reader
        self._rules: dict[str, list[StreamRule]] = {}
        self._by_id: dict[str, StreamRule] = {}
        for rule in rules:
            self._rules.setdefault(rule.reads, []).append(rule)
            self._by_id[rule.id] = rule
        self.reads = frozenset(self._rules)
        self._series: dict[tuple[str, Place], Series] = {}
        self._remembered: dict[tuple[str, Place], Memory] = {}
        self._of_device: dict[tuple[str, str], set[tuple[str, Place]]] = {}
        self._breached: dict[tuple[str, Place], Series] = {}
        self._touched: set[tuple[str, str]] = set()

    def feed(self, seen: Observation) -> list[Transition]:
        """Takes one observation; repeats change nothing."""
        transitions: list[Transition] = []
        for rule in self._rules.get(seen.reads, ()):
            place = (seen.site, seen.device, seen.zone if rule.of_detections else None)
            series = self._open(rule, place, seen.ts)
            changes = series.add(Sample(seen.ts, seen.value, seen.cause, seen.ends))
            if changes is None:
                self.late += 1
                continue
            self._touched.add((seen.site, seen.device))
            self._watch(series, place)
            if changes:
                transitions += self._name(series, place, changes)
        return transitions

    def tick(self, now: datetime) -> list[Transition]:
        """Lets time pass: fires what has lasted, resolves what ended or fell silent.

        Series still catching up are left alone until they have been quiet for some ticks.
        """
        transitions: list[Transition] = []
        for (_, place), series in list(self._breached.items()):
            changes = series.pass_time(now)
            if changes:
                self._touched.add(place[:2])
                self._watch(series, place)
                transitions += self._name(series, place, changes)
        return transitions

    def take_changes(self) -> dict[str, dict[str, object]]:
        """What must be kept to go on after a restart, of series changed since the last call.

        Returns:
            ``{"{site}/{device}": {"{rule}|{zone}": memory}}``, plain JSON values. Every
            series of a device is there when one of them changed.
        """
        changed: dict[str, dict[str, object]] = {}
        for site, device in self._touched:
            memories = changed[f"{site}/{device}"] = {}
            for rule, place in self._of_device.get((site, device), ()):
                series = self._series.get((rule, place))
                memory = series.memory() if series else self._remembered[rule, place]
                memories[f"{rule}|{place[2] or ''}"] = msgspec.to_builtins(memory)
        self._touched.clear()
        return changed

    def restore(self, kept: Mapping[str, Mapping[str, object]]) -> None:
        """Goes on from what :meth:`take_changes` gave; rules that are gone are forgotten."""
        for where, memories in kept.items():
            site, _, device = where.partition("/")
            for name, memory in memories.items():
                rule, _, zone = name.partition("|")
                if rule in self._by_id:
                    place = (site, device, zone or None)
                    self._remembered[rule, place] = msgspec.convert(memory, Memory)
                    self._of_device.setdefault((site, device), set()).add((rule, place))
                    if self._remembered[rule, place].state.phase != "idle":
                        self._watch(self._open(self._by_id[rule], place, None), place)

    def states(self) -> dict[tuple[str, Place], State]:
        """Where every rule stands on every series, for those who look inside."""
        return {key: series.memory().state for key, series in self._series.items()}

    def _open(self, rule: StreamRule, place: Place, ts: datetime | None) -> Series:
        key = (rule.id, place)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = Series(rule, self._remembered.pop(key, None))
            self._of_device.setdefault(place[:2], set()).add(key)
        if ts is not None and not series.ready:
            series.fill(self._window(rule, place, series, ts))
        return series

    def _watch(self, series: Series, place: Place) -> None:
        """Only what is breached has to be looked at when time passes."""
        if series.idle:
            self._breached.pop((series.rule.id, place), None)
        else:
            self._breached[series.rule.id, place] = series

    def _window(
        self, rule: StreamRule, place: Place, series: Series, ts: datetime
    ) -> Sequence[tuple[datetime, float]]:
        last = series.memory().last
        if self._reader is None or last is None or not rule.window or ts - last >= rule.window:
            return ()
        site, device, _ = place
        end = last + timedelta(microseconds=1)
        return self._reader.raw(site, device, rule.reads, last - rule.window, end)

    def _name(
        self, series: Series, place: Place, changes: list[tuple[Change, str, Span]]
    ) -> list[Transition]:
        site, device, zone = place
        where = "/".join((series.rule.id, *(part for part in place if part)))
        return [
            Transition(change, f"{where}/{name}", series.rule, site, device, zone, span)
            for change, name, span in changes
        ]
