import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from siteward_edge.capture.latest import Latest, to_frame
from siteward_edge.capture.loop import LONGEST_PAUSE, backoff, capture
from siteward_edge.capture.pictures import pictures
from siteward_edge.capture.source import Source, SourceError, hidden
from tests.edge.pictures import encode, scene, serving, with_clock
from tests.edge.rtsp import rtsp_camera
from tests.servers import free_port


def now() -> datetime:
    return datetime.now(UTC)


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def trouble(latest: Latest) -> str:
    return latest.trouble.text if latest.trouble else ""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    images = [with_clock(scene(), n) for n in range(40)]
    return encode(tmp_path_factory.mktemp("clip") / "clip.ts", images)


@contextmanager
def capturing(url: str, stall_seconds: float = 2) -> Iterator[Latest]:
    latest, stop = Latest(), threading.Event()
    args = (Source(url, stall_seconds=stall_seconds), latest, stop, now, random.Random(1))
    thread = threading.Thread(target=capture, args=args, daemon=True)
    thread.start()
    try:
        yield latest
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


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


def test_a_stalled_stream_is_noticed_and_opened_again(clip: Path) -> None:
    with serving(clip, 4) as camera, capturing(camera.url, 1) as latest:
        assert latest.take(5) is not None
        camera.stalled.set()
        until(lambda: "sent nothing in time" in trouble(latest))
        camera.stalled.clear()
        count = latest.count
        until(lambda: latest.count > count + 5)
        assert camera.clients >= 2


def test_a_camera_that_comes_later_is_found(clip: Path) -> None:
    with serving(clip, 4) as camera:
        url = camera.url
    with capturing(url) as latest:
        until(lambda: "refused" in trouble(latest).lower())
        assert latest.take(0.1) is None


def test_a_little_damage_costs_pictures_but_not_the_stream(clip: Path, tmp_path: Path) -> None:
    data = bytearray(clip.read_bytes())
    rng = random.Random(3)
    for _ in range(3):
        data[rng.randrange(2000, len(data))] ^= 0xFF
    damaged = tmp_path / "damaged.ts"
    damaged.write_bytes(bytes(data))
    with serving(damaged, 2) as camera, capturing(camera.url) as latest:
        until(lambda: latest.count > 30)


def test_what_cannot_be_opened_says_why_without_the_password(tmp_path: Path) -> None:
    url = f"rtsp://admin:secret@127.0.0.1:{free_port()}/s"
    with pytest.raises(SourceError, match="refused") as caught:
        next(pictures(Source(url), now))
    assert "secret" not in str(caught.value)
    assert "admin" not in hidden(url)
    with pytest.raises(SourceError, match="No such file"):
        next(pictures(Source((tmp_path / "none.mp4").as_uri()), now))
    text = tmp_path / "text.ts"
    text.write_text("this is no video\n" * 100, encoding="utf-8")
    with pytest.raises(SourceError):
        list(islice(pictures(Source(text.as_uri()), now), 1))


def test_pauses_between_attempts_grow_with_jitter_up_to_a_bound() -> None:
    rng = random.Random(1)
    firsts = [backoff(0, rng) for _ in range(50)]
    lasts = [backoff(20, rng) for _ in range(50)]
    assert 0.25 <= min(firsts) < max(firsts) <= 0.5
    assert LONGEST_PAUSE / 2 <= min(lasts) < max(lasts) <= LONGEST_PAUSE


@pytest.mark.system
def test_an_rtsp_camera_is_opened_with_low_delay_and_found_again_after_its_restart() -> None:
    port = free_port()
    with capturing(f"rtsp://127.0.0.1:{port}/cam") as latest:
        for _ in range(2):
            with rtsp_camera(port):
                count = latest.count
                until(lambda count=count: latest.count > count + 15)  # type: ignore[misc]
                newest = latest.take(1)
                assert newest is not None
                assert to_frame(newest, "cam").image.shape == (240, 320, 3)
            until(lambda: latest.trouble is not None)
