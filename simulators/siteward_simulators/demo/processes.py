"""Child processes: started with a log each, watched, and stopped without leaving any behind."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from siteward_simulators.demo.plan import Child, environment

GRACE: Final = 4.0
"""Seconds a child has to end after SIGTERM."""


@dataclass(frozen=True, slots=True)
class Running:
    """A started child and the file its output goes to."""

    child: Child
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])


class ChildEndedError(Exception):
    """A child ended that should have gone on."""

    def __init__(self, running: Running) -> None:
        """Says who, how, and what its last words were."""
        code = running.process.returncode
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        self.name = running.child.name
        super().__init__(
            f"{self.name} ended with {how}; the last lines of {running.log}:\n{running.tail()}"
        )


def start(child: Child, folder: Path) -> Running:
    """Starts a child in a session of its own, its output appended to ``folder/NAME.log``."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{child.name}.log"
    with log.open("ab") as output:
        process = _spawn(child, output)
    return Running(child, process, log)


def check(children: Sequence[Running]) -> None:
    """Returns while all are alive.

    Raises:
        ChildEndedError: One has ended.
    """
    for running in children:
        if running.process.poll() is not None:
            raise ChildEndedError(running)


def stop(children: Sequence[Running]) -> None:
    """Ends children in reverse order of their start: asks, waits, then kills whole sessions."""
    for running in reversed(children):
        _signal(running, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    for running in reversed(children):
        try:
            running.process.wait(max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(running, signal.SIGKILL)
            running.process.wait()
        # What the child itself started goes with it.
        _signal(running, signal.SIGKILL)


def _spawn(child: Child, output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*_die_with_parent(), *child.command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment(child),
        start_new_session=True,
    )


def _die_with_parent() -> list[str]:
    """Where the kernel can be asked to, it ends children of a demo that was itself killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _signal(running: Running, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.process.pid, number)
