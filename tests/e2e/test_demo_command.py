"""What the demo says when one of its processes dies."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import left_behind
from tests.servers import free_port

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def child(demo: "subprocess.Popen[str]", command: str) -> psutil.Process:
    """The demo's child that runs a subcommand, once it is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and demo.poll() is None:
        for process in psutil.Process(demo.pid).children():
            if command in process.cmdline():
                return process
        time.sleep(0.1)
    pytest.fail(f"the demo started no {command}")


def test_a_crashed_child_ends_the_demo_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "siteward_cli", "demo", "--port", str(free_port())]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path / "data")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as demo:  # fmt: skip
        child(demo, "worker")  # the last to be started
        child(demo, "ingest").kill()
        said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert "ingest ended with signal 9; the last lines of" in said
    assert left_behind(tmp_path) == []
