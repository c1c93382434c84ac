"""A folder that a camera, or somebody with a camera, puts pictures into."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import av
import av.error
from av import VideoFrame

from siteward_contracts.clock import Clock
from siteward_edge.capture.source import Cause, Source, SourceError

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp"})
LOOK: Final = 0.5
"""Seconds between looks into the folder."""
SETTLED: Final = timedelta(seconds=10)
"""A file that is no picture and has not changed for so long will not become one."""
REFUSED: Final = "refused"
"""Folder beside the pictures for files that are none."""

Seen = dict[str, tuple[int, int]]
"""File name to size and time of its last change."""


def pictures(
    source: Source, wait: Callable[[float], bool], clock: Clock, note: Callable[[str], None]
) -> Iterator[VideoFrame]:
    """The newest picture of a folder, then each new or changed one, in the order of names.

    A file that is still being written is waited for, and those behind it with it; one that never
    becomes a picture is moved to a folder ``refused`` beside it.

    Args:
        source: Names the folder.
        wait: Waits between two looks; True ends it.
        clock: Tells how long a file has not changed.
        note: Told ``refused`` for each file that is moved away.

    Raises:
        SourceError: The folder is not there or cannot be read.
    """
    place = Path(unquote(urlsplit(source.url).path))
    seen: Seen = dict(list(_listed(source, place).items())[:-1])
    while True:
        found = _listed(source, place)
        # What was deleted is forgotten, so that the memory stays as small as the folder.
        seen = {name: state for name, state in seen.items() if name in found}
        for name, state in found.items():
            if seen.get(name) == state:
                continue
            picture = _read(place / name)
            if picture is not None:
                seen[name] = state
                yield picture
            elif not _refused(place / name, state, clock()):
                break
            else:
                note("refused")
        if wait(LOOK):
            return


def _listed(source: Source, place: Path) -> Seen:
    """Pictures by name, in the order of names."""
    found: Seen = {}
    try:
        for file in sorted(place.iterdir()):
            if file.suffix.lower() in SUFFIXES and not file.name.startswith("."):
                state = file.stat()
                found[file.name] = (state.st_size, state.st_mtime_ns)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        text = f"{source.name}: {reason}; check the path, and whether the agent may read it"
        raise SourceError(text, Cause.REFUSED) from error
    return found


def _read(file: Path) -> VideoFrame | None:
    """The picture in a file; None when it is not a whole one."""
    try:
        with av.open(io.BytesIO(file.read_bytes()), "r") as container:
            stream = container.streams.video[0]
            stream.codec_context.options = {"err_detect": "explode"}
            return next(container.decode(stream), None)
    except (av.error.FFmpegError, OSError, IndexError):
        return None


def _refused(file: Path, state: tuple[int, int], now: datetime) -> bool:
    """Moves a file away if it will not become a picture any more; whether it did."""
    if now.timestamp() - state[1] / 1e9 < SETTLED.total_seconds():
        return False
    target = file.parent / REFUSED
    target.mkdir(exist_ok=True)
    file.replace(target / file.name)
    return True
