"""Pictures, clips and streams for the edge's tests."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import NoReturn

import av
import cv2
import numpy as np
import pytest

from siteward_edge.vision.ports import Image

VISION = Path(__file__).parents[3] / "shared" / "vision"
"""Real photos, clips and models that may be tested with but not published."""


def absent(message: str) -> NoReturn:
    """Skips the test for want of something; fails it where CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def vision(name: str) -> Path:
    """A file of the shared vision folder, or the test is skipped (fails where CI=true)."""
    path = VISION / name
    if not path.exists():
        absent(f"{path} is absent: the shared vision folder is not beside this checkout")
    return path


def photo(name: str) -> Image:
    """One photo of the shared vision folder."""
    image = cv2.imread(str(vision(name)))
    assert image is not None
    return np.asarray(image, np.uint8)


def clip(name: str) -> list[Image]:
    """Every picture of a clip of the shared vision folder."""
    with av.open(str(vision(name))) as container:
        return [
            np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            for frame in container.decode(video=0)
        ]


def scene(seed: int = 3, width: int = 640, height: int = 360) -> Image:
    """A made-up view with plenty of outlines: blocks, poles and windows."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), (190, 180, 170), np.uint8)
    image[height // 2 :] = (90, 110, 130)
    for _ in range(60):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = int(rng.integers(8, 90)), int(rng.integers(8, 90))
        colour = [int(c) for c in rng.integers(30, 230, 3)]
        cv2.rectangle(image, (x, y), (x + w, y + h), colour, -1)
    return image


def shifted(image: Image, dx: float, dy: float = 0.0) -> Image:
    """The view after the camera was turned by a share of the picture's width and height."""
    height, width = image.shape[:2]
    matrix = np.array([[1, 0, dx * width], [0, 1, dy * height]], np.float32)
    moved = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


def with_clock(image: Image, number: int) -> Image:
    """The picture with a burnt-in clock, as cameras draw one."""
    stamped = image.copy()
    cv2.putText(
        stamped, f"{number:06d}", (8, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2
    )
    return stamped


def encode(path: Path, images: Sequence[Image], fps: int = 10) -> Path:
    """Writes H.264 into an MPEG-TS or MP4 file, a key picture each second."""
    height, width = images[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(fps)}
        stream.time_base = Fraction(1, fps)
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


class Stream:
    """An HTTP MPEG-TS camera: what it sends can be stalled and cut off."""

    def __init__(self, data: bytes, seconds: float) -> None:
        """Sends ``data`` over ``seconds``, again and again, to each client."""
        self.data = data
        self.seconds = seconds
        self.stalled = threading.Event()
        self.closed = threading.Event()
        self.clients = 0
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}/camera.ts"


@contextmanager
def serving(path: Path, seconds: float) -> Iterator[Stream]:
    """Serves a .ts file in real time as a camera would."""
    camera = Stream(path.read_bytes(), seconds)
    step = 188 * 7

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            camera.clients += 1
            self.send_response(200)
            self.send_header("Content-Type", "video/mp2t")
            self.end_headers()
            pause = camera.seconds * step / len(camera.data)
            try:
                for at in cycle(range(0, len(camera.data), step)):
                    if camera.closed.wait(pause):
                        return
                    if not camera.stalled.is_set():
                        self.wfile.write(camera.data[at : at + step])
                    else:
                        camera.closed.wait(30)
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    camera.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield camera
    finally:
        camera.closed.set()
        server.shutdown()
        server.server_close()
        thread.join()
