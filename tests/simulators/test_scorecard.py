from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siteward_simulators.scorecard import tally
from siteward_simulators.scorecard.score import Score, together
from siteward_simulators.scorecard.tally import Reported, ReportedClaim, Tally
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.truth import TrueClaim, TrueEpisode, Truth
from siteward_simulators.world.world import World

NOW = 1_000_000.0
ANCHOR = 900_000.0


def episode(kind: str = "dust", start: float = 1000, end: float = 4000) -> TrueEpisode:
    device = "cam-1" if kind.startswith("camera") or kind == "intrusion" else "dust-1"
    return TrueEpisode("road", kind, device, None, start, end)


def alert(
    kind: str = "dust", start: float = 1300, end: float | None = 4500, device: str = "dust-1"
) -> Reported:
    return Reported("road", kind, device, start, start, end)


def score(truth: list[TrueEpisode], alerts: list[Reported]) -> dict[str, Tally]:
    return tally.hazards(truth, alerts, [(ANCHOR, NOW)], ANCHOR, NOW)


def test_an_alert_within_its_episode_is_found_and_right() -> None:
    dust = score([episode()], [alert()])["dust"]
    assert (dust.true, dust.found, dust.reported, dust.right) == (1, 1, 1, 1)
    assert (dust.precision, dust.recall, dust.delay) == (1.0, 1.0, 300.0)


@pytest.mark.parametrize(
    "wrong",
    [
        alert(device="dust-2"),
        alert(kind="night_work"),
        alert(start=90_000, end=91_000),
        Reported("kindergarten", "dust", "dust-1", 1300, 1300, 4500),
    ],
)
def test_another_device_kind_time_or_site_is_a_miss_and_a_false_alarm(wrong: Reported) -> None:
    tallies = score([episode()], [wrong])
    assert tallies["dust"].found == 0
    assert sum(t.right for t in tallies.values()) == 0
    assert sum(t.reported for t in tallies.values()) == 1


def test_a_dead_camera_may_be_reported_as_blind_or_offline() -> None:
    offline = episode("camera_offline")
    for kind in ("camera_blind", "device_offline"):
        assert score([offline], [alert(kind, device="cam-1")])["camera"].found == 1
    assert score([offline], [alert("camera_moved", device="cam-1")])["camera"].found == 0


def test_what_happened_while_nothing_ran_or_just_now_is_nobodys_to_find() -> None:
    unwatched = TrueEpisode("road", "intrusion", "cam-1", "z", ANCHOR + 10, ANCHOR + 30)
    fresh = TrueEpisode("road", "intrusion", "cam-1", "z", NOW - 20, NOW - 5)
    found = tally.hazards([unwatched, fresh], [], [(ANCHOR + 100, NOW)], ANCHOR, NOW)
    assert not any(t.true for t in found.values())


def test_fund_rules_count_planted_found_and_false() -> None:
    truth = [
        TrueClaim("road", "a", True, frozenset({"FR-01"})),
        TrueClaim("road", "b", True, frozenset()),
        TrueClaim("road", "c", True, frozenset({"FR-02"})),
    ]
    claims = [
        ReportedClaim("road", "a", frozenset({"FR-01"}), True, True, 3.0),
        ReportedClaim("road", "b", frozenset({"FR-21"}), True, True, 3.0),
    ]
    found = tally.funds(truth, claims)
    assert (found["FR-01"].recall, found["FR-01"].precision, found["FR-01"].delay) == (1, 1, 3)
    assert found["FR-21"].precision == 0
    assert found["FR-02"].recall == 0
    assert tally.honest_held(truth, claims) == ["road: b"]


def test_missed_floors_are_said_and_met_ones_are_not() -> None:
    good = Score([1], {}, {"FR-01": Tally(1, 1, 1, 1)}, {"1/road": -4.9})
    assert good.failures() == []
    bad = Score(
        [2], {}, {"FR-01": Tally(1, 0)}, {"2/road": 5.1, "2/park": None}, ["x: y"], ["x: z"]
    )
    assert len(bad.failures()) == 5
    both = together([good, bad])
    assert both.seeds == [1, 2]
    assert both.funds["FR-01"].recall == 0.5


def test_truth_written_twice_is_truth_once(tmp_path: Path) -> None:
    anchor = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
    scenarios = load_scenarios()
    world = World(scenarios[1], 1, anchor)
    truth = Truth(tmp_path / "truth.db")
    start = anchor - timedelta(days=20)
    for _ in range(2):
        truth.write_world(world, start, start + timedelta(days=10))
        truth.write_world(world, start + timedelta(days=10), anchor)
        truth.write_claims(scenarios)
    begun = [e for e in world.episodes(start, anchor) if e.start >= start]
    assert len(truth.episodes()) == len(begun) > 10
    assert len(truth.claims()) == sum(len(s.claims) + 1 for s in scenarios)
    expected = next(c.expected for c in truth.claims() if c.title == "主体封顶")
    assert expected == {"FR-01", "FR-02", "FR-09", "FR-19", "FR-21"}
    assert truth.latest_visible()["kindergarten"] == pytest.approx(38.3, abs=0.3)
