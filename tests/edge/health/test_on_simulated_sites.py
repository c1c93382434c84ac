"""Camera health on every simulated camera by day and by night, faults included."""

import dataclasses
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from siteward_edge.health.blindness import blind_cause
from siteward_edge.health.look import shrink
from siteward_edge.health.stillness import nothing_moves
from siteward_edge.health.view import shift_between, view_of
from siteward_edge.vision.ports import Image
from siteward_simulators.devices.renderer import render
from siteward_simulators.devices.scene import CameraScene, ZoneScene
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.state import CameraTruth
from siteward_simulators.world.world import World

ANCHOR = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOURS = [ANCHOR - timedelta(hours=3 * n, minutes=7) for n in range(8)]
SITES = {scenario.project.id: scenario for scenario in load_scenarios()}
CAMERAS = [(site, camera.id) for site, scenario in SITES.items() for camera in scenario.cameras]


@cache
def world(site: str) -> World:
    return World(SITES[site], 11, ANCHOR)


def scene_of(scenario: Scenario, camera: str) -> CameraScene:
    zones = tuple(
        ZoneScene(z.id, tuple(z.polygon), tuple((s.code, tuple(s.pattern)) for s in z.states))
        for z in scenario.zones
        if z.camera == camera
    )
    return CameraScene(scenario.project.id, camera, 640, 360, zones)


def picture(
    site: str, camera: str, ts: datetime, truth: CameraTruth | None = None, seconds: float = 0
) -> Image:
    state = world(site).at(ts)
    cameras = {camera: truth or CameraTruth(camera)}
    scene = scene_of(SITES[site], camera)
    return render(dataclasses.replace(state, cameras=cameras), scene, seconds)


@pytest.mark.parametrize(("site", "camera"), CAMERAS)
def test_no_hour_makes_a_good_camera_blind_moved_or_frozen(site: str, camera: str) -> None:
    noon = view_of(shrink(picture(site, camera, HOURS[0])))
    for ts in HOURS:
        gray = shrink(picture(site, camera, ts, seconds=5))
        assert not blind_cause(gray), ts
        shift = shift_between(noon, gray)
        assert shift is not None, ts
        assert shift < 0.02, ts
        later = shrink(picture(site, camera, ts + timedelta(seconds=3), seconds=8))
        assert not nothing_moves(gray, later), ts


@pytest.mark.parametrize(("site", "camera"), CAMERAS)
def test_a_fault_is_seen_at_every_hour(site: str, camera: str) -> None:
    noon = view_of(shrink(picture(site, camera, HOURS[0])))
    for ts in HOURS:
        for fault in ("black", "covered"):
            assert blind_cause(shrink(picture(site, camera, ts, CameraTruth(camera, fault)))), ts
        for dx, dy in ((0.04, 0.0), (-0.06, 0.03), (0.15, -0.05)):
            moved = CameraTruth(camera, "moved", (dx, dy))
            shift = shift_between(noon, shrink(picture(site, camera, ts, moved)))
            assert shift is not None, (ts, dx)
            assert shift > 0.02, (ts, dx)
