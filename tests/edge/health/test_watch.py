"""Faults as intervals: one begin and one end each, whatever is killed in between."""

from datetime import UTC, datetime, timedelta
from itertools import count

import msgspec
import numpy as np

from siteward_contracts.messages import Detection, Health
from siteward_contracts.topics import Kind
from siteward_edge.config.health import HealthTiming
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.health.watch import HealthMemory, HealthWatch
from siteward_edge.report import Report
from siteward_edge.vision.ports import Frame, Image
from tests.edge.pictures import scene, with_clock

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
BLACK = np.zeros((360, 640, 3), np.uint8)
GREY = np.full((360, 640, 3), 120, np.uint8)
IDS = (f"{n:032}" for n in count())
REPORT = Report("park", "cam-1", IDS.__next__)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


class Camera:
    """An agent's watch over a camera that can be killed: only what it stored survives."""

    def __init__(self) -> None:
        self.now = 0.0
        self.newest = 0.0
        self.stored = HealthMemory()
        self.said: list[Detection] = []
        self.start()

    def start(self) -> "Camera":
        self.watch = HealthWatch(HealthTiming(), REPORT, self.stored, None, at(self.now))
        self.newest = self.now
        return self

    def killed_for(self, seconds: float) -> "Camera":
        self.now += seconds
        return self.start()

    def sees(self, seconds: float, image: Image | None = None) -> "Camera":
        for _ in range(int(seconds)):
            picture = with_clock(scene() if image is None else image, int(self.now))
            snapshot = REPORT.snapshot(Frame(image=picture, ts=at(self.now), device="cam-1"))
            self._keep(*self.watch.see(snapshot))
            self.newest = self.now
            self.now += 1
        return self

    def silent(self, seconds: float, cause: str = "") -> "Camera":
        for _ in range(int(seconds)):
            self._keep(*self.watch.miss(at(self.newest), at(self.now), cause))
            self.now += 1
        return self

    def intervals(self) -> list[tuple[str, str, float, float | None]]:
        """Kind, cause, first seen and last seen; None for one that has no end."""
        begun = {d.track: d for d in self.said if d.phase == "begin"}
        ended = {d.track: d for d in self.said if d.phase == "end"}
        assert len(begun) + len(ended) == len(self.said), "one begin and one end each"
        assert set(ended) <= set(begun)
        return [
            (
                d.kind,
                d.detail,
                seconds(d.first_seen),
                (track in ended and seconds(ended[track].last_seen)) or None,
            )
            for track, d in begun.items()
        ]

    def _keep(self, messages: list[Outgoing], changed: bool) -> None:
        found = [m for m in messages if m.topic.kind is Kind.DETECTION]
        self.said += [msgspec.json.decode(m.payload, type=Detection) for m in found]
        if changed or int(self.now) % 10 == 0:  # as often as readings are stored
            self.stored = msgspec.json.decode(
                msgspec.json.encode(self.watch.memory()), type=HealthMemory
            )


def seconds(ts: datetime | None) -> float:
    assert ts is not None
    return (ts - T0).total_seconds()


def test_each_blind_interval_has_its_true_begin_its_end_and_its_cause() -> None:
    camera = Camera().sees(10).sees(10, BLACK).sees(10).sees(10, GREY).sees(10)
    assert camera.intervals() == [
        ("camera_blind", "black", 10, 20),
        ("camera_blind", "covered", 30, 40),
    ]


def test_silence_is_an_interval_too_and_says_why() -> None:
    camera = Camera().sees(10).silent(20, "wrong password").sees(10)
    assert camera.intervals() == [("camera_offline", "wrong password", 9, 30)]


def test_a_camera_that_never_answers_is_offline_from_the_start() -> None:
    camera = Camera().silent(4)
    assert camera.intervals() == []
    assert camera.silent(10).intervals() == [("camera_offline", "no signal", 0, None)]


def test_a_camera_that_answers_at_once_was_never_offline() -> None:
    assert Camera().silent(2).sees(20).intervals() == []


def test_black_then_covered_is_one_interval() -> None:
    camera = Camera().sees(10).sees(10, BLACK).sees(10, GREY).sees(10)
    assert camera.intervals() == [("camera_blind", "black", 10, 30)]


def test_an_agent_that_was_dead_says_since_when_nobody_looked() -> None:
    camera = Camera().sees(14).killed_for(3600).sees(10)
    assert camera.intervals() == [("camera_offline", "agent stopped", 10, 3614)]
    assert camera.watch.health is Health.OK


def test_a_dead_agent_and_a_dead_camera_are_one_interval() -> None:
    camera = Camera().sees(14).killed_for(3600).silent(20).sees(10)
    assert camera.intervals() == [("camera_offline", "agent stopped", 10, 3634)]


def test_a_quick_restart_is_no_interval() -> None:
    assert Camera().sees(11).killed_for(2).sees(20).intervals() == []


def test_killed_between_begin_and_end_the_interval_goes_on() -> None:
    camera = Camera().sees(10).sees(10, BLACK).killed_for(600).sees(5, BLACK)
    assert camera.intervals() == [("camera_blind", "black", 10, None)]
    camera.killed_for(600).sees(10)
    assert camera.intervals() == [("camera_blind", "black", 10, 1225)]


def test_killed_again_before_anything_was_said_the_interval_still_has_its_first_begin() -> None:
    camera = Camera().sees(14).killed_for(60).killed_for(60).sees(10)
    assert camera.intervals() == [("camera_offline", "agent stopped", 10, 134)]


def test_a_wrong_clock_is_told_once_until_it_is_right_again() -> None:
    camera = Camera().sees(10)
    said: list[Outgoing] = []
    for offset in (2.0, 437.0, 436.0, -3.0):
        said += camera.watch.tell_clock(offset, at(camera.now))
        camera.now += 3600
    assert camera.watch.status("cam-1", 5).clock_offset == -3.0
    found = [
        msgspec.json.decode(m.payload, type=Detection)
        for m in said
        if m.topic.kind is Kind.DETECTION
    ]
    assert [(d.kind, d.phase, d.detail) for d in found] == [
        ("camera_clock", "begin", "437 s ahead"),
        ("camera_clock", "end", "437 s ahead"),
    ]
    assert len({d.track for d in found}) == 1
    assert len(said) == 6, "each offset is a reading as well"


def test_the_clock_fault_survives_a_restart() -> None:
    camera = Camera().sees(11)
    camera.watch.tell_clock(-90, at(camera.now))
    camera.stored = camera.watch.memory()
    camera.killed_for(2)
    assert len(camera.watch.tell_clock(-90, at(camera.now))) == 1, "told already"
