"""How far the simulator's story is, read from the JSON lines it writes to its log."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """A phase of the story and how much of it is done."""

    phase: str
    done: int
    total: int


class StoryLog:
    """Follows the log from where it ended when it was opened."""

    def __init__(self, file: Path) -> None:
        """Later lines only; an earlier start's are passed over."""
        self._file = file
        self._offset = file.stat().st_size if file.exists() else 0

    def steps(self) -> list[Step]:
        """The steps written since the last call."""
        if not self._file.exists():
            return []
        with self._file.open("rb") as log:
            log.seek(self._offset)
            text = log.read()
        whole, newline, _ = text.rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        return [step for line in whole.splitlines() if (step := _step(line))]


def _step(line: bytes) -> Step | None:
    if not line.startswith(b"{"):
        return None
    try:
        found = json.loads(line)
        return Step(str(found["phase"]), int(found["done"]), int(found["total"]))
    except (ValueError, KeyError, TypeError):
        return None
