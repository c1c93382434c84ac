"""A real InfluxDB for tests: Debian's 1.6 engine, made to look like 2.x where it is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import DEVNULL
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests.servers import free_port, program, running, wait_for_port

_CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{backup}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  index-version = "inmem"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
[monitor]
  store-enabled = false
"""


@contextmanager
def influxd(folder: Path, port: int = 0) -> Iterator[str]:
    """Starts the engine and its proxy, on a given port if told; yields a store URL."""
    binary = program("influxd")
    folder.mkdir(parents=True, exist_ok=True)
    engine, config = free_port(), folder / "influxdb.conf"
    config.write_text(_CONFIG.format(folder=folder, backup=free_port(), http=engine), "utf-8")
    command = [binary, "run", "-config", str(config)]
    with running(command, stdout=DEVNULL, stderr=DEVNULL) as process:
        wait_for_port(engine, process)
        httpx.post(f"http://127.0.0.1:{engine}/query", data={"q": "CREATE DATABASE siteward"})
        with _proxy(engine, port) as front:
            yield f"influxdb+http://127.0.0.1:{front}?org=siteward&bucket=siteward"


@contextmanager
def _proxy(engine: int, port: int) -> Iterator[int]:
    with httpx.Client(base_url=f"http://127.0.0.1:{engine}", timeout=20) as upstream:

        class Forward(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept = ("Content-Type", "Content-Encoding")
                headers = {n: v for n in kept if (v := self.headers[n])}
                answer = upstream.post(_as_influx_1(self.path), content=body, headers=headers)
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", port), Forward)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _as_influx_1(path: str) -> str:
    parts = urlsplit(path)
    if parts.path != "/api/v2/write":
        return path
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return "/write?" + urlencode({"db": options["bucket"], "precision": options["precision"]})
