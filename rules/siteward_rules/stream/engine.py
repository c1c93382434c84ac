"""The stream engine: observations in, alert transitions out.

Indexed by what rules read, so an observation costs as much as the rules that read it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from siteward_rules.stream.alert_state import Cause, Span, State
from siteward_rules.stream.incidents import Change
from siteward_rules.stream.inputs import Inputs, SeriesReader
from siteward_rules.stream.rule import Input, StreamRule
from siteward_rules.stream.series import LATENESS, Memory, Sample, Series


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


class Permits(Protocol):
    """Which permits a project has, such as for work at night."""

    def valid(self, site: str, permit: str, zone: str | None, ts: datetime) -> bool:
        """Whether a permit of this kind covers an instant and a zone."""


def pending(
    memories: Mapping[str, object],
) -> Iterator[tuple[str, str | None, State]]:
    """Rule, zone and state of what waits in one device's memories of :meth:`Engine.take_changes`."""
    for name, memory in memories.items():
        state = msgspec.convert(memory, Memory).state
        if state.phase == "pending":
            rule, _, zone = name.partition("|")
            yield rule, zone or None, state


Place = tuple[str, str, str | None]
RulesOf = Callable[[str], Sequence[StreamRule]]
"""The rules of a site; the very same sequence for sites without rules of their own."""


@dataclass(slots=True)
class _Index:
    """Rules by what they look at, so that an observation costs as much as those."""

    by_read: dict[str, list[StreamRule]] = field(default_factory=dict)
    by_input: dict[str, list[tuple[StreamRule, Input]]] = field(default_factory=dict)
    by_id: dict[str, StreamRule] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()


def _index(rules: Iterable[StreamRule]) -> _Index:
    index = _Index()
    for rule in rules:
        index.by_read.setdefault(rule.reads, []).append(rule)
        index.by_id[rule.id] = rule
        for given in rule.inputs:
            index.by_input.setdefault(given.metric, []).append((rule, given))
    index.reads = frozenset((*index.by_read, *index.by_input))
    return index


