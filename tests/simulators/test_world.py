import itertools
import math
from datetime import UTC, datetime, timedelta

import pytest

from siteward_simulators.world.geometry import inside
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.works import spi
from siteward_simulators.world.world import World

ANCHOR = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
SCENARIOS = {s.site: s for s in load_scenarios()}
SITES = list(SCENARIOS)


def world(site: str, seed: int = 1, speed: float = 1, scenario: Scenario | None = None) -> World:
    return World(scenario or SCENARIOS[site], seed, ANCHOR, speed)


def working_hours(count: int) -> list[datetime]:
    """Instants at ten in the morning, Shanghai time, on the days before the first start."""
    return [ANCHOR.replace(hour=2, minute=0) - timedelta(days=d) for d in range(1, count + 1)]


@pytest.mark.parametrize("site", SITES)
def test_the_same_question_has_the_same_answer_whatever_was_asked_before(site: str) -> None:
    asked, fresh = world(site), world(site)
    times = [ANCHOR + timedelta(hours=37 * i % 500 - 300, seconds=i) for i in range(60)]
    for t in times:
        asked.at(t)
    for t in reversed(times):
        assert asked.at(t) == fresh.at(t)


def test_another_seed_is_another_world() -> None:
    end = ANCHOR - timedelta(days=20)
    start = end - timedelta(days=60)
    assert world("road", 1).episodes(start, end) != world("road", 2).episodes(start, end)


def test_nobody_works_at_night_and_everybody_by_day() -> None:
    w = world("kindergarten")
    for t in working_hours(20):
        assert w.workers(t) > 15
        assert w.workers(t + timedelta(hours=13)) == 0  # eleven at night


@pytest.mark.parametrize("site", SITES)
def test_work_only_goes_forward_and_zones_show_a_declared_state(site: str) -> None:
    w = world(site)
    before: dict[str, float] = {}
    for day in range(-91, 90, 3):
        t = ANCHOR + timedelta(days=day)
        items = w.work_items(t)
        assert all(items[name] >= before.get(name, 0) for name in items)
        before = items
        for zone in w.scenario.zones:
            truth = w.zones(t)[zone.id]
            state = next(s for s in zone.states if s.code == truth.state)
            assert state.percent <= truth.percent + 1e-6
            assert 0 <= truth.toward_next < 1


def test_kindergarten_shows_second_storey_formwork_and_is_late() -> None:
    w = world("kindergarten")
    assert w.zones(ANCHOR)["main-block"].state == "s2_formwork"
    late = spi(w.scenario, 0)
    assert late is not None and late < 0.85
    for site in ("elderly-care", "road"):
        on_time = spi(SCENARIOS[site], 0)
        assert on_time is not None and on_time > 0.95


def test_kindergarten_main_camera_was_online_76_percent_of_the_last_week() -> None:
    w = world("kindergarten")

    def ratio(first_day: float, last_day: float) -> float:
        steps = range(int(first_day * 144), int(last_day * 144))
        sees = [w.camera("cam-main", ANCHOR - timedelta(minutes=10 * i)).fault for i in steps]
        return sees.count("none") / len(sees)

    assert ratio(0, 7) == pytest.approx(0.76, abs=0.002)
    assert ratio(7, 35) >= 0.95


def test_speed_hurries_the_work_and_not_the_clock() -> None:
    slow, fast = world("road"), world("road", speed=1000)
    t = ANCHOR + timedelta(minutes=30)
    assert fast.work_items(t)["stage-2"] > slow.work_items(t)["stage-2"] + 10
    assert fast.weather(t) == slow.weather(t)
    past = ANCHOR - timedelta(days=3)
    assert fast.work_items(past) == slow.work_items(past)


@pytest.mark.parametrize("site", SITES)
def test_quiet_air_keeps_far_from_the_limits_and_dust_goes_far_over(site: str) -> None:
    w = world(site)
    loud = quiet = 0
    for step in range(60 * 144):
        t = ANCHOR - timedelta(minutes=10 * step)
        air = w.air(t)
        assert air is not None
        kinds = {e.kind for e in w.episodes(t, t + timedelta(seconds=1))}
        if "dust" in kinds:
            assert air.pm10 > 280 and air.tsp > 800
        else:
            assert air.pm10 < 80 and air.tsp < 200
        hour = (t.hour + 8) % 24
        night = hour >= 22 or hour < 6
        if kinds & {"night_work", "noise_day"}:
            loud += air.noise > (55 if night else 70)
        else:
            quiet += 1
            assert air.noise < (53 if night else 68)
        assert air.pm25 <= air.pm10 <= air.tsp
    assert loud > 5 and quiet > 5000


def test_crane_breaks_its_limits_in_episodes_only() -> None:
    w = world("kindergarten")
    over = 0
    for step in range(60 * 144):
        t = ANCHOR - timedelta(minutes=10 * step)
        crane = w.crane(t)
        assert crane is not None
        kinds = {e.kind for e in w.episodes(t, t + timedelta(seconds=1))}
        if "crane_overmoment" in kinds:
            over += 1
            assert crane.moment_pct > 100 and crane.alarms & 8
        else:
            assert crane.moment_pct < 85
        assert (crane.wind > 10.8) == ("crane_wind" in kinds)
    assert over >= 1


@pytest.mark.parametrize("site", SITES)
def test_somebody_intrudes_every_one_to_three_minutes_once_live(site: str) -> None:
    w = world(site)
    seen = [e for e in w.episodes(ANCHOR, ANCHOR + timedelta(hours=6)) if e.kind == "intrusion"]
    gaps = [(b.start - a.start).total_seconds() for a, b in itertools.pairwise(seen)]
    assert min(gaps) > 40 and max(gaps) < 180


@pytest.mark.parametrize("site", SITES)
def test_people_are_in_danger_exactly_while_an_intrusion_lasts(site: str) -> None:
    w = world(site)
    cameras = {c.id for c in w.scenario.cameras}
    end = ANCHOR + timedelta(minutes=40)
    episodes = [e for e in w.episodes(ANCHOR, end) if e.kind == "intrusion"]
    assert len(episodes) > 10
    for second in range(2400):
        t = ANCHOR + timedelta(seconds=second)
        going_on = {(e.device, e.zone) for e in episodes if e.holds(t)}
        found = set()
        for camera in cameras:
            for person in w.people(camera, t):
                assert 0 <= person.x <= 1 and 0 <= person.y <= 1
                for zone in w.scenario.danger_zones_of(camera):
                    if inside((person.x, person.y), zone.polygon):
                        found.add((camera, zone.id))
                        assert person.in_danger_zone
        assert found == going_on


def test_people_walk_and_do_not_jump() -> None:
    w = world("kindergarten")
    at = {p.key: p for p in w.people("cam-main", ANCHOR)}
    for step in range(1, 6000):
        t = ANCHOR + timedelta(seconds=step / 10)
        now = {p.key: p for p in w.people("cam-main", t)}
        for key in at.keys() & now.keys():
            assert math.dist((at[key].x, at[key].y), (now[key].x, now[key].y)) < 0.02
        at = now


def test_intrusions_before_a_blind_camera_are_not_told() -> None:
    w = world("kindergarten")
    found = w.episodes(ANCHOR - timedelta(days=7), ANCHOR)
    faults = [e for e in found if e.kind.startswith("camera_")]
    assert sum((e.end - e.start).total_seconds() for e in faults) / 3600 == pytest.approx(
        40.33, abs=0.02
    )
    for e in found:
        if e.kind == "intrusion":
            assert not any(
                f.device == e.device and f.start < e.end and e.start < f.end for f in faults
            )
