"""The stream engine: windows, legal hours, waiting, keeping, late data, restarts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteward_contracts.clock import SHANGHAI
from siteward_rules.language.rule_file import load_packs, shipped_files
from siteward_rules.stream.alert_state import Cause, Span
from siteward_rules.stream.engine import Engine, Observation, Transition
from siteward_rules.stream.rule import StreamRule, summary

RULES = {rule.id: rule for rule in load_packs(shipped_files())}
NIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=SHANGHAI).astimezone(UTC)
MINUTE = timedelta(minutes=1)


def rules(*names: str) -> list[StreamRule]:
    return [RULES[name] for name in names]


def reading(metric: str, ts: datetime, value: float, device: str = "box") -> Observation:
    return Observation("school", device, metric, ts, value)


def sight(
    ts: datetime, track: str, ends: bool = False, zone: str = "pit", confidence: float = 0.9
) -> Observation:
    cause = Cause(track, confidence, (0.1, 0.2, 0.3, 0.4), "e" * 64)
    return Observation("school", "cam", "detection.intrusion", ts, confidence, zone, cause, ends)


def run(engine: Engine, seen: Sequence[Observation]) -> list[Transition]:
    return [transition for one in seen for transition in engine.feed(one)]


def changes(transitions: Sequence[Transition]) -> list[tuple[str, str]]:
    return [(t.change, t.rule.id) for t in transitions]


def noise(level: float, minutes: range, start: datetime = NIGHT) -> list[Observation]:
    return [reading("noise_laeq", start + n * MINUTE, level) for n in minutes]


def test_night_noise_fires_once_the_window_is_half_full_and_resolves_after_keeping() -> None:
    engine = Engine(rules("SR-NOISE-NIGHT"))
    fired = run(engine, noise(58.0, range(60)))
    assert changes(fired) == [("firing", "SR-NOISE-NIGHT")]
    assert fired[0].span.started_at == NIGHT + 10 * MINUTE
    assert fired[0].span.value == pytest.approx(58.0)
    quiet = run(engine, noise(40.0, range(60, 120)))
    assert changes(quiet) == [("resolved", "SR-NOISE-NIGHT")]
    span = quiet[0].span
    assert quiet[0].incident == fired[0].incident
    assert span.resolved_at is not None and span.resolved_at - NIGHT == 90 * MINUTE


@pytest.mark.parametrize(
    ("rule", "metric", "limit", "fires"),
    [
        ("SR-NOISE-NIGHT", "noise_laeq", 55.0, False),
        ("SR-DUST-TSP", "tsp", 800.0, False),
        ("SR-CRANE-WIND-STOP", "crane_wind", 12.0, False),
        ("SR-CRANE-MOMENT-WARN", "crane_moment_pct", 90.0, True),
        ("SR-CRANE-MOMENT-ALARM", "crane_moment_pct", 100.0, True),
        ("SR-SCHEDULE-LAG", "spi", 0.95, False),
    ],
)
def test_limit_itself_is_no_exceedance_unless_the_rule_says_reaches(
    rule: str, metric: str, limit: float, fires: bool
) -> None:
    def exceed(value: float) -> bool:
        """Fires over an hour of it, a value a minute."""
        seen = [reading(metric, NIGHT + n * MINUTE, value) for n in range(61)]
        return bool(run(Engine(rules(rule)), seen))

    worse = -0.001 if "<" in RULES[rule].condition.source else 0.001
    assert exceed(limit) is fires
    assert exceed(limit + worse)
    assert not exceed(limit - worse)


def test_a_schedule_alert_shows_how_it_stands_not_how_it_once_stood() -> None:
    engine = Engine(rules("SR-SCHEDULE-BAD"))
    standing = enumerate((0.0, 0.4, 0.83, 0.84))
    told = run(engine, [reading("spi", NIGHT + n * MINUTE, spi) for n, spi in standing])
    assert {t.incident for t in told} == {told[0].incident}
    assert [(t.change, t.span.value) for t in told] == [("pending", 0.0), ("firing", 0.83)]


def test_noise_is_averaged_as_energy_not_arithmetically() -> None:
    day = NIGHT - timedelta(hours=12)
    seen = [reading("noise_laeq", day + n * MINUTE, 75.0 if n % 2 else 60.0) for n in range(20)]
    fired = run(Engine(rules("SR-NOISE-DAY")), seen)
    assert changes(fired) == [("firing", "SR-NOISE-DAY")]
    assert fired[0].span.value is not None and 71.5 < fired[0].span.value < 73


def test_daytime_noise_does_not_count_into_the_night() -> None:
    ten = datetime(2026, 11, 23, 22, 0, tzinfo=SHANGHAI).astimezone(UTC)
    engine = Engine(rules("SR-NOISE-NIGHT", "SR-NOISE-DAY"))
    evening = noise(69.0, range(-60, 0), ten) + noise(50.0, range(60), ten)
    assert run(engine, evening) == []


def test_night_alert_ends_when_the_night_does() -> None:
    six = datetime(2026, 11, 24, 6, 0, tzinfo=SHANGHAI).astimezone(UTC)
    seen = noise(60.0, range(-60, 30), six)
    ended = run(Engine(rules("SR-NOISE-NIGHT")), seen)
    assert changes(ended)[:2] == [("firing", "SR-NOISE-NIGHT"), ("resolved", "SR-NOISE-NIGHT")]
    assert ended[1].span.resolved_at == six + 20 * MINUTE


def test_rule_is_silent_before_its_source_was_in_force() -> None:
    old = datetime(2025, 12, 30, 23, 0, tzinfo=SHANGHAI).astimezone(UTC)
    assert run(Engine(rules("SR-NOISE-NIGHT")), noise(80.0, range(60), old)) == []


def test_wind_bands_fire_one_after_another() -> None:
    names = ("SR-CRANE-WIND-WARN", "SR-CRANE-WIND-ALARM", "SR-CRANE-WIND-STOP")
    winds = [7.0, 8.5, 11.0, 13.0]
    seen = [reading("crane_wind", NIGHT + n * 2 * MINUTE, w, "crane") for n, w in enumerate(winds)]
    assert changes(run(Engine(rules(*names)), seen)) == [("firing", name) for name in names]


def test_intrusion_fires_at_once_and_several_people_are_one_incident() -> None:
    engine = Engine(rules("SR-INTRUSION"))
    second = timedelta(seconds=1)
    (fired,) = engine.feed(sight(NIGHT, "a"))
    assert (fired.change, fired.zone, fired.span.count) == ("firing", "pit", 1)
    (more,) = engine.feed(sight(NIGHT + 5 * second, "b"))
    assert (more.change, more.incident, more.span.count) == ("updated", fired.incident, 2)
    assert more.span.cause == fired.span.cause
    assert engine.feed(sight(NIGHT + 9 * second, "a", ends=True)) == []
    assert engine.feed(sight(NIGHT + 20 * second, "b", ends=True)) == []
    (again,) = engine.feed(sight(NIGHT + 40 * second, "c"))
    assert (again.change, again.span.count) == ("updated", 3)
    engine.feed(sight(NIGHT + 50 * second, "c", ends=True))
    over = [t for _ in range(6) for t in engine.tick(NIGHT + 90 * second)]
    assert changes(over) == [("resolved", "SR-INTRUSION")]
    assert over[0].span.resolved_at == NIGHT + 80 * second


def test_zones_are_incidents_of_their_own_and_weak_detections_none() -> None:
    engine = Engine(rules("SR-INTRUSION"))
    first = engine.feed(sight(NIGHT, "a", zone="pit"))
    second = engine.feed(sight(NIGHT, "b", zone="crane"))
    assert first[0].incident != second[0].incident
    assert engine.feed(sight(NIGHT, "c", zone="gate", confidence=0.5)) == []


def test_offline_agent_fires_by_time_alone_and_resolves_when_back() -> None:
    engine = Engine(rules("SR-AGENT-OFFLINE"))
    (pending,) = engine.feed(reading("online", NIGHT, 0.0, "agent"))
    assert pending.change == "pending"
    assert [t for _ in range(6) for t in engine.tick(NIGHT + MINUTE)] == []
    fired = engine.tick(NIGHT + 3 * MINUTE)
    assert changes(fired) == [("firing", "SR-AGENT-OFFLINE")]
    assert fired[0].span.fired_at == NIGHT + 2 * MINUTE
    back = engine.feed(reading("online", NIGHT + 9 * MINUTE, 1.0, "agent"))
    assert changes(back) == [("resolved", "SR-AGENT-OFFLINE")]


def test_silence_resolves_after_the_value_went_stale() -> None:
    engine = Engine(rules("SR-CRANE-MOMENT-WARN"))
    engine.feed(reading("crane_moment_pct", NIGHT, 95.0))
    ended = [t for _ in range(6) for t in engine.tick(NIGHT + 60 * MINUTE)]
    assert changes(ended) == [("resolved", "SR-CRANE-MOMENT-WARN")]
    assert ended[0].span.resolved_at == NIGHT + 20 * MINUTE


def test_tick_spares_series_that_are_still_catching_up() -> None:
    engine = Engine(rules("SR-CRANE-MOMENT-WARN"))
    year = timedelta(days=365)
    for n in range(8):
        engine.feed(reading("crane_moment_pct", NIGHT + n * MINUTE, 95.0))
        assert engine.tick(NIGHT + year) == []


def test_value_delayed_beyond_a_tick_reopens_the_same_incident() -> None:
    engine = Engine(rules("SR-CRANE-MOMENT-WARN"))
    (fired,) = engine.feed(reading("crane_moment_pct", NIGHT, 95.0))
    for _ in range(6):
        engine.tick(NIGHT + 60 * MINUTE)
    (back,) = engine.feed(reading("crane_moment_pct", NIGHT + 10 * MINUTE, 96.0))
    assert (back.change, back.incident) == ("updated", fired.incident)
    assert back.span.resolved_at is None


def test_late_value_can_take_an_alert_back() -> None:
    engine = Engine([waiting(RULES["SR-CRANE-MOMENT-WARN"], 3 * MINUTE)])
    run(engine, [reading("crane_moment_pct", NIGHT + n * MINUTE, 95.0) for n in (0, 2, 3)])
    late = engine.feed(reading("crane_moment_pct", NIGHT + timedelta(seconds=90), 50.0))
    assert [t.change for t in late] == ["retracted", "pending"]


def test_too_late_is_counted_and_judged_by_nobody() -> None:
    engine = Engine(rules("SR-CRANE-MOMENT-WARN"))
    run(engine, [reading("crane_moment_pct", NIGHT + n * MINUTE / 2, 50.0) for n in range(600)])
    assert engine.feed(reading("crane_moment_pct", NIGHT + timedelta(seconds=7), 99.0)) == []
    assert engine.late == 1


def waiting(rule: StreamRule, wait: timedelta) -> StreamRule:
    return replace(rule, wait=wait)


class Store:
    """A reader over what a test observed."""

    def __init__(self, seen: Sequence[Observation]) -> None:
        self.seen = seen
        self.asked = 0

    def raw(
        self, site: str, device: str, metric: str, start: datetime, end: datetime
    ) -> list[tuple[datetime, float]]:
        self.asked += 1
        return [
            (o.ts, o.value)
            for o in self.seen
            if (o.site, o.device, o.reads) == (site, device, metric) and start <= o.ts < end
        ]


@pytest.mark.parametrize("cut", [5, 15, 35, 61, 75, 100])
def test_restart_at_any_point_gives_the_same_alerts(cut: int) -> None:
    seen = noise(50.0, range(20)) + noise(59.0, range(20, 60)) + noise(40.0, range(60, 120))
    whole = run(Engine(rules("SR-NOISE-NIGHT")), seen)
    first = Engine(rules("SR-NOISE-NIGHT"))
    before = run(first, seen[:cut])
    kept = msgspec.json.decode(msgspec.json.encode(first.take_changes()))
    store = Store(seen)
    second = Engine(rules("SR-NOISE-NIGHT"), store)
    second.restore(kept)
    after = run(second, seen[cut - 3 :])
    assert store.asked <= 1, "the window is read back once"
    assert [(t.change, t.incident, t.span) for t in before + after] == [
        (t.change, t.incident, t.span) for t in whole
    ]


def test_open_incident_survives_a_restart_without_new_data() -> None:
    first = Engine(rules("SR-AGENT-OFFLINE", "SR-INTRUSION"))
    first.feed(reading("online", NIGHT, 0.0, "agent"))
    (fired,) = first.feed(sight(NIGHT, "a"))
    second = Engine(rules("SR-AGENT-OFFLINE", "SR-INTRUSION"))
    second.restore(first.take_changes())
    assert first.take_changes() == {}
    ticks = [t for _ in range(6) for t in second.tick(NIGHT + 5 * MINUTE)]
    assert changes(ticks) == [("firing", "SR-AGENT-OFFLINE")]
    (ended,) = second.feed(sight(NIGHT, "b")) + second.feed(sight(NIGHT, "b", ends=True))
    assert (ended.change, ended.incident) == ("updated", fired.incident)


def test_observation_nobody_reads_costs_nothing() -> None:
    engine = Engine(RULES.values())
    assert engine.feed(reading("humidity", NIGHT, 40.0)) == []
    assert engine.take_changes() == {}


def final(transitions: Sequence[Transition]) -> set[tuple[str, str | None, str]]:
    """What is known in the end, whatever incidents were called on the way."""
    known: dict[str, tuple[str, str | None, Span]] = {}
    for t in transitions:
        if t.change == "retracted":
            known.pop(t.incident, None)
        elif t.change != "pending":
            known[t.incident] = (t.rule.id, t.zone, t.span)
    return {
        (rule, zone, repr((s.started_at, s.fired_at, s.resolved_at, s.count, s.cause)))
        for rule, zone, s in known.values()
    }


moments = st.lists(
    st.tuples(st.integers(0, 590), st.sampled_from([50.0, 91.0, 103.0])), max_size=14
)
tracks = st.lists(
    st.tuples(st.integers(0, 500), st.integers(1, 80), st.sampled_from(["pit", "gate"])), max_size=5
)


@settings(max_examples=150, deadline=None)
@given(moments=moments, tracks=tracks, data=st.data())
def test_any_order_with_repeats_gives_the_same_alerts(
    moments: list[tuple[int, float]], tracks: list[tuple[int, int, str]], data: st.DataObject
) -> None:
    second = timedelta(seconds=1)
    seen = [reading("crane_moment_pct", NIGHT + s * second, v) for s, v in dict(moments).items()]
    for n, (start, length, zone) in enumerate(tracks):
        seen.append(sight(NIGHT + start * second, f"t{n}", zone=zone))
        seen.append(sight(NIGHT + (start + length) * second, f"t{n}", ends=True, zone=zone))
    some = [
        waiting(RULES["SR-CRANE-MOMENT-WARN"], 20 * second),
        *rules("SR-CRANE-MOMENT-ALARM", "SR-INTRUSION"),
    ]
    ordered = run(Engine(some), sorted(seen, key=lambda o: (o.ts, o.ends)))
    shuffled = data.draw(st.permutations(seen + seen[::3]))
    assert final(run(Engine(some), shuffled)) == final(ordered)


def test_summary_names_quantity_value_limit_and_local_time() -> None:
    words = summary(RULES["SR-NOISE-NIGHT"], 58.25, NIGHT)
    assert words.zh == "噪声 58.25 dB(A)，限值 55 dB(A)，始于 2026-11-23 23:00"
    assert summary(RULES["SR-INTRUSION"], 0.9, NIGHT).zh == "人员闯入危险区，始于 2026-11-23 23:00"
