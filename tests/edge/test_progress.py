from datetime import UTC, datetime, timedelta

import pytest

from siteward_edge.config.progress import ProgressTiming, Zone, ZoneState
from siteward_edge.progress.states import Finding, ZoneProgress
from siteward_edge.vision.ports import StateEstimate

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
STATES = [
    ZoneState(code="pit", percent=8),
    ZoneState(code="floor1", percent=30),
    ZoneState(code="floor2", percent=45),
]
ZONE = Zone(id="block", polygon=[(0, 0), (1, 0), (1, 1)], states=STATES)
TIMING = ProgressTiming(every_seconds=10, window=5, agree=3, report_seconds=100)


def estimate(code: str, p: float = 0.9, visible: float = 0.9) -> StateEstimate:
    rest = (1 - p) / 2
    return StateEstimate({s.code: p if s.code == code else rest for s in STATES}, visible)


def feed(zone: ZoneProgress, *codes: str, p: float = 0.9, start: float = 0) -> list[Finding | None]:
    return [
        zone.observe(estimate(code, p), T0 + timedelta(seconds=start + 10 * n))
        for n, code in enumerate(codes)
    ]


def told(findings: list[Finding | None]) -> list[tuple[str, bool]]:
    return [(f.state.code, f.uncertain) for f in findings if f is not None]


def test_the_first_state_needs_three_agreeing_observations() -> None:
    zone = ZoneProgress(ZONE, TIMING)
    assert told(feed(zone, "pit", "floor1", "pit")) == []
    (finding,) = [f for f in feed(zone, "pit") if f]
    assert (finding.state.percent, finding.uncertain, finding.changed) == (8, False, True)
    assert finding.coverage == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["floor1"] * 3, [("floor1", False)]),
        (["floor1", "pit", "floor1", "pit", "floor1"], [("floor1", True)]),
        (["floor1", "pit", "pit", "floor1"], []),
        (["floor2"] * 3, [("floor2", False)]),
    ],
    ids=["agreed", "agreed but torn: median under 0.8", "too few", "a state was skipped"],
)
def test_a_change_forward_is_accepted_or_left_to_a_person(
    codes: list[str], expected: list[tuple[str, bool]]
) -> None:
    zone = ZoneProgress(ZONE, TIMING, accepted="pit")
    zone._reported, zone._reported_at = ("pit", False), T0
    p = 0.9 if len(set(codes)) == 1 else 0.7
    assert told(feed(zone, *codes, p=p)) == expected


def test_a_change_backward_is_only_ever_proposed() -> None:
    zone = ZoneProgress(ZONE, TIMING, accepted="floor1")
    findings = told(feed(zone, *["pit"] * 8))
    assert findings[-1] == ("pit", True)
    assert zone.accepted == "floor1"
    assert told(feed(zone, *["floor1"] * 4, start=80))[-1] == ("floor1", False)


def test_a_weak_look_back_is_not_even_proposed() -> None:
    zone = ZoneProgress(ZONE, TIMING, accepted="floor1")
    assert set(told(feed(zone, *["pit"] * 5, p=0.6))) == {("floor1", False)}


def test_an_unchanged_zone_is_reported_at_the_interval_only() -> None:
    zone = ZoneProgress(ZONE, TIMING, accepted="floor1")
    findings = [f for f in feed(zone, *["floor1"] * 25) if f]
    assert [f.changed for f in findings] == [True, False, False]
    assert zone.due(T0 + timedelta(seconds=250))
    assert not zone.due(T0 + timedelta(seconds=249))


def test_what_was_seen_before_a_blind_time_does_not_vouch_for_after() -> None:
    zone = ZoneProgress(ZONE, TIMING, accepted="pit")
    zone._reported, zone._reported_at = ("pit", False), T0
    feed(zone, "floor1", "floor1")
    zone.forget()
    assert told(feed(zone, "floor1", "floor1", start=20)) == []
    assert told(feed(zone, "floor1", start=40)) == [("floor1", False)]


def test_a_hidden_zone_says_nothing() -> None:
    zone = ZoneProgress(ZONE, TIMING)
    for n in range(5):
        ts = T0 + timedelta(seconds=10 * n)
        assert zone.observe(estimate("pit", visible=0.2), ts) is None
    assert zone.accepted is None
