"""Edge: pictures judged per CPU second, beside plain decoding of the same stream."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import cv2
import numpy as np
from av import VideoFrame

from siteward_contracts.clock import utc_now
from siteward_edge.camera import CameraWatch, Memory
from siteward_edge.capture.latest import Latest, to_frame
from siteward_edge.capture.pictures import pictures
from siteward_edge.capture.source import Source
from siteward_edge.config.camera import Camera
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.hazards.oc_sort import OcSort
from siteward_edge.report import Report
from siteward_edge.vision.detectors import classifier_of, detector_of
from siteward_edge.vision.ports import Image
from tests.edge.pictures import VISION, encode, scene, with_clock

Figures = dict[str, float | int | str]
MODEL = VISION / "models/person_yolox_nano_416.onnx"
T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
PICTURES = 200
SIZES = ((640, 360), (1280, 720), (1920, 1080))


def edge() -> Figures:
    """Per resolution: decoding alone, the agent on painted scenes, the agent with YOLOX."""
    cv2.setNumThreads(1)  # as the agent does
    figures: Figures = {}
    for width, height in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            file = encode(Path(folder) / "clip.ts", moving_clip(width, height), fps=10)
            name = f"{height}p"
            decoding = _per_cpu_second(lambda file=file: _decode(file))  # type: ignore[misc]
            figures[f"{name}_decode_only_per_cpu_s"] = decoding
            detectors: dict[str, dict[str, object]] = {"rendered_scene": {"kind": "rendered_scene"}}
            if MODEL.exists():
                detectors["yolox_nano"] = {"model": "yolox-nano"}
            for kind, detector in detectors.items():
                judged = _per_cpu_second(
                    lambda file=file, detector=detector: _judge(file, detector)  # type: ignore[misc]
                )
                figures[f"{name}_agent_{kind}_per_cpu_s"] = judged
    return figures


def moving_clip(width: int, height: int) -> list[Image]:
    """A fixed view in which blocks move and a clock runs."""
    view = scene(width=width, height=height)
    images = []
    for number in range(PICTURES):
        image = with_clock(view, number)
        x = (number * 7) % (width - 40)
        cv2.rectangle(image, (x, height // 2), (x + 40, height // 2 + 90), (30, 60, 200), -1)
        images.append(np.asarray(image, np.uint8))
    return images


def _per_cpu_second(work: Callable[[], int]) -> float:
    work()  # loads models and fills caches
    before = time.process_time()
    done = work()
    return round(done / (time.process_time() - before), 1)


def _decode(file: Path) -> int:
    return sum(1 for _ in pictures(Source(file.as_uri()), utc_now))


def _judge(file: Path, detector: dict[str, object]) -> int:
    """The whole path of a picture: decode, slot, pixels, health, people, zones, outbox."""
    watch = watching(detector)
    outbox = Outbox(file.with_name("outbox.db"), 10**9)
    done = 0
    for picture in pictures(Source(file.as_uri()), utc_now):
        judge(watch, outbox, picture, T0 + timedelta(seconds=done / 5))
        done += 1
    outbox.close()
    return done


def watching(detector: dict[str, object]) -> CameraWatch:
    """What judges the pictures of a camera with one danger zone."""
    camera = Camera.model_validate(
        {"device": "cam", "url": "file:///clip", "detector": detector, "fps": 5}
        | {"danger_zones": [{"id": "pit", "polygon": [(0.1, 0.6), (0.5, 0.6), (0.5, 0.9)]}]}
    )
    ids = (f"{n:032}" for n in count())
    return CameraWatch(
        camera,
        detector_of(camera, MODEL.parent),
        classifier_of(camera),
        OcSort(5, "bench"),
        Report("site", "cam", ids.__next__),
        Memory(),
        T0,
    )


def judge(watch: CameraWatch, outbox: Outbox, picture: VideoFrame, ts: datetime) -> None:
    """The path of one picture after decoding: slot, pixels, judging, disk."""
    latest = Latest()
    latest.put(picture, ts)
    decoded = latest.take(0)
    assert decoded is not None
    result = watch.see(to_frame(decoded, "cam"))
    if result.messages:
        outbox.put(result.messages)
