"""A camera's own clock, asked of real servers."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from siteward_contracts.clock import utc_now
from siteward_edge.health.clock import clock_offset, keep_asking
from tests.edge.rtsp import rtsp_camera
from tests.servers import free_port


class Server:
    """An HTTP camera whose clock can be set; ``asked`` counts the questions."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.silent = False
        self.asked = 0
        self.url = ""


@pytest.fixture
def camera() -> Iterator[Server]:
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            server.asked += 1
            self.send_response_only(405)
            if not server.silent:
                told = datetime.now(UTC) + server.ahead
                self.send_header("Date", format_datetime(told, usegmt=True))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://admin:secret@127.0.0.1:{http.server_port}/stream?channel=1"
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.mark.parametrize("ahead", [0, 437, -86_400 * 365])
def test_the_date_of_an_http_camera_says_how_far_its_clock_is_off(
    camera: Server, ahead: float
) -> None:
    camera.ahead = timedelta(seconds=ahead)
    assert clock_offset(camera.url, utc_now) == pytest.approx(ahead, abs=1)


def test_a_camera_without_a_date_a_dead_one_and_a_file_say_nothing(camera: Server) -> None:
    camera.silent = True
    assert clock_offset(camera.url, utc_now) is None
    assert clock_offset("http://127.0.0.1:1/", utc_now) is None
    assert clock_offset("file:///clip.mp4", utc_now) is None


@pytest.mark.system
def test_the_date_of_an_rtsp_server_that_wants_a_password_is_read_without_it() -> None:
    with rtsp_camera(free_port(), password="pw") as server:
        behind = clock_offset(server.url, lambda: utc_now() + timedelta(seconds=90))
        assert behind == pytest.approx(-90, abs=1)


def test_it_is_asked_after_each_connection_and_once_an_hour(
    camera: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siteward_edge.health.clock.LOOK", 0.01)
    stop, connected, told = threading.Event(), threading.Event(), list[float]()
    hours = [0.0]

    def clock() -> datetime:
        return utc_now() + timedelta(hours=hours[0])

    args = (camera.url, connected.is_set, told.append, clock, stop)
    thread = threading.Thread(target=keep_asking, args=args, daemon=True)
    thread.start()
    try:
        asyncio.run(asyncio.sleep(0.1))
        assert told == []
        for change in (connected.set, lambda: hours.__setitem__(0, 1.01)):
            before = len(told)
            change()
            for _ in range(200):
                if len(told) > before:
                    break
                asyncio.run(asyncio.sleep(0.02))
            asyncio.run(asyncio.sleep(0.1))
            assert len(told) == before + 1
    finally:
        stop.set()
        thread.join()
    assert told[1] == pytest.approx(-3636, abs=1)
