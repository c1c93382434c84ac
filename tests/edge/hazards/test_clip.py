"""A clip from a hand-held camera: a man whose helmet falls off among others."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import av
import numpy as np

from siteward_edge.config.camera import Camera
from siteward_edge.config.detector import ModelDetector
from siteward_edge.evidence.snapshot import Snapshot
from siteward_edge.hazards.incidents import Incident
from siteward_edge.hazards.oc_sort import OcSort
from siteward_edge.hazards.watch import HazardMemory, HazardWatch
from siteward_edge.vision.detectors import model_detector
from siteward_edge.vision.ports import Frame, Image
from tests.edge.hazards.looks import T0
from tests.edge.pictures import vision

CAMERA = Camera.model_validate(
    {
        "device": "cam",
        "url": "rtsp://camera",
        "detector": {"model": "yolox-nano", "ppe": "ppe14-yolov8n"},
        "hazards": {"no_vest": False},
    }
)


def clip(start: float, end: float, every: int) -> Iterator[tuple[float, Image]]:
    with av.open(str(vision("video/helmet_off_848x480.mp4"))) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if start <= float(frame.time or 0) < end and number % every == 0:
                yield float(frame.time or 0), np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def test_a_man_without_his_helmet_is_one_incident_and_with_it_none() -> None:
    settings = ModelDetector(model="yolox-nano", ppe="ppe14-yolov8n")
    detector = model_detector(settings, vision("models"))
    watch = HazardWatch(CAMERA, OcSort(2.5, "clip"), HazardMemory())
    ids = (f"{n:032}" for n in count())
    begun: list[tuple[float, Incident]] = []
    for second, image in clip(3, 26, every=10):
        frame = Frame(image, T0 + timedelta(seconds=second), "cam")
        found = watch.look(Snapshot("site", frame), detector.detect(image), ids.__next__)
        begun += [(second, incident) for incident in found.begun]
    told = [(s, i.sighting.kind) for s, i in begun if i.sighting.box[3] > 0.8]
    assert [kind for _, kind in told] == ["no_helmet"] * 2, "he, and the bare-headed man beside him"
    assert all(second > 12 for second, _ in told), "until then he wears it"
