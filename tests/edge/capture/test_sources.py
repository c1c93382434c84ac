"""Every kind of source, opened for real."""

import random
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from siteward_edge.capture.latest import to_frame
from siteward_edge.capture.loop import LONGEST_PAUSE, backoff
from siteward_edge.capture.pictures import pictures
from siteward_edge.capture.source import Cause, Source, SourceError
from siteward_edge.config.camera import Camera
from tests.edge.capture.cameras import (
    HttpCamera,
    Transport,
    capturing,
    http_camera,
    mjpeg,
    now,
    trouble,
    until,
)
from tests.edge.pictures import encode, scene, serving, with_clock
from tests.edge.rtsp import Codec, rtsp_camera
from tests.servers import free_port


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    images = [with_clock(scene(), n) for n in range(40)]
    return encode(tmp_path_factory.mktemp("clip") / "clip.ts", images)


def test_a_file_gives_all_its_pictures(clip: Path) -> None:
    found = list(pictures(Source(clip.as_uri()), now))
    assert len(found) == 40
    assert (found[0].width, found[0].height) == (640, 360)


def test_an_http_stream_is_opened_quickly_and_gives_the_newest_picture(clip: Path) -> None:
    with serving(clip, 4) as camera, capturing(camera.url) as latest:
        started = time.monotonic()
        first = latest.take(5)
        assert first is not None
        assert time.monotonic() - started < 2.5
        frame = to_frame(first, "cam")
        assert frame.image.shape == (360, 640, 3)
        assert float(np.abs(frame.image[60:].astype(int) - scene()[60:]).mean()) < 12
        time.sleep(0.6)
        newest = latest.take(1)
        assert newest is not None
        assert newest.number >= first.number + 4, "older pictures are skipped, never queued"
        assert latest.trouble is None


def test_a_file_is_played_at_its_own_speed(clip: Path) -> None:
    with capturing(clip.as_uri()) as latest:
        assert latest.take(5) is not None
        before = latest.count
        time.sleep(1)
        assert 5 <= latest.count - before <= 13


def test_a_camera_that_comes_later_is_found(clip: Path) -> None:
    with serving(clip, 4) as camera:
        url = camera.url
    with capturing(url) as latest:
        until(lambda: "refused" in trouble(latest).lower())
        assert latest.take(0.1) is None


def test_pauses_between_attempts_grow_with_jitter_up_to_a_bound() -> None:
    rng = random.Random(1)
    firsts = [backoff(0, rng) for _ in range(50)]
    lasts = [backoff(20, rng) for _ in range(50)]
    assert 0.25 <= min(firsts) < max(firsts) <= 0.5
    assert LONGEST_PAUSE / 2 <= min(lasts) < max(lasts) <= LONGEST_PAUSE


def test_a_clip_that_is_over_begins_again_and_is_no_trouble(clip: Path) -> None:
    noted: Counter[str] = Counter()
    short = encode(clip.with_name("short.ts"), [with_clock(scene(), n) for n in range(4)])
    with capturing(short.as_uri(), noted=noted) as latest:
        until(lambda: latest.count > 8)
        assert latest.trouble is None
        assert noted["reopened"] == 0


@pytest.mark.system
@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_rtsp_is_opened_quickly_in_both_codecs_over_both_transports(
    codec: Codec, transport: Transport
) -> None:
    with rtsp_camera(free_port(), codec) as camera:
        started = time.monotonic()
        with capturing(camera.url, transport=transport) as latest:
            first = latest.take(5)
            assert first is not None
            # The server needs a second for the first picture after the first request.
            assert time.monotonic() - started < 3
            assert to_frame(first, "cam").image.shape == (240, 320, 3)
            time.sleep(1)
            newest = latest.take(1)
            assert newest is not None
            assert newest.number - first.number >= 8


@pytest.mark.system
def test_an_rtsp_camera_is_found_again_after_its_restart() -> None:
    port = free_port()
    with capturing(f"rtsp://127.0.0.1:{port}/cam") as latest:
        for _ in range(2):
            with rtsp_camera(port):
                count = latest.count
                until(lambda count=count: latest.count > count + 5)  # type: ignore[misc]
            until(lambda: latest.trouble is not None)


def test_an_mjpeg_camera_gives_every_picture_whole() -> None:
    images = [with_clock(scene(), n) for n in range(5)]
    jpegs = [cv2.imencode(".jpg", image)[1].tobytes() for image in images]
    kind = "multipart/x-mixed-replace; boundary=frame"
    with (
        http_camera(HttpCamera(lambda: mjpeg(jpegs, 10), kind)) as camera,
        capturing(camera.url) as latest,
    ):
        until(lambda: latest.count >= 10)
        newest = latest.take(1)
        assert newest is not None
        image = to_frame(newest, "cam").image
        assert float(np.abs(image[60:].astype(int) - scene()[60:]).mean()) < 4


def test_a_usb_camera_is_opened_through_v4l2() -> None:
    """Without one on this machine: what matters is that the driver is there and says so."""
    source = Source("usb:///dev/video-none?video_size=1280x720&framerate=10")
    with pytest.raises(SourceError, match="does another program hold it") as caught:
        next(pictures(source, now))
    assert caught.value.cause is Cause.REFUSED


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("ftp://h/x", "must begin with"),
        ("rtsp:///x", "must name a host"),
        ("usb://dev/video0", "three slashes"),
        ("folder:///", "must name a path"),
        ("usb:///dev/video0?size=1", "video_size"),
    ],
)
def test_an_address_that_cannot_be_right_is_refused(url: str, wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Camera.model_validate({"device": "c", "url": url, "detector": {"kind": "rendered_scene"}})
