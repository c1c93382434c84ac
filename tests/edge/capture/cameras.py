"""Capture at work, and HTTP cameras that misbehave in every way there is."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from siteward_edge.capture.latest import Latest
from siteward_edge.capture.loop import capture
from siteward_edge.capture.source import Source

Transport = Literal["tcp", "udp"]


def now() -> datetime:
    return datetime.now(UTC)


def until(condition: Callable[[], bool], seconds: float = 45) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def trouble(latest: Latest) -> str:
    return latest.trouble.text if latest.trouble else ""


def cause(latest: Latest) -> str:
    return str(latest.trouble.cause) if latest.trouble else ""


@contextmanager
def capturing(
    url: str,
    stall_seconds: float = 2,
    transport: Transport = "tcp",
    noted: Counter[str] | None = None,
) -> Iterator[Latest]:
    latest, stop = Latest(), threading.Event()
    counter = noted if noted is not None else Counter()
    source = Source(url, transport, stall_seconds)
    args = (source, latest, stop, now, random.Random(1), lambda word: counter.update([word]))
    thread = threading.Thread(target=capture, args=args, daemon=True)
    thread.start()
    try:
        yield latest
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


@dataclass
class HttpCamera:
    """What an HTTP camera answers; may be changed while it runs.

    Attributes:
        body: Makes what one client gets, piece by piece; the connection is closed at its end.
        kind: The content type.
        status: The HTTP status.
        url: Where it is served.
        clients: How often it was opened.
    """

    body: Callable[[], Iterator[bytes]]
    kind: str = "video/mp2t"
    status: int = 200
    url: str = ""
    clients: int = 0
    closed: threading.Event = field(default_factory=threading.Event)


@contextmanager
def http_camera(camera: HttpCamera) -> Iterator[HttpCamera]:
    """Serves a camera on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            camera.clients += 1
            self.send_response(camera.status)
            self.send_header("Content-Type", camera.kind)
            self.end_headers()
            try:
                for piece in camera.body():
                    if camera.closed.is_set():
                        return
                    self.wfile.write(piece)
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    camera.url = f"http://127.0.0.1:{server.server_address[1]}/camera"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield camera
    finally:
        camera.closed.set()
        server.shutdown()
        server.server_close()
        thread.join()


def mjpeg(pictures: list[bytes], fps: float) -> Iterator[bytes]:
    """The body of an MJPEG camera, in real time, for ever."""
    number = 0
    while True:
        picture = pictures[number % len(pictures)]
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
        yield head.encode() + picture + b"\r\n"
        number += 1
        time.sleep(1 / fps)


def in_real_time(data: bytes, seconds: float) -> Iterator[bytes]:
    """A clip's bytes over so many seconds, again and again."""
    step = 188 * 7
    while True:
        for at in range(0, len(data), step):
            yield data[at : at + step]
            time.sleep(seconds * step / len(data))


def garbage(seconds: float = 30) -> Iterator[bytes]:
    """Bytes that mean nothing."""
    rng = random.Random(7)
    for _ in range(int(seconds * 20)):
        yield rng.randbytes(4000)
        time.sleep(0.05)
