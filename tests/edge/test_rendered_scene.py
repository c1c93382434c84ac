"""The painted sites are read back: every state of every scenario, and everybody in the picture."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from siteward_edge.config.progress import Zone
from siteward_edge.vision.material_bands import MaterialBands
from siteward_edge.vision.ports import DetectedPerson, Image
from siteward_edge.vision.rendered_scene import RenderedScenePeople
from siteward_simulators.devices.renderer import render
from siteward_simulators.devices.scene import CameraScene
from siteward_simulators.snapshot import scene_of
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.scenario import Zone as ScenarioZone
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.state import (
    CameraTruth,
    Crane,
    Person,
    SiteState,
    Weather,
    ZoneTruth,
)

SCENARIOS = load_scenarios()
AT = datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
LIGHTS = {"noon": (1.0, 0.0), "dusk": (0.2, 0.0), "night": (0.0, 0.0), "rain": (0.6, 0.8)}
"""Daylight and rain."""
STORM = 14.0
"""Wind in m/s, at which the picture shakes by up to three pixels."""


def scene(scenario: Scenario, camera: str) -> CameraScene:
    return scene_of(scenario, camera, 960, 540)


def state(
    scenario: Scenario,
    camera: str,
    light: tuple[float, float],
    zones: dict[str, tuple[str, float]],
    people: list[Person],
    wind: float = 2,
) -> SiteState:
    crane = Crane(2, 4, 50, 35, (hash(camera) % 7) * 50, 25, 0.1, 5, 0)
    return SiteState(
        site=scenario.site,
        at=AT,
        weather=Weather(light[0], light[1], wind, 12, 50, 101, 90),
        air=None,
        crane=crane if scenario.crane else None,
        zones={z: ZoneTruth(z, code, 0, toward) for z, (code, toward) in zones.items()},
        work_items={},
        people=people,
        workers=len(people),
        cameras={camera: CameraTruth(camera)},
    )


def through_a_codec(picture: Image) -> Image:
    """Lossy, with halved colour resolution, as video is."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 70])
    assert done
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def told(zone: ScenarioZone) -> Zone:
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


def every_zone() -> Iterator[tuple[Scenario, ScenarioZone]]:
    for scenario in SCENARIOS:
        for zone in scenario.zones:
            yield scenario, zone


@pytest.mark.parametrize(
    ("light", "wind"),
    [("noon", 2), ("dusk", 2), ("night", 2), ("rain", 2), ("noon", STORM), ("rain", STORM)],
)
def test_every_state_of_every_zone_is_read_right(light: str, wind: float) -> None:
    reader = MaterialBands()
    wrong, seen = [], 0
    for scenario, zone in every_zone():
        for index, step in enumerate(zone.states):
            for toward in (0.0, 0.7):
                if toward and index == len(zone.states) - 1:
                    continue
                truth = {zone.id: (step.code, toward)}
                now = state(scenario, zone.camera, LIGHTS[light], truth, [], wind)
                picture = through_a_codec(render(now, scene(scenario, zone.camera), seen * 0.37))
                estimate = reader.classify(picture, told(zone))
                best = max(estimate.probabilities, key=lambda c: estimate.probabilities[c])
                seen += 1
                if best != step.code or estimate.probabilities[best] < 0.5:
                    wrong.append(f"{scenario.site}/{zone.id}: {step.code}+{toward} read as {best}")
                assert sum(estimate.probabilities.values()) == pytest.approx(1)
    assert seen > 100
    assert len(wrong) <= 0.05 * seen, wrong


def test_a_zone_in_full_view_is_seen_whole_and_a_hidden_one_is_not() -> None:
    scenario, zone = next(every_zone())
    now = state(scenario, zone.camera, (1, 0), {zone.id: (zone.states[5].code, 0.5)}, [])
    picture = render(now, scene(scenario, zone.camera), 1.0)
    assert MaterialBands().classify(picture, told(zone)).visible > 0.9
    for colour in ((0, 0, 0), (62, 92, 84), (200, 40, 220)):
        hidden = np.full_like(picture, colour)
        assert MaterialBands().classify(hidden, told(zone)).visible < 0.4, colour


