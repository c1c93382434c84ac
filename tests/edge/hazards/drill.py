"""A simulated drill before one camera, judged as the agent judges, against its truth."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec

from siteward_contracts.messages import Detection
from siteward_contracts.topics import Kind
from siteward_edge.camera import CameraWatch, Memory
from siteward_edge.config.camera import Camera
from siteward_edge.hazards.oc_sort import OcSort
from siteward_edge.report import Report
from siteward_edge.vision.detectors import detector_of
from siteward_edge.vision.ports import Frame
from siteward_simulators.devices.edge_config import edge_config
from siteward_simulators.devices.ports import DevicePorts
from siteward_simulators.devices.renderer import render
from siteward_simulators.snapshot import scene_of
from siteward_simulators.world.drill import APART, FIRST, LASTS, drilled, seconds
from siteward_simulators.world.hazards import Episode
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.world import World

FPS = 4
SLACK = timedelta(seconds=6)
"""By which a report and its episode may miss each other: intruders are seen on their way."""


@dataclass
class Outcome:
    """Detections of a drill beside its truth."""

    truth: list[Episode]
    told: list[tuple[Detection, datetime]]
    hits: Counter[str] = field(default_factory=Counter)
    missed: list[Episode] = field(default_factory=list)
    wrong: list[Detection] = field(default_factory=list)

    def f1(self) -> float:
        found = len(self.truth) - len(self.missed)
        right = len(self.told) - len(self.wrong)
        precision = right / len(self.told) if self.told else 0.0
        recall = found / len(self.truth)
        return 2 * precision * recall / (precision + recall) if found else 0.0


def outcome(truth: list[Episode], messages: list[Detection], end: datetime) -> Outcome:
    ends = {m.track: m.last_seen or m.ts for m in messages if m.phase == "end"}
    told = [(m, ends.get(m.track, end)) for m in messages if m.phase == "begin"]
    result = Outcome(truth, told)

    def matches(episode: Episode, one: Detection, until: datetime) -> bool:
        first = one.first_seen or one.ts
        return (
            one.kind == episode.kind
            and (one.zone == episode.zone or episode.zone is None)
            and first < episode.end + SLACK
            and until > episode.start - SLACK
        )

    for episode in truth:
        if any(matches(episode, *one) for one in told):
            result.hits[episode.kind] += 1
        else:
            result.missed.append(episode)
    result.wrong = [one[0] for one in told if not any(matches(e, *one) for e in truth)]
    return result


def run(
    scenario: Scenario,
    device: str,
    seed: int,
    anchor: datetime,
    *,
    night: bool = False,
    size: tuple[int, int] = (640, 360),
    slots: int = 99,
    progress: Callable[[], None] = lambda: None,
) -> Outcome:
    """Runs one camera through its drill, or through its first slots."""
    site = drilled(scenario, seed, anchor, night=night)
    world = World(site, seed, anchor)
    names = [camera.id for camera in site.cameras]
    ports = DevicePorts(
        8554, 8555, {site.site: 1}, {f"{site.site}/{site.crane.id}": 2} if site.crane else {}
    )
    config = edge_config(site, ports, "mqtt://127.0.0.1", Path("outbox.db"))
    told = config["cameras"][names.index(device)] | {"zones": []}
    camera = Camera.model_validate(told)
    ids = (f"{n:032}" for n in count())
    memory = Memory()
    report = Report(site.site, device, ids.__next__)
    watch = CameraWatch(
        camera, detector_of(camera, Path()), None, OcSort(FPS, "drill"), report, memory, anchor
    )
    scene = scene_of(site, device, *size)
    messages: list[Detection] = []
    length = min(seconds(night=night), FIRST + slots * (LASTS + APART))
    for n in range(int(length * FPS)):
        t = anchor + timedelta(seconds=n / FPS)
        picture = render(world.at(t), scene, t.timestamp() % 3600)
        for message in watch.see(Frame(picture, t, device)).messages:
            if message.topic.kind is Kind.DETECTION:
                messages.append(msgspec.json.decode(message.payload, type=Detection))
        progress()
    end = anchor + timedelta(seconds=length)
    truth = [
        e
        for e in world.episodes(anchor, end - timedelta(seconds=5))
        if e.device == device and not e.kind.startswith("camera_")
    ]
    return outcome(truth, messages, end)
