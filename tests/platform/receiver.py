"""Another office's system that is told of events: a real HTTP server that does as it is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import msgspec


class Received(NamedTuple):
    """A message as it came, and its content."""

    headers: dict[str, str]
    text: str
    content: Any

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def kind(self) -> str:
        return str(self.content["type"])


class Receiver:
    """Answers 204, or what ``behave`` says for the request that has just come.

    ``behave`` gives a status; or 0, which leaves the sender without an answer until the end.
    """

    def __init__(self, url: str, host: str) -> None:
        self.url, self.host = url, host
        self.received: list[Received] = []
        self.behave: Callable[[Received], int] = lambda _: 204
        self.over = threading.Event()

    @property
    def kinds(self) -> list[str]:
        return [message.kind for message in self.received]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            message = Received(headers, text, msgspec.json.decode(text))
            made.received.append(message)
            status = made.behave(message)
            if status == 0:
                made.over.wait(30)
                return
            self.send_response(status)
            if status == 302:
                self.send_header("location", f"{made.url}/elsewhere")
            if status == 429:
                self.send_header("retry-after", "3600")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = f"127.0.0.1:{server.server_address[1]}"
    made = Receiver(f"http://{host}/siteward", host)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
