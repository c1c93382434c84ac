"""One camera's pictures to messages, on simulated sites whose truth is known."""

import dataclasses
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec

from siteward_contracts.decode import Envelope, decode
from siteward_contracts.messages import Detection, EvidenceHeader, Health, Progress, Telemetry
from siteward_edge.camera import CameraWatch, Memory, Result
from siteward_edge.config.camera import Camera
from siteward_edge.hazards.oc_sort import OcSort
from siteward_edge.report import Report
from siteward_edge.vision.detectors import classifier_of, detector_of
from siteward_edge.vision.ports import Frame, Image
from siteward_simulators.devices.renderer import render
from siteward_simulators.devices.scene import CameraScene, ZoneScene
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.state import CameraTruth, Person
from siteward_simulators.world.world import World

T = TypeVar("T")
SITE = next(s for s in load_scenarios() if s.project.id == "kindergarten")
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
WORLD = World(SITE, 11, NOON)
ZONE = next(z for z in SITE.zones if z.camera == "cam-main")
DANGER = next(z for z in SITE.danger_zones if z.camera == "cam-main")
STATES = [state.code for state in ZONE.states]
IDS = (f"{n:032}" for n in count())

CAMERA = Camera.model_validate(
    {
        "device": "cam-main",
        "url": "http://camera",
        "detector": {"kind": "rendered_scene"},
        "zones": [
            {
                "id": ZONE.id,
                "polygon": ZONE.polygon,
                "bands": ZONE.bands,
                "states": [
                    {"code": s.code, "percent": s.percent, "pattern": s.pattern}
                    for s in ZONE.states
                ],
            }
        ],
        "danger_zones": [{"id": DANGER.id, "polygon": DANGER.polygon}],
        "progress": {
            "every_seconds": 1,
            "day": {"seconds": 1, "least": 1, "most": 1},
            "report_seconds": 60,
        },
        "cool_down_seconds": 5,
    }
)


def watch(memory: Memory | None = None) -> CameraWatch:
    return CameraWatch(
        CAMERA,
        detector_of(CAMERA, Path("models")),
        classifier_of(CAMERA),
        OcSort(2, "test"),
        Report("kindergarten", "cam-main", IDS.__next__),
        memory or Memory(),
        NOON,
    )


class Site:
    """Shows pictures at two a second and keeps what is said, decoded as ingest does."""

    def __init__(self, watch: CameraWatch, state: str = "s1_rebar") -> None:
        self.watch = watch
        self.state = state
        self.seconds = 0.0
        self.people: list[Person] = []
        self.fault = CameraTruth("cam-main")
        self.said: list[Envelope] = []

    def go(self, seconds: float) -> "Site":
        for ts in self._times(seconds):
            self._hear(self.watch.see(Frame(self._picture(ts), ts, "cam-main")), ts)
        return self

    def silence(self, seconds: float) -> "Site":
        since = NOON + timedelta(seconds=self.seconds)
        for ts in self._times(seconds):
            self._hear(self.watch.miss(since, ts), ts)
        return self

    def of(self, kind: type[T]) -> list[T]:
        return [e.message for e in self.said if isinstance(e.message, kind)]

    def detections(self) -> list[tuple[str, str]]:
        return [(d.kind, d.phase) for d in self.of(Detection)]

    def progress(self) -> list[tuple[str, bool]]:
        return [(p.state, p.uncertain) for p in self.of(Progress)]

    def _times(self, seconds: float) -> Iterator[datetime]:
        for _ in range(int(seconds * 2)):
            self.seconds += 0.5
            yield NOON + timedelta(seconds=self.seconds)

    def _picture(self, ts: datetime) -> Image:
        state = WORLD.at(ts)
        zones = {ZONE.id: dataclasses.replace(state.zones[ZONE.id], state=self.state)}
        zones[ZONE.id] = dataclasses.replace(zones[ZONE.id], toward_next=0.0)
        now = dataclasses.replace(
            state, zones=zones, people=self.people, cameras={"cam-main": self.fault}
        )
        patterns = tuple((s.code, tuple(s.pattern)) for s in ZONE.states)
        zone = ZoneScene(ZONE.id, tuple(ZONE.polygon), patterns)
        return render(now, CameraScene("s", "cam-main", 640, 360, (zone,)), self.seconds)

    def _hear(self, result: Result, ts: datetime) -> None:
        for message in result.messages:
            self.said.append(decode(str(message.topic), message.payload, ts))


def somebody(x: float, y: float, helmet: str | None = "yellow") -> Person:
    return Person("p", "cam-main", x, y, helmet, True, False)


def middle_of_danger() -> tuple[float, float]:
    xs, ys = zip(*DANGER.polygon, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)


def test_progress_is_measured_with_its_picture_and_followed_forward() -> None:
    site = Site(watch()).go(10)
    assert site.progress() == [("s1_rebar", False)]
    site.state = "s1_concrete"
    site.go(10)
    assert site.progress()[1:] == [("s1_concrete", False)]
    pictures = {
        e.message.sha256: e.body for e in site.said if isinstance(e.message, EvidenceHeader)
    }
    for message in site.of(Progress):
        assert message.coverage > 0.5
        assert message.confidence >= 0.8
        assert message.evidence is not None
        assert hashlib.sha256(pictures[message.evidence]).hexdigest() == message.evidence


