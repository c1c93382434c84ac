"""Runs a stream rule on given series and says where it differs from what was expected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from siteward_rules.language.layers import Pack, Place, resolve
from siteward_rules.stream.alert_state import Cause
from siteward_rules.stream.engine import Engine, Observation, Transition
from siteward_rules.stream.series import QUIET_TICKS
from siteward_rules.testing.spec import (
    AlertExpected,
    DetectionGiven,
    PermitGiven,
    SeriesGiven,
    StreamTest,
)

SITE = "site"


@dataclass(frozen=True, slots=True)
class _Permits:
    given: Sequence[PermitGiven]
    start: datetime

    def valid(self, site: str, permit: str, zone: str | None, ts: datetime) -> bool:
        since = ts - self.start
        return any(p.permit == permit and p.begin <= since < p.end for p in self.given)


def run_stream_test(rule: str, test: StreamTest, packs: Sequence[Pack]) -> list[str]:
    """What differs; nothing when the test holds."""
    place = Place(test.place.region, test.place.city) if test.place else Place()
    found = resolve(packs, place, test.overrides)
    rules = [r for r in found.rules if r.id == rule]
    if not rules:
        return _not_running(rule, test, {a.rule for a in found.abstained}, set(found.disabled))
    start = test.start.astimezone(UTC)
    permits = [g for g in test.given if isinstance(g, PermitGiven)]
    engine = Engine(rules, permits=_Permits(permits, start))
    seen = sorted(_observations(test, start), key=lambda o: (o.ts, o.ends))
    transitions = [t for one in seen for t in engine.feed(one)]
    if test.until is not None:
        for _ in range(QUIET_TICKS + 1):
            transitions += engine.tick(start + test.until)
    return _differences(test.expect, _alerts(transitions), start)


def _not_running(rule: str, test: StreamTest, abstained: set[str], disabled: set[str]) -> list[str]:
    if rule in abstained:
        if test.abstains and not test.expect:
            return []
        return [f"{rule} abstains for want of a parameter: give it under overrides, or abstains"]
    if rule in disabled:
        return [] if not test.expect else [f"{rule} is switched off by an override"]
    return [f"{rule} is in none of the packs"]


def _observations(test: StreamTest, start: datetime) -> Iterator[Observation]:
    for index, given in enumerate(test.given):
        if isinstance(given, SeriesGiven):
            reads = given.metric or given.fact or ""
            device = "" if given.fact else given.device
            for n, value in enumerate(given.values):
                if value is not None:
                    ts = start + given.at + n * given.every
                    yield Observation(SITE, device, reads, ts, value)
        elif isinstance(given, DetectionGiven):
            cause = Cause(f"track-{index}", given.confidence)
            for when, ends in ((given.begin, False), (given.end, True)):
                if when is not None:
                    yield Observation(
                        SITE, given.device, f"detection.{given.detection}", start + when,
                        given.confidence, given.zone, cause, ends,
                    )  # fmt: skip


def _alerts(transitions: Sequence[Transition]) -> list[Transition]:
    known: dict[str, Transition] = {}
    for transition in transitions:
        if transition.change == "retracted":
            known.pop(transition.incident, None)
        elif transition.span.fired_at is not None:
            known[transition.incident] = transition
    return sorted(known.values(), key=lambda t: (t.span.started_at, t.device, t.zone or ""))


def _differences(
    expected: Sequence[AlertExpected], found: Sequence[Transition], start: datetime
) -> list[str]:
    told = [_told(t, start) for t in found]
    if len(expected) != len(found):
        return [f"expected {len(expected)} alerts, found {len(found)}: {told or 'none'}"]
    differences = []
    for want, got, text in zip(expected, found, told, strict=True):
        span = got.span
        end = None if span.resolved_at is None else span.resolved_at - start
        pairs: list[tuple[str, object, object]] = [
            ("begin", want.begin, span.started_at - start),
            ("end", want.end, end),
        ]
        pairs += [
            (name, wanted, actual)
            for name, wanted, actual in (
                ("severity", want.severity, got.rule.severity),
                ("value", want.value, None if span.value is None else round(span.value, 3)),
                ("device", want.device, got.device),
                ("zone", want.zone, got.zone),
            )
            if wanted is not None
        ]
        differences += [
            f"{name}: expected {_short(wanted)}, found {_short(actual)} in {text}"
            for name, wanted, actual in pairs
            if wanted != actual
        ]
    return differences


def _told(transition: Transition, start: datetime) -> str:
    span = transition.span
    end = "goes on" if span.resolved_at is None else _short(span.resolved_at - start)
    value = "" if span.value is None else f", value {span.value:g}"
    return f"{_short(span.started_at - start)} to {end}{value}"


def _short(value: object) -> str:
    if not isinstance(value, timedelta):
        return "none" if value is None else str(value)
    seconds = round(value.total_seconds())
    if seconds == 0:
        return "0"
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
    return "".join(f"{n}{unit}" for n, unit in parts if n)
