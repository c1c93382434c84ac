"""Runs rules over what was measured, as if they had been in force then. It writes nothing.

The store gives its points in event order, so late data counts where it belongs; the worker may
have raised an alert before it came, or have refused what came too late.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from siteward_ingest.series import SeriesKey, SeriesStore
from siteward_rules.language.quantity import FACTS
from siteward_rules.stream.alert_state import Cause
from siteward_rules.stream.engine import Engine, Observation, Permits, Transition
from siteward_rules.stream.rule import StreamRule
from siteward_rules.stream.series import QUIET_TICKS

_DETECTION: Final = "detection."
_STEP: Final = timedelta(days=1)
"""How much of a site is in memory at once."""
_LONGEST_LEAD: Final = timedelta(days=32)


@dataclass(frozen=True, slots=True)
class Episode:
    """An incident as a rule would have raised it; ``ended`` None goes on."""

    rule: str
    site: str
    device: str
    zone: str | None
    started: datetime
    fired: datetime
    ended: datetime | None
    value: float | None

    def hours(self, start: datetime, end: datetime) -> float:
        """Hours it fired within a range."""
        last = end if self.ended is None else min(self.ended, end)
        return max((last - max(self.fired, start)).total_seconds(), 0.0) / 3600

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether it fired within a range, for however short."""
        return self.fired < end and (self.ended is None or self.ended >= start)


class Side(NamedTuple):
    """Rules to run on a site, and the permits that make them stand aside."""

    rules: Sequence[StreamRule]
    permits: Permits | None


def replay(
    store: SeriesStore,
    site: str,
    sides: Sequence[Side],
    start: datetime,
    end: datetime,
    each_day: Callable[[], None] = lambda: None,
) -> list[list[Episode]]:
    """What each side would have raised between two instants.

    Args:
        store: Where the points are.
        site: The site.
        sides: Judged side by side in one pass over the points.
        start: From here on incidents count; points before it fill windows.
        end: Up to here.
        each_day: Told after every day of points.

    Raises:
        StoreError: The store does not answer.
    """
    engines = [Engine(side.rules, permits=side.permits) for side in sides]
    rules = [rule for side in sides for rule in side.rules]
    found: list[dict[str, Transition]] = [{} for _ in sides]
    day = start - lead(rules)
    tracks = _Tracks()
    keys = series_of(store, site, rules)
    while day < end:
        until = min(day + _STEP, end)
        for seen in _observations(store, keys, day, until, tracks):
            for engine, known in zip(engines, found, strict=True):
                _keep(known, engine.feed(seen))
        day = until
        each_day()
    for engine, known in zip(engines, found, strict=True):
        for _ in range(QUIET_TICKS + 1):
            _keep(known, engine.tick(end))
    return [
        [e for e in sorted(map(_episode, known.values()), key=_order) if e.touches(start, end)]
        for known in found
    ]


def days_of(rules: Iterable[StreamRule], start: datetime, end: datetime) -> int:
    """How often :func:`replay` tells of a day."""
    return -((start - lead(rules) - end) // _STEP)


def lead(rules: Iterable[StreamRule]) -> timedelta:
    """How long before the start points must be read, so that windows are full by then."""
    longest = (r.window + r.wait + r.keep + r.stale + (r.silence or timedelta(0)) for r in rules)
    inputs = (given.within for r in rules for given in r.inputs)
    return min(max((*longest, *inputs), default=timedelta(0)) + _STEP, _LONGEST_LEAD)


def series_of(store: SeriesStore, site: str, rules: Iterable[StreamRule]) -> list[SeriesKey]:
    """The series of a site that some rule reads."""
    wanted = {name for r in rules for name in (r.reads, *(given.metric for given in r.inputs))}
    return [SeriesKey(p.site, p.device, p.metric) for p in store.latest(site) if p.metric in wanted]


def can_be_replayed(rule: StreamRule) -> bool:
    """Whether the store keeps what a rule reads; facts from a project's papers it does not."""
    return rule.reads not in FACTS


class _Tracks:
    """Makes detections of what is kept of them: confidence at the beginning, 0 at the end.

    Which of several at once ended is not kept, so the first is taken.
    """

    def __init__(self) -> None:
        self._open: dict[SeriesKey, list[Cause]] = {}

    def observe(self, key: SeriesKey, ts: datetime, value: float) -> Observation | None:
        begun = self._open.setdefault(key, [])
        if value > 0:
            cause = Cause(ts.isoformat(), value)
            begun.append(cause)
            return Observation(key.site, key.device, key.metric, ts, value, None, cause)
        if not begun:
            return None
        cause = begun.pop(0)
        return Observation(key.site, key.device, key.metric, ts, 0.0, None, cause, True)


def _observations(
    store: SeriesStore,
    keys: Sequence[SeriesKey],
    start: datetime,
    end: datetime,
    tracks: _Tracks,
) -> Iterator[Observation]:
    def points(key: SeriesKey) -> Iterator[tuple[datetime, SeriesKey, float]]:
        return ((ts, key, value) for ts, value in store.raw(key, start, end))

    for ts, key, value in heapq.merge(*map(points, keys), key=lambda point: point[0]):
        if not key.metric.startswith(_DETECTION):
            yield Observation(key.site, key.device, key.metric, ts, value)
        elif (seen := tracks.observe(key, ts, value)) is not None:
            yield seen


def _keep(known: dict[str, Transition], transitions: Iterable[Transition]) -> None:
    for transition in transitions:
        if transition.change == "retracted":
            known.pop(transition.incident, None)
        elif transition.span.fired_at is not None:
            known[transition.incident] = transition


def _episode(transition: Transition) -> Episode:
    span = transition.span
    return Episode(
        transition.rule.id,
        transition.site,
        transition.device,
        transition.zone,
        span.started_at,
        span.fired_at or span.started_at,
        span.resolved_at,
        span.value,
    )


def _order(episode: Episode) -> tuple[datetime, str, str]:
    return episode.fired, episode.device, episode.rule
