"""Runs the whole demo without a screen, on a seed, long enough to be scored."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from siteward_simulators.scorecard.reading import Platform
from siteward_simulators.world.truth import Truth

READY_SECONDS: Final = 300.0
STOP_SECONDS: Final = 20.0


class NotReadyError(Exception):
    """The demo ended or did not get as far as judged claims; the text has its last words."""


@contextmanager
def demo(folder: Path, seed: int) -> Iterator[str]:
    """A demo of one seed in a folder; yields the platform's address, and ends it after."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--port", str(port), "--data", str(folder), "--seed", str(seed)]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "siteward_cli", "demo", *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(folder, f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(folder: Path, api: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotReadyError(f"the demo ended with {process.returncode}:\n{_tail(folder)}")
        if _quietly(lambda: _judged(folder, api)):
            return
        time.sleep(1)
    raise NotReadyError(f"no judged claims after {READY_SECONDS:.0f} s:\n{_tail(folder)}")


def _judged(folder: Path, api: str) -> bool:
    """Whether every claim of the truth was filed and looked at by the rules."""
    if not (folder / "truth.db").exists():
        return False
    with Platform(api) as platform:
        judged = {(c.site, c.title) for c in platform.claims() if c.evaluated}
    true = Truth(folder / "truth.db").claims()
    return bool(true) and {(c.site, c.title) for c in true} <= judged


def _quietly(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except httpx.HTTPError:
        return False


def _tail(folder: Path) -> str:
    log = folder / "demo.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-20:])