def test_nothing_is_measured_while_the_camera_is_covered_and_the_blindness_is_told() -> None:
    site = Site(watch()).go(10)
    site.fault = CameraTruth("cam-main", "covered")
    site.state = "s1_concrete"  # work goes on behind the cloth
    site.go(60)
    assert site.progress() == [("s1_rebar", False)]
    assert site.detections() == [("camera_blind", "begin")]
    told = site.of(Detection)[0]
    assert told.first_seen == NOON + timedelta(seconds=10.5)
    assert told.evidence is not None
    site.fault = CameraTruth("cam-main")
    site.go(10)
    assert site.detections() == [("camera_blind", "begin"), ("camera_blind", "end")]
    tracks = {d.track for d in site.of(Detection)}
    assert len(tracks) == 1
    assert site.progress()[-1] == ("s1_concrete", False)


def test_an_intrusion_begins_once_and_ends_once_and_bare_heads_are_told() -> None:
    site = Site(watch()).go(5)
    site.people = [somebody(*middle_of_danger())]
    site.go(8)
    site.people = []
    site.go(8)
    assert site.detections() == [("intrusion", "begin"), ("intrusion", "end")]
    begun = site.of(Detection)[0]
    assert begun.first_seen == NOON + timedelta(seconds=5.5)
    assert (begun.zone, begun.phase) == (DANGER.id, "begin")
    site.people = [somebody(0.35, 0.9, helmet=None)]
    site.go(5)
    assert site.detections()[2:] == [("no_helmet", "begin")]


def test_readings_say_whether_it_sees_and_how_many_it_saw() -> None:
    site = Site(watch()).go(5)
    site.people = [somebody(0.3, 0.9), somebody(0.5, 0.93)]
    site.go(2)

    def readings() -> dict[str, float]:
        message = msgspec.json.decode(site.watch.telemetry(8, NOON).payload, type=Telemetry)
        return message.samples[0].readings

    seen = {"camera_ok": 1, "camera_fps": 8, "people_count": 2, "unknown_share": 0}
    assert readings() == seen
    site.silence(10)
    assert site.watch.health is Health.OFFLINE
    assert readings() == {"camera_ok": 0, "camera_fps": 8}
    assert site.detections() == [("camera_offline", "begin")]


def test_a_restart_goes_on_with_the_fault_the_incident_and_the_state() -> None:
    site = Site(watch()).go(10)
    site.people = [somebody(*middle_of_danger())]
    site.go(3)
    stored = msgspec.json.encode(site.watch.memory())
    again = Site(watch(msgspec.json.decode(stored, type=Memory)))
    again.seconds = site.seconds
    again.people = site.people
    again.go(10)
    assert again.detections() == []
    assert again.progress() == [], "told already"
    again.people = []
    again.go(8)
    assert again.detections() == [("intrusion", "end")]
    begun, ended = site.of(Detection)[0], again.of(Detection)[0]
    assert begun.track == ended.track

    again.fault = CameraTruth("cam-main", "moved", (0.1, 0.0))
    again.go(5)
    stored = msgspec.json.encode(again.watch.memory())
    third = CameraWatch(
        CAMERA,
        detector_of(CAMERA, Path("models")),
        classifier_of(CAMERA),
        OcSort(2, "third"),
        Report("kindergarten", "cam-main", IDS.__next__),
        msgspec.json.decode(stored, type=Memory),
        NOON + timedelta(seconds=again.seconds),
        again.watch.reference,
    )
    last = Site(third)
    last.seconds = again.seconds
    last.fault = again.fault
    last.go(10)
    assert last.detections() == [], "still moved, told already"
    last.fault = CameraTruth("cam-main")
    last.go(5)
    assert last.detections() == [("camera_moved", "end")]


def test_the_end_of_an_incident_brings_its_best_picture_and_says_when_it_was_last_seen() -> None:
    site = Site(watch()).go(5)
    x, y = middle_of_danger()
    for step in range(8):  # comes nearer, within the zone
        site.people = [somebody(x, min(0.96, y - 0.04 + 0.01 * step))]
        site.go(1)
    site.people = []
    site.go(8)
    begun, ended = site.of(Detection)
    assert (begun.kind, begun.phase, ended.phase) == ("intrusion", "begin", "end")
    assert ended.last_seen == NOON + timedelta(seconds=13)
    assert begun.threshold == ended.threshold == 0.0
    assert begun.last_seen is None
    sent = [e.message.sha256 for e in site.said if isinstance(e.message, EvidenceHeader)]
    assert ended.evidence in sent
    assert ended.evidence != begun.evidence, "somebody nearer is a better picture"


def test_two_people_in_one_zone_are_two_incidents_of_one_zone() -> None:
    site = Site(watch()).go(5)
    x, y = middle_of_danger()
    site.people = [
        dataclasses.replace(somebody(x - 0.06, y), key="a"),
        dataclasses.replace(somebody(x + 0.06, y), key="b"),
    ]
    site.go(5)
    told = site.of(Detection)
    assert [(d.kind, d.zone, d.phase) for d in told] == [("intrusion", DANGER.id, "begin")] * 2
    assert len({d.track for d in told}) == 2


def test_who_is_too_small_to_judge_is_unknown_and_counted_as_that() -> None:
    site = Site(watch()).go(5)
    site.people = [somebody(0.05, 0.5, helmet=None)]  # far away
    site.go(5)
    assert site.detections() == []
    message = msgspec.json.decode(site.watch.telemetry(8, NOON).payload, type=Telemetry)
    assert message.samples[0].readings["unknown_share"] == 0.5, "the vest can be told"
