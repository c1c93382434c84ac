"""Starts the real servers that tests speak to; absent programs skip, except in CI."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def program(name: str, *places: str) -> str:
    """The path of a program, or the test is skipped (fails where CI=true)."""
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", *places]))
    if found:
        return found
    message = f"{name} is not installed; 'make system' installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """A TCP port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 15) -> None:
    """Returns once a port answers; raises when the process ends or time runs out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


@contextmanager
def running(command: list[str], **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a process for the length of a with block and ends it."""
    process = subprocess.Popen(command, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def mosquitto(folder: Path, port: int | None = None, extra: str = "") -> Iterator[int]:
    """A Mosquitto broker on loopback that keeps its queues in ``folder``; yields its port."""
    binary = program("mosquitto")
    folder.mkdir(parents=True, exist_ok=True)
    chosen = port or free_port()
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {chosen} 127.0.0.1\nallow_anonymous true\npersistence true\n"
        f"persistence_location {folder}/\nmax_inflight_messages 1000\n"
        f"max_queued_messages 0\nuser root\n{extra}\n",
        encoding="utf-8",
    )
    with running([binary, "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        wait_for_port(chosen, process)
        yield chosen
