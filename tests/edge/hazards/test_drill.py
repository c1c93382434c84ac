"""A drill of every hazard and look-alike before simulated cameras of seeds nobody tuned on."""

from datetime import UTC, datetime

from siteward_simulators.world.drill import AT_NIGHT, HAZARDS, INNOCENTS, drilled
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.world import World
from tests.edge.hazards.drill import run

MORNING = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
SITES = {s.site: s for s in load_scenarios()}


def test_hazards_before_a_camera_are_told_and_their_look_alikes_are_not() -> None:
    result = run(SITES["kindergarten"], "cam-main", 877, MORNING, size=(480, 270), slots=6)
    assert len({e.kind for e in result.truth}) >= 3
    assert result.f1() >= 0.9, (result.missed, result.wrong)


def test_night_work_is_told_and_floodlights_beacons_and_welding_are_not() -> None:
    result = run(SITES["road"], "cam-east", 878, NIGHT, night=True, size=(480, 270), slots=3)
    assert [e.kind for e in result.truth] == ["night_work"]
    assert (result.missed, result.wrong) == ([], [])


def test_a_drill_plants_each_kind_once_before_every_camera_and_tells_its_truth() -> None:
    for site in SITES.values():
        planted = drilled(site, 879, MORNING)
        world = World(planted, 879, MORNING)
        for camera in site.cameras:
            kinds = [e.kind for e in planted.live if e.device == camera.id]
            likes = [e.kind for e in planted.innocents if e.device == camera.id]
            assert len(set(kinds)) == len(kinds) >= 4
            assert set(kinds) <= set(HAZARDS)
            assert len(set(likes)) == len(likes) >= 4
            assert set(likes) <= set(INNOCENTS)
        told = world.episodes(MORNING, datetime(2026, 11, 24, 4, tzinfo=UTC))
        assert {(e.kind, e.device) for e in told} >= {(e.kind, e.device) for e in planted.live}
        assert not {e.kind for e in told} & set(INNOCENTS)
    assert "night_work" in AT_NIGHT