def test_a_zone_without_patterns_is_not_judged() -> None:
    _, zone = next(every_zone())
    bare = told(zone)
    bare = bare.model_copy(
        update={"states": [s.model_copy(update={"pattern": []}) for s in bare.states]}
    )
    estimate = MaterialBands().classify(np.zeros((540, 960, 3), np.uint8), bare)
    assert estimate.visible == 0


def random_picture(rng: random.Random, most: int) -> tuple[Image, CameraScene, list[Person]]:
    scenario = rng.choice(SCENARIOS)
    camera = rng.choice(scenario.cameras).id
    look = scene(scenario, camera)
    people: list[Person] = []
    for n in range(rng.randint(0, most)):
        x, y = rng.uniform(0.05, 0.95), rng.uniform(look.horizon + 0.1, 0.97)
        if all(abs(x - p.x) > 0.1 for p in people):
            helmet = rng.choice(("yellow", "red", "blue", "yellow", None))
            people.append(Person(f"p{n}", camera, x, y, helmet, rng.random() < 0.85, False))
    zones = {z.id: (rng.choice(z.states).code, rng.random()) for z in scenario.zones_of(camera)}
    light = LIGHTS[rng.choice(list(LIGHTS))]
    now = state(scenario, camera, light, zones, people, rng.choice((2.0, STORM)))
    return through_a_codec(render(now, look, rng.uniform(0, 3600))), look, people


def matched(
    found: list[DetectedPerson], people: list[Person]
) -> list[tuple[DetectedPerson, Person]]:
    """Each finding with the nearest person whose feet it names within a fifth of its height."""
    left, pairs = list(people), []
    for one in found:
        x, feet = one.box[0] + one.box[2] / 2, one.box[1] + one.box[3]
        near = [
            p
            for p in left
            if abs(p.x - x) < 0.15 * one.box[3] + 0.01
            and (abs(p.y - feet) < 0.2 * one.box[3] + 0.01 or feet > 0.99)
        ]
        if near:
            nearest = min(near, key=lambda p: abs(p.x - x))
            left.remove(nearest)
            pairs.append((one, nearest))
    return pairs


def test_people_are_found_and_nobody_else() -> None:
    rng, detector = random.Random(31), RenderedScenePeople()
    real = found = right = helmets_told = helmets_right = vests_right = 0
    for _ in range(220):
        picture, _, people = random_picture(rng, most=4)
        answers = list(detector.detect(picture).people)
        pairs = matched(answers, people)
        real, found, right = real + len(people), found + len(answers), right + len(pairs)
        told_of = [(d, p) for d, p in pairs if d.helmet is not None]
        helmets_told += len(told_of)
        helmets_right += sum(d.helmet == (p.helmet is not None) for d, p in told_of)
        vests_right += sum(d.vest == p.vest for d, p in pairs)
    assert right / found > 0.96, "precision"
    assert right / real > 0.93, "recall"
    assert helmets_told / right > 0.85
    assert helmets_right / helmets_told > 0.97
    assert vests_right / right > 0.97


def test_an_empty_site_shows_nobody_at_any_hour() -> None:
    rng, detector = random.Random(5), RenderedScenePeople()
    for _ in range(150):
        picture, look, _ = random_picture(rng, most=0)
        assert detector.detect(picture).people == (), (look.site, look.device)


def test_the_same_picture_darkened_by_dusk_shows_the_same_people() -> None:
    scenario = SCENARIOS[0]
    camera = scenario.cameras[0].id
    people = [Person("a", camera, 0.3, 0.9, "red", True, False)]
    noon = state(scenario, camera, LIGHTS["noon"], {}, people)
    dusk = replace(noon, weather=replace(noon.weather, daylight=0.2))
    boxes = [
        RenderedScenePeople().detect(render(s, scene(scenario, camera), 2.0)).people[0].box
        for s in (noon, dusk)
    ]
    assert np.allclose(boxes[0], boxes[1], atol=0.02)