class Engine:
    """Runs stream rules over observations in whatever order they come.

    Args:
        rules: What to run on every site, or a function that gives the rules of one.
        reader: Where windows come from after a restart; None starts with empty ones.
        permits: Makes rules stand aside that a permit suppresses; None is no permits.

    Attributes:
        late: Observations that came too late to be judged, counted.
    """

    def __init__(
        self,
        rules: Iterable[StreamRule] | RulesOf,
        reader: SeriesReader | None = None,
        permits: Permits | None = None,
    ) -> None:
        """Indexes the rules by what they read."""
        self.late = 0
        self._reader = reader
        self._permits = permits
        if callable(rules):
            self._rules_of: RulesOf = rules
        else:
            everywhere = tuple(rules)
            self._rules_of = lambda _site: everywhere
        self._indexes: dict[int, tuple[Sequence[StreamRule], _Index]] = {}
        self._index_of_site: dict[str, _Index] = {}
        self._inputs = Inputs(2 * LATENESS + timedelta(hours=1), reader)
        self._series: dict[tuple[str, Place], Series] = {}
        self._remembered: dict[tuple[str, Place], Memory] = {}
        self._of_device: dict[tuple[str, str], set[tuple[str, Place]]] = {}
        self._of_site: dict[tuple[str, str], set[tuple[str, Place]]] = {}
        self._breached: dict[tuple[str, Place], Series] = {}
        self._touched: set[tuple[str, str]] = set()

    def reads(self, site: str) -> frozenset[str]:
        """What any rule of a site looks at."""
        return self._index(site).reads

    def feed(self, seen: Observation) -> list[Transition]:
        """Takes one observation; repeats change nothing."""
        index = self._index(seen.site)
        transitions: list[Transition] = []
        for rule in index.by_read.get(seen.reads, ()):
            place = (seen.site, seen.device, seen.zone if rule.of_detections else None)
            series = self._open(rule, place, seen.ts)
            changes = series.add(Sample(seen.ts, seen.value, seen.cause, seen.ends))
            if changes is None:
                self.late += 1
                continue
            self._note(series, place)
            if changes:
                transitions += self._name(series, place, changes)
        if seen.reads in index.by_input:
            transitions += self._feed_inputs(index, seen)
        return transitions

    def _feed_inputs(self, index: _Index, seen: Observation) -> list[Transition]:
        """Judges again what names this metric beside what it reads."""
        if not self._inputs.add(seen.site, seen.device, seen.reads, seen.ts, seen.value):
            return []
        transitions: list[Transition] = []
        for rule, given in index.by_input[seen.reads]:
            for key in self._beside(rule, seen, given):
                series = self._series[key]
                changes = series.refresh(seen.ts)
                if changes:
                    self._note(series, key[1])
                    transitions += self._name(series, key[1], changes)
        return transitions

    def _beside(self, rule: StreamRule, seen: Observation, given: Input) -> list[tuple[str, Place]]:
        if not given.of_site:
            key = (rule.id, (seen.site, seen.device, None))
            return [key] if key in self._series else []
        return list(self._of_site.get((rule.id, seen.site), ()))

    def _note(self, series: Series, place: Place) -> None:
        self._touched.add(place[:2])
        self._watch(series, place)

    def _index(self, site: str) -> _Index:
        found = self._index_of_site.get(site)
        if found is None:
            rules = self._rules_of(site)
            kept = self._indexes.get(id(rules))
            if kept is None:
                kept = self._indexes[id(rules)] = (rules, _index(rules))
            found = self._index_of_site[site] = kept[1]
        return found

    def tick(self, now: datetime) -> list[Transition]:
        """Lets time pass: fires what has lasted, resolves what ended or fell silent.

        Series still catching up are left alone until they have been quiet for some ticks.
        """
        transitions: list[Transition] = []
        for (_, place), series in list(self._breached.items()):
            changes = series.pass_time(now)
            if changes:
                self._note(series, place)
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
            by_id = self._index(site).by_id
            for name, memory in memories.items():
                rule, _, zone = name.partition("|")
                if rule in by_id:
                    place = (site, device, zone or None)
                    self._remembered[rule, place] = msgspec.convert(memory, Memory)
                    self._of_device.setdefault((site, device), set()).add((rule, place))
                    self._wake(by_id[rule], place)

    def change_rules(self, site: str) -> None:
        """Asks again which rules a site has; rules that did not change go on as they are.

        A rule that changed goes on as after a restart: what is open stays open and is judged anew
        with the next sample. A rule that is gone is forgotten with all it remembered.
        """
        before, after = self._index(site).by_id, self._renew(site).by_id
        for where in [where for where in self._of_device if where[0] == site]:
            for key in list(self._of_device[where]):
                rule = after.get(key[0])
                if rule is not None and rule == before.get(key[0]):
                    continue
                self._touched.add(where)
                series = self._series.pop(key, None)
                self._breached.pop(key, None)
                self._of_site.get((key[0], site), set()).discard(key)
                if rule is None:
                    self._of_device[where].discard(key)
                    self._remembered.pop(key, None)
                elif series is not None:
                    self._remembered[key] = series.memory()
                    self._wake(rule, key[1])

    def states(self) -> dict[tuple[str, Place], State]:
        """Where every rule stands on every series, for those who look inside."""
        return {key: series.memory().state for key, series in self._series.items()}

    def _renew(self, site: str) -> _Index:
        self._index_of_site.pop(site, None)
        used = {id(index) for index in self._index_of_site.values()}
        self._indexes = {k: kept for k, kept in self._indexes.items() if id(kept[1]) in used}
        return self._index(site)

    def _wake(self, rule: StreamRule, place: Place) -> None:
        """Opens a remembered series on which time alone may change something."""
        asleep = self._remembered[rule.id, place].state.phase == "idle"
        if not asleep or rule.silence is not None:
            self._watch(self._open(rule, place, None), place)

    def _open(self, rule: StreamRule, place: Place, ts: datetime | None) -> Series:
        key = (rule.id, place)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._new_series(rule, place)
            if any(given.of_site for given in rule.inputs):
                self._of_site.setdefault((rule.id, place[0]), set()).add(key)
            self._of_device.setdefault(place[:2], set()).add(key)
        if ts is not None and not series.ready:
            series.fill(self._window(rule, place, series, ts))
        return series

    def _new_series(self, rule: StreamRule, place: Place) -> Series:
        site, device, zone = place
        permits, permit = self._permits, rule.permit

        def suspended(ts: datetime) -> bool:
            return bool(permit and permits and permits.valid(site, permit, zone, ts))

        def look_up(given: Input, ts: datetime) -> float | None:
            where = "" if given.of_site else device
            return self._inputs.newest(site, where, given.metric, ts, given.within)

        return Series(rule, self._remembered.pop((rule.id, place), None), suspended, look_up)

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
