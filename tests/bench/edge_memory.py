"""Edge: memory after an hour's pictures and after a thousand reconnects."""

import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count, islice
from pathlib import Path

import cv2
from av import VideoFrame
from rich.progress import track

from siteward_contracts.clock import utc_now
from siteward_edge.capture.latest import Latest
from siteward_edge.capture.loop import capture
from siteward_edge.capture.pictures import pictures
from siteward_edge.capture.source import Source
from siteward_edge.delivery.outbox import Outbox
from tests.bench.edge import T0, Figures, judge, watching
from tests.edge.capture.cameras import HttpCamera, http_camera
from tests.edge.pictures import clip, encode

HOUR = 18_000
"""Pictures of an hour at five each second."""
WARM_UP = 2_000
RECONNECTS = 1_000
WARM_UP_RECONNECTS = 100


def hour() -> Figures:
    """An hour's pictures of a real site through the whole path, as fast as they are judged."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        file = encode(Path(folder) / "site.ts", clip("video/site_cctv_640x352.mp4"))
        watch, outbox = watching({"model": "yolox-nano"}), Outbox(Path(folder) / "o.db", 10**9)
        sizes, messages = [], outbox.depth
        for number, picture in enumerate(
            track(islice(_again(file), HOUR), "an hour", total=HOUR, transient=True)
        ):
            judge(watch, outbox, picture, T0 + timedelta(seconds=number / 5))
            if number in (WARM_UP, HOUR // 2, HOUR - 1):
                sizes.append(_resident())
        messages = outbox.depth - messages
        outbox.close()
    start, middle, end = sizes
    return {
        "pictures": HOUR,
        "messages": messages,
        "rss_mb_after_2000": start,
        "rss_mb_half": middle,
        "rss_mb_end": end,
        "grown": round(end / start - 1, 4),
    }


def reconnects() -> Figures:
    """A camera that ends the connection after a few pictures, a thousand times and more."""
    with tempfile.TemporaryDirectory() as folder:
        # Eight pictures, the first a key picture: what the server sends before it hangs up.
        file = encode(Path(folder) / "few.ts", clip("video/site_cctv_640x352.mp4")[:8])
        data = file.read_bytes()
        stop, latest, noted = threading.Event(), Latest(), Counter[str]()
        sizes: list[float] = []
        threads: list[int] = []

        def note(word: str) -> None:
            noted[word] += 1
            if word == "reopened" and noted[word] in (WARM_UP_RECONNECTS, RECONNECTS):
                sizes.append(_resident())
                threads.append(threading.active_count())
            if noted["reopened"] >= RECONNECTS:
                stop.set()

        with http_camera(HttpCamera(lambda: iter([data]))) as camera:
            source = Source(camera.url)
            rng = random.Random(1)
            capture(source, latest, stop, utc_now, rng, note, wait=lambda _: None)
    return {
        "reconnects": noted["reopened"],
        "pictures": latest.count,
        "rss_mb_after_100": sizes[0],
        "rss_mb_end": sizes[-1],
        "grown": round(sizes[-1] / sizes[0] - 1, 4),
        "open_files": len(list(Path("/proc/self/fd").iterdir())),
        "threads_more": threads[-1] - threads[0],
    }


def _again(file: Path) -> Iterator[VideoFrame]:
    for _ in count():
        yield from pictures(Source(file.as_uri()), utc_now)


def _resident() -> float:
    """Megabytes this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * 4096 / 1e6, 1)
