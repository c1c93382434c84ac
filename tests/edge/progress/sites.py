"""Pictures of simulated sites at any hour, and cameras that look at them."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import cv2
import numpy as np

from siteward_edge.config.camera import Camera
from siteward_edge.config.progress import Zone
from siteward_edge.vision.ports import Image
from siteward_simulators.devices.renderer import render
from siteward_simulators.devices.scene import CameraScene
from siteward_simulators.snapshot import scene_of
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.scenario import Zone as ScenarioZone
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.state import Weather
from siteward_simulators.world.world import World

ANCHOR = datetime(2026, 11, 24, 4, tzinfo=UTC)
"""Noon in Shanghai."""
SITES = {scenario.project.id: scenario for scenario in load_scenarios()}
KINDERGARTEN = SITES["kindergarten"]
BLOCK = next(zone for zone in KINDERGARTEN.zones if zone.camera == "cam-main")


@cache
def world(site: str, seed: int) -> World:
    return World(SITES[site], seed, ANCHOR)


def zone_of(zone: ScenarioZone) -> Zone:
    """The zone as the edge's configuration has it."""
    return Zone.model_validate(
        {
            "id": zone.id,
            "polygon": zone.polygon,
            "bands": zone.bands,
            "states": [
                {"code": s.code, "percent": s.percent, "pattern": s.pattern} for s in zone.states
            ],
        }
    )


def camera(**changes: Any) -> Camera:
    """The kindergarten's main camera."""
    settings: dict[str, Any] = {
        "device": "cam-main",
        "url": "http://camera",
        "detector": {"kind": "rendered_scene"},
        "zones": [zone_of(BLOCK).model_dump()],
    }
    return Camera.model_validate(settings | changes)


def picture(
    state: str,
    ts: datetime = ANCHOR,
    toward: float = 0.0,
    daylight: float = 1.0,
    rain: float = 0.0,
    wind: float = 2.0,
) -> Image:
    """The kindergarten's main camera when its block is in a state, without anybody."""
    now = world("kindergarten", 11).at(ts)
    zones = {BLOCK.id: replace(now.zones[BLOCK.id], state=state, toward_next=toward)}
    weather = Weather(daylight, rain, wind, 12, 50, 101, 90)
    scene = scene_of(KINDERGARTEN, "cam-main", 640, 360)
    drawn = replace(now, zones=zones, weather=weather, people=[], cameras={})
    return through_a_codec(render(drawn, scene, ts.timestamp()))


def scene(scenario: Scenario, device: str) -> CameraScene:
    return scene_of(scenario, device, 640, 360)


def through_a_codec(image: Image) -> Image:
    """Lossy, with halved colour resolution, as video is."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 70])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def shifted(image: Image, dx: float, dy: float, degrees: float = 0.0) -> Image:
    """The picture of a camera that was moved, in shares of the width and height."""
    height, width = image.shape[:2]
    move = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    move[:, 2] += (dx * width, dy * height)
    moved = cv2.warpAffine(image, move, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)
