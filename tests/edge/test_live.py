from datetime import UTC, datetime, timedelta

import cv2
import numpy as np

from siteward_contracts.framing import unpack
from siteward_contracts.messages import Command, FrameBox, FrameHeader, Health
from siteward_edge.live import Watches, live_frame
from siteward_edge.vision.ports import Frame
from tests.edge.pictures import scene

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)


def watch(fps: float = 5, seconds: float = 15) -> Command:
    return Command(id="w" * 16, ts=T0, action="watch", seconds=seconds, fps=fps)


def wanted(watches: Watches, start: float, end: float, fps: float = 10) -> int:
    times = [start + n / fps for n in range(int((end - start) * fps))]
    return sum(watches.wanted("cam", T0 + timedelta(seconds=t)) for t in times)


def test_nothing_is_wanted_until_asked_and_after_the_time_is_up() -> None:
    watches = Watches()
    assert wanted(watches, 0, 5) == 0
    watches.ask("cam", watch(), T0 + timedelta(seconds=5))
    assert not watches.wanted("other", T0 + timedelta(seconds=6))
    assert 73 <= wanted(watches, 5, 20) <= 76
    assert wanted(watches, 20, 30) == 0


def test_asking_again_prolongs_without_doubling_the_rate() -> None:
    watches = Watches()
    watches.ask("cam", watch(), T0)
    first = wanted(watches, 0, 10)
    watches.ask("cam", watch(), T0 + timedelta(seconds=10))
    assert 97 <= first + wanted(watches, 10, 20) <= 102


def test_a_slow_viewer_gets_few_pictures_and_a_gap_is_not_caught_up() -> None:
    watches = Watches()
    watches.ask("cam", watch(fps=1, seconds=60), T0)
    assert 9 <= wanted(watches, 0, 10) <= 11
    assert wanted(watches, 30, 31) <= 2


def test_wide_pictures_are_narrowed_and_boxes_go_beside_the_picture() -> None:
    frame = Frame(scene(width=1920, height=1080), T0, "cam")
    box = FrameBox(kind="person", box=(0.1, 0.2, 0.1, 0.3), confidence=0.9)
    header, body = unpack(live_frame(frame, Health.OK, [box], lambda: "f" * 16), FrameHeader)
    image = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (540, 960, 3)
    assert (header.width, header.height, header.boxes) == (960, 540, [box])
    assert len(body) < 200_000
