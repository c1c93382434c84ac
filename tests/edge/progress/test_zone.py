"""From pictures to days to what is believed of a zone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteward_edge.config.progress import Confirmed, Day, ProgressTiming, Zone, ZoneState
from siteward_edge.progress.forward import Position, judge
from siteward_edge.progress.zone import Finding, Observed, ZoneMemory, ZoneProgress
from siteward_edge.vision.ports import StateEstimate

T0 = datetime(2026, 3, 1, 2, tzinfo=UTC)  # ten in the morning in Shanghai
STATES = [
    ZoneState(code="pit", percent=8),
    ZoneState(code="floor1", percent=30),
    ZoneState(code="floor2", percent=45),
]
CODES = [state.code for state in STATES]
ZONE = Zone(id="block", polygon=[(0, 0), (1, 0), (1, 1)], states=STATES)
TIMING = ProgressTiming(every_seconds=2400, report_seconds=86400 * 3)


def estimate(
    code: str, p: float = 0.9, visible: float = 0.9, toward: float | None = None
) -> StateEstimate:
    rest = (1 - p) / (len(CODES) - 1)
    far = {} if toward is None else {code: toward}
    return StateEstimate({c: p if c == code else rest for c in CODES}, visible, far)


def day(zone: ZoneProgress, number: int, seen: StateEstimate, pictures: int = 10) -> list[Finding]:
    """A day of pictures that all look alike."""
    start = T0 + timedelta(days=number)
    told = [
        zone.observe(seen, start + timedelta(seconds=2400 * n))
        for n in range(pictures)
        if zone.due(start + timedelta(seconds=2400 * n))
    ]
    return [finding for finding in told if finding is not None]


def days(zone: ZoneProgress, *codes: str, p: float = 0.9, start: int = 0) -> list[Finding]:
    return [
        finding
        for n, code in enumerate(codes)
        for finding in day(zone, start + n, estimate(code, p))
    ]


def told(findings: Sequence[Finding]) -> list[tuple[str, bool]]:
    return [(f.state.code, f.uncertain) for f in findings if f.changed]


def at(code: str) -> ZoneProgress:
    percent = next(s.percent for s in STATES if s.code == code)
    memory = ZoneMemory(accepted=code, percent=percent, told=(code, False), told_at=T0)
    return ZoneProgress(ZONE, TIMING, memory)


def test_the_first_state_needs_three_agreeing_days() -> None:
    zone = ZoneProgress(ZONE, TIMING)
    assert told(days(zone, "pit", "pit")) == []
    (finding,) = days(zone, "pit", start=2)
    assert (finding.state.percent, finding.uncertain, finding.changed) == (8, False, True)
    assert finding.coverage == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("codes", "p", "expected"),
    [
        (["floor1"] * 3, 0.9, [("floor1", False)]),
        (["floor1", "pit", "floor1", "pit", "floor1"], 0.9, [("floor1", False)]),
        (["floor1", "pit", "floor1", "pit", "floor1"], 0.55, [("floor1", True)]),
        (["floor1", "pit", "pit", "floor1"], 0.9, []),
        (["floor1"] * 3, 0.55, [("floor1", True)]),
        (["floor2"] * 3, 0.9, [("floor2", False)]),
        (["floor1", "floor2", "floor2"], 0.9, [("floor1", False)]),
    ],
    ids=[
        "three days",
        "three of five, sure",
        "three of five, unsure",
        "two of four",
        "three days, unsure",
        "a state was skipped",
        "work went on meanwhile",
    ],
)
def test_a_change_forward_is_accepted_or_left_to_a_person(
    codes: list[str], p: float, expected: list[tuple[str, bool]]
) -> None:
    assert told(days(at("pit"), *codes, p=p)) == expected


def test_an_uncertain_change_adds_nothing_to_the_percent() -> None:
    zone = at("pit")
    (finding,) = days(zone, "floor1", "floor1", "floor1", p=0.55)
    assert (finding.state.code, finding.uncertain, finding.percent) == ("floor1", True, 8)


def test_a_change_backward_is_only_ever_proposed() -> None:
    zone = at("floor1")
    findings = days(zone, *["pit"] * 8)
    assert told(findings) == [("pit", True)]
    assert {f.percent for f in findings} == {30}
    assert zone.memory.accepted == "floor1"
    assert told(days(zone, *["floor1"] * 4, start=8)) == [("floor1", False)]


def test_a_weak_look_back_is_not_even_proposed() -> None:
    zone = at("floor1")
    assert told(days(zone, *["pit"] * 5, p=0.6)) == []
    assert zone.memory.accepted == "floor1"


def test_a_person_takes_the_work_back_and_the_camera_goes_on_from_there() -> None:
    zone = at("floor1")
    days(zone, *["pit"] * 5)
    word = Confirmed(state="pit", at=T0 + timedelta(days=5))
    reworked = ZoneProgress(ZONE.model_copy(update={"confirmed": word}), TIMING, zone.memory)
    assert told(days(reworked, *["pit"] * 3, start=5)) == [("pit", False)]
    assert reworked.memory.percent == 8
    assert told(days(reworked, *["floor1"] * 3, start=8)) == [("floor1", False)]
    again = ZoneProgress(reworked.zone, TIMING, reworked.memory)
    days(again, "floor1", start=11)
    assert again.memory.accepted == "floor1", "a word is followed once"


def test_a_zone_that_looks_like_nothing_known_becomes_uncertain_where_it_is() -> None:
    zone = at("floor1")
    findings = [f for n in range(3) for f in day(zone, n, nothing())]
    assert told(findings) == [("floor1", True)]
    assert findings[-1].percent == 30


def test_the_way_to_the_next_state_counts_when_sure_and_never_shrinks() -> None:
    zone = at("pit")
    for n in range(3):
        day(zone, n, estimate("pit", toward=0.5))
    assert zone.memory.percent == pytest.approx(8 + 0.5 * 22)
    for n in range(3, 8):
        day(zone, n, estimate("pit", toward=0.3))
    assert zone.memory.percent == pytest.approx(8 + 0.5 * 22)
    for n in range(8, 13):
        day(zone, n, estimate("pit", p=0.55, toward=0.9) if n % 2 else nothing())
    assert zone.memory.percent == pytest.approx(8 + 0.5 * 22), "unsure days measure nothing"


def test_a_day_is_the_median_of_its_pictures_and_needs_enough_of_them() -> None:
    zone = at("pit")
    for number in range(3):
        start = T0 + timedelta(days=number)
        for n in range(10):
            seen = estimate("floor1" if n < 6 else "pit")
            zone.observe(seen, start + timedelta(seconds=2400 * n))
    assert zone.memory.accepted == "floor1"
    few = at("pit")
    for number in range(6):
        day(few, number, estimate("floor1"), pictures=4)
    assert few.memory.accepted == "pit"
    assert few.memory.days == []


def test_no_more_pictures_are_wanted_of_a_day_that_is_full() -> None:
    zone = at("pit")
    day(zone, 0, estimate("pit"))
    assert not zone.due(T0 + timedelta(hours=8))
    assert zone.due(T0 + timedelta(days=1))
    zone.observe(estimate("pit"), T0 + timedelta(days=1))
    assert not zone.due(T0 + timedelta(days=1, seconds=2399))
    zone.postpone(T0 + timedelta(days=1, seconds=2400))
    assert not zone.due(T0 + timedelta(days=1, seconds=2600))
    assert zone.due(T0 + timedelta(days=1, seconds=2640)), "sooner after an unusable picture"


def test_days_begin_at_midnight_in_shanghai() -> None:
    zone = ZoneProgress(ZONE, TIMING)
    before, after = (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert zone.day_of(after) == zone.day_of(before) + 1


def test_an_unchanged_zone_is_reported_at_the_interval_only() -> None:
    findings = days(at("floor1"), *["floor1"] * 12)
    assert [f.changed for f in findings] == [False, False, False]


def test_a_fault_of_the_camera_voids_the_unfinished_day() -> None:
    zone = at("pit")
    day(zone, 0, estimate("floor1"), pictures=9)
    zone.forget()
    day(zone, 1, estimate("pit"))
    assert [d.day for d in zone.memory.days] == [zone.day_of(T0) + 1]


def test_days_before_a_long_blindness_do_not_vouch_for_those_after() -> None:
    zone = at("pit")
    days(zone, "floor1", "floor1")
    assert told(days(zone, "floor1", "floor1", start=20)) == []
    assert told(days(zone, "floor1", start=22)) == [("floor1", False)]


def test_a_hidden_zone_says_nothing_and_keeps_the_last_good_look() -> None:
    zone = at("pit")
    zone.observe(estimate("pit"), T0)
    for n in range(1, 5):
        assert zone.observe(estimate("floor2", visible=0.2), T0 + timedelta(days=n)) is None
    assert zone.memory.last_good == T0
    assert zone.memory.days == []


def test_a_restart_in_the_middle_of_a_day_loses_nothing() -> None:
    zone = at("pit")
    days(zone, "floor1", "floor1")
    day(zone, 2, estimate("floor1"), pictures=6)
    again = ZoneProgress(ZONE, TIMING, zone.memory)
    start = T0 + timedelta(days=2)
    findings = [
        again.observe(estimate("floor1"), start + timedelta(seconds=2400 * n)) for n in range(6, 10)
    ]
    assert told([f for f in findings if f]) == [("floor1", False)]


def test_a_state_the_zone_no_longer_has_is_forgotten() -> None:
    assert ZoneProgress(ZONE, TIMING, ZoneMemory(accepted="roof", percent=60)).memory.percent == 0


looks = st.tuples(
    st.sampled_from([*CODES, "nothing"]),
    st.floats(0.3, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(looks, min_size=1, max_size=60))
def test_whatever_is_seen_in_whatever_order_progress_never_goes_back(
    seen: list[tuple[str, float, float, float, bool]],
) -> None:
    timing = ProgressTiming(
        every_seconds=60, day=Day(seconds=60, least=1, most=1), report_seconds=1
    )
    zone = ZoneProgress(ZONE, timing)
    reached, percent = -1, 0.0
    for n, (code, p, visible, toward, fault) in enumerate(seen):
        if fault:
            zone.forget()
        look = (
            StateEstimate(dict.fromkeys(CODES, 0.1), visible)
            if code == "nothing"
            else estimate(code, p, visible, toward)
        )
        finding = zone.observe(look, T0 + timedelta(minutes=n))
        now = CODES.index(zone.memory.accepted) if zone.memory.accepted else -1
        assert now >= reached
        assert zone.memory.percent >= percent
        if finding is not None:
            assert visible >= 0.3, "a picture that does not show the zone is not reported on"
            assert finding.last_good == T0 + timedelta(minutes=n)
            assert 0 <= finding.percent <= 100
            if zone.memory.accepted:
                assert finding.percent == zone.memory.percent
        reached, percent = now, zone.memory.percent


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CODES), st.booleans()), max_size=40))
def test_days_without_sight_never_count(seen: list[tuple[str, bool]]) -> None:
    """A zone that also gets pictures of blind days ends as one that got none of them."""
    timing = ProgressTiming(every_seconds=60, day=Day(seconds=60, least=1, most=1))
    told, spared = ZoneProgress(ZONE, timing), ZoneProgress(ZONE, timing)
    for n, (code, blind) in enumerate(seen):
        ts = T0 + timedelta(minutes=n)
        told.observe(estimate(code, visible=0.1 if blind else 0.9), ts)
        if not blind:
            spared.observe(estimate(code), ts)
    assert told.memory == spared.memory


def nothing() -> StateEstimate:
    return StateEstimate(dict.fromkeys(CODES, 0.1), 0.9)


distributions = st.lists(st.floats(0, 1), min_size=6, max_size=6).map(
    lambda ps: Observed(
        day=0,
        probabilities={c: p / max(1.0, sum(ps[:3])) for c, p in zip(CODES, ps[:3], strict=True)},
        toward={c: 0.99 * p for c, p in zip(CODES, ps[3:], strict=True)},
    )
)
positions = st.one_of(
    st.none(),
    st.tuples(st.integers(0, 2), st.floats(0, 0.99)).map(
        lambda at: Position(at[0], STATES[at[0]].percent + 15 * at[1], 1.0)
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(distributions, max_size=7), positions, st.randoms())
def test_only_what_three_days_are_sure_of_is_accepted_whatever_the_order_of_days(
    seen: list[Observed], held: Position | None, rng: Random
) -> None:
    verdict = judge(STATES, seen, held, 3)
    shuffled = sorted(seen, key=lambda _: rng.random())
    assert judge(STATES, shuffled, held, 3) == verdict
    if verdict is None:
        assert held is None
        return
    at = verdict.reached
    if held is not None:
        assert at is not None
        assert (at.state, at.percent) >= (held.state, held.percent)
    if at is not None and (held is None or at.state > held.state):
        later = CODES[at.state :]
        tails = [sum(day.probabilities[code] for code in later) for day in seen]
        assert sum(tail >= 0.8 for tail in tails) >= 3


def test_at_the_border_of_two_states_nobody_is_asked_which_it_is() -> None:
    zone = at("pit")
    torn = StateEstimate(
        {"pit": 0.3, "floor1": 0.7, "floor2": 0.0}, 0.9, {"pit": 0.99, "floor1": 0.0}
    )
    findings = [f for n in range(4) for f in day(zone, n, torn)]
    assert not any(f.uncertain for f in findings)
    assert zone.memory.percent == pytest.approx(8 + 0.99 * 22, abs=0.01)
