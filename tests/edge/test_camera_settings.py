"""A camera whose settings change while it watches: nothing it knows is lost, nothing stays open."""

from pathlib import Path
from typing import Any

from siteward_contracts.messages import Detection, Health, Progress
from siteward_edge.camera import CameraWatch
from siteward_edge.config.camera import Camera
from siteward_edge.vision.detectors import classifier_of, detector_of
from tests.edge.test_camera import CAMERA, DANGER, ZONE, Site, middle_of_danger, somebody, watch


def changed(watching: CameraWatch, **settings: Any) -> CameraWatch:
    said = CAMERA.model_dump(exclude_unset=True) | settings
    camera = Camera.model_validate(said)
    return watching.changed(camera, detector_of(camera, Path("models")), classifier_of(camera))


def intruded() -> Site:
    site = Site(watch()).go(8)
    site.people = [somebody(*middle_of_danger())]
    site.go(6)
    assert ("intrusion", "begin") in site.detections()
    return site


def test_an_incident_goes_on_and_is_told_once_when_other_settings_change() -> None:
    site = intruded()
    site.watch = changed(site.watch, fps=2, confirm={"frames": 2, "of": 3})
    assert site.watch.health is Health.OK, "it need not find out again how well it sees"
    site.go(6)
    site.people = []
    site.go(12)
    assert site.detections() == [("intrusion", "begin"), ("intrusion", "end")]
    begin, end = site.of(Detection)
    assert begin.track == end.track


def test_an_incident_in_a_zone_that_is_taken_away_ends() -> None:
    site = intruded()
    site.watch = changed(site.watch, danger_zones=[])
    site.go(12)
    assert site.detections() == [("intrusion", "begin"), ("intrusion", "end")]


def test_an_incident_of_a_kind_that_is_no_longer_looked_for_ends() -> None:
    site = intruded()
    site.watch = changed(site.watch, hazards={"intrusion": False})
    site.go(12)
    assert site.detections() == [("intrusion", "begin"), ("intrusion", "end")]


def test_a_zone_drawn_while_it_watches_is_watched() -> None:
    site = Site(watch())
    site.watch = changed(site.watch, danger_zones=[])
    site.people = [somebody(*middle_of_danger())]
    site.go(8)
    assert site.detections() == []
    zone = {"id": "new", "polygon": DANGER.polygon}
    site.watch = changed(site.watch, danger_zones=[zone])
    site.go(8)
    assert [(d.zone, d.phase) for d in site.of(Detection)] == [("new", "begin")]


def test_progress_goes_on_when_its_zones_states_change_and_forgets_what_is_no_longer_a_state() -> (
    None
):
    site = Site(watch()).go(20)
    assert site.progress(), "it had a state"
    said = CAMERA.model_dump(exclude_unset=True)["zones"][0]
    kept = [s for s in said["states"] if s["code"] != site.progress()[-1][0]]
    before = len(site.of(Progress))
    site.watch = changed(site.watch, zones=[{**said, "states": kept}])
    site.go(20)
    site.watch = changed(site.watch, zones=[])
    site.go(5)
    site.watch = changed(site.watch)
    site.go(20)
    again = site.of(Progress)[before:]
    assert {p.zone for p in again} == {ZONE.id}
    assert again[-1].state == "s1_rebar"
