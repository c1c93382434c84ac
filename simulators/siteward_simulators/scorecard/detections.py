"""What the agent's detector finds in pictures, asked of ``siteward edge detect``."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from siteward_simulators.scorecard.labels import Box


class DetectorError(Exception):
    """The detector could not be run; the text is its last words."""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody, and whether a helmet is worn; None is "cannot be told"."""

    box: Box
    helmet: bool | None


@dataclass(frozen=True, slots=True)
class Found:
    """What one picture was said to show.

    Attributes:
        size: Width and height of the picture in pixels.
        people: Everybody.
        things: Helmets, vests and so on with their boxes.
        seconds: How long the detector looked.
    """

    size: tuple[int, int]
    people: tuple[FoundPerson, ...]
    things: tuple[tuple[str, Box], ...]
    seconds: float


def detections(files: Sequence[Path], options: Sequence[str]) -> Iterator[tuple[Path, Found]]:
    """Each picture with what was found, as they come.

    Args:
        files: Pictures.
        options: What ``siteward edge detect`` is told: models and so on.

    Raises:
        DetectorError: It failed.
    """
    command = [sys.executable, "-m", "siteward_cli", "edge", "detect", "--json", *options]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [*command, *map(str, files)], stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert process.stdout is not None
        with process, process.stdout:
            for line in process.stdout:
                row = json.loads(line)
                yield Path(row["picture"]), _found(row)
        if process.returncode:
            errors.seek(0)
            words = "\n".join(errors.read().strip().splitlines()[-10:])
            raise DetectorError(words.removeprefix("Error: "))


def _found(row: dict[str, object]) -> Found:
    people, things, size = row["people"], row["things"], row["size"]
    assert isinstance(people, list)
    assert isinstance(things, list)
    assert isinstance(size, list)
    return Found(
        size=(int(size[0]), int(size[1])),
        people=tuple(FoundPerson(_box(p["box"]), p["helmet"]) for p in people),
        things=tuple((str(t["thing"]), _box(t["box"])) for t in things),
        seconds=float(str(row["seconds"])),
    )


def _box(values: list[float]) -> Box:
    x, y, width, height = values
    return x, y, width, height
