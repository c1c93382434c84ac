"""The whole product, started as a user starts it, and a browser before it.

Both end with this package: Playwright keeps an event loop running, in which no other test could
run its own.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.servers import free_port, program

PASSWORD = "siteward-demo"
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Demo:
    """A running demo: its address, and clients signed in as its people."""

    def __init__(self, port: int, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder

    @contextmanager
    def client(self, username: str) -> Iterator[httpx.Client]:
        """An API client signed in as one of the demo's accounts."""
        header = {"X-Requested-With": "siteward"}
        with httpx.Client(base_url=f"{self.url}/api/v1", headers=header, timeout=10) as client:
            body = {"username": username, "password": PASSWORD}
            client.post("/session", json=body).raise_for_status()
            yield client

    def lets_in(self, username: str) -> bool:
        """Whether an account can sign in."""
        with self.client(username):
            return True

    def wait_for(self, what: str, probe: Callable[[], Any], seconds: float) -> Any:
        """The first truthy answer of a probe; fails with the logs' tails when time runs out."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if answer := probe():
                    return answer
            except httpx.HTTPError:
                pass
            time.sleep(0.5)
        pytest.fail(f"no {what} within {seconds} s\n{self.logs()}")

    def logs(self) -> str:
        """The last lines of every process's log."""
        tails = []
        for log in sorted((self.folder / "logs").glob("*.log")):
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
            tails.append(f"--- {log.name}\n" + "\n".join(lines))
        return "\n".join(tails)


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all end-to-end tests, ready to sign in to."""
    folder = tmp_path_factory.mktemp("demo")
    port = free_port()
    command = [sys.executable, "-m", "siteward_cli", "demo", "--port", str(port)]
    output = (folder / "demo.out").open("wb")
    process = subprocess.Popen(
        [*command, "--data", str(folder)], stdout=output, stderr=subprocess.STDOUT
    )
    running = Demo(port, folder)
    try:
        running.wait_for(
            "sign-in page that lets the supervisor in", lambda: running.lets_in("supervisor"), 90
        )
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
        output.close()
    assert code == 0, (folder / "demo.out").read_text("utf-8")
    assert left_behind(folder) == []


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    binary = program("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=binary, args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def artifacts() -> Path:
    """Where screenshots go; kept out of the repository."""
    folder = Path(os.environ.get("SITEWARD_ARTIFACTS", Path(__file__).parent / "artifacts"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def left_behind(folder: Path) -> list[str]:
    """Command lines of processes that work in a demo's folder."""
    commands = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        about = " ".join(process.info["cmdline"] or []), str(process.info["environ"] or "")
        if process.pid != os.getpid() and any(str(folder) in text for text in about):
            commands.append(about[0])
    return commands


def pretty(value: Any) -> str:
    """A value as people read it in a failed assertion."""
    return json.dumps(value, ensure_ascii=False, indent=1)
