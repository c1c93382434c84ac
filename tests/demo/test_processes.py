"""Children are watched, and none outlives the demo."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from siteward_simulators.demo.plan import Child
from siteward_simulators.demo.processes import ChildEndedError, Running, check, start, stop

SLEEPER = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(grandchild.pid, flush=True); time.sleep(600)"
)
DYING = "import sys; print('no such broker'); sys.exit(3)"


def child(name: str, code: str) -> Child:
    return Child(name, [sys.executable, "-c", code], {"PYTHONUNBUFFERED": "1"})


def first_line(running: Running) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if lines := running.log.read_text("utf-8").splitlines():
            return lines[0]
        time.sleep(0.05)
    pytest.fail(f"{running.child.name} wrote nothing")


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_child_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    running = [start(child("worker", DYING), tmp_path), start(child("api", SLEEPER), tmp_path)]
    try:
        running[0].process.wait(20)
        with pytest.raises(ChildEndedError, match="exit code 3") as error:
            check(running)
    finally:
        stop(running)
    assert error.value.name == "worker"
    assert "no such broker" in str(error.value)


def test_children_that_ignore_sigterm_go_with_their_own_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siteward_simulators.demo.processes.GRACE", 0.5)
    running = start(child("edge", STUBBORN), tmp_path)
    grandchild = int(first_line(running))
    stop([running])
    assert running.process.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while not gone(grandchild) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone(grandchild)


def test_children_end_when_the_demo_itself_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path;"
        "from siteward_simulators.demo.plan import Child;"
        "from siteward_simulators.demo.processes import start;"
        f"c = start(Child('api', [sys.executable, '-c', {SLEEPER!r}], {{}}), Path({str(tmp_path)!r}));"
        "print(c.process.pid, flush=True); time.sleep(600)"
    )
    demo = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    with demo.stdout:
        pid = int(demo.stdout.readline())
    assert psutil.pid_exists(pid)
    demo.kill()
    demo.wait()
    deadline = time.monotonic() + 10
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone(pid)


def test_logs_of_an_earlier_start_are_kept(tmp_path: Path) -> None:
    for _ in range(2):
        running = start(child("ingest", "print('started')"), tmp_path)
        running.process.wait(20)
    assert running.log.read_text("utf-8").splitlines() == ["started", "started"]
    assert os.access(running.log, os.R_OK)
