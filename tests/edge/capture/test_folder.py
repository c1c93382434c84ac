import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from av import VideoFrame

from siteward_edge.capture.folder import SETTLED
from siteward_edge.capture.pictures import pictures
from siteward_edge.capture.source import Cause, Source, SourceError
from siteward_edge.vision.ports import Image
from tests.edge.pictures import scene

SHADES = {"a": 40, "b": 80, "c": 120, "d": 160, "e": 200}


def jpeg(shade: int) -> bytes:
    image: Image = np.full((90, 160, 3), shade, np.uint8)
    return cv2.imencode(".jpg", image)[1].tobytes()


class Folder:
    """A folder somebody puts pictures into, between the looks that are taken into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = datetime.now(UTC)
        self.steps: list[Iterator[None]] = []
        self.refused = 0

    def put(self, name: str, content: bytes, age: float = 0) -> Path:
        file = self.path / name
        file.write_bytes(content)
        stamp = (self.now - timedelta(seconds=age)).timestamp()
        os.utime(file, (stamp, stamp))
        return file

    def note(self, word: str) -> None:
        self.refused += word == "refused"

    def seen(self, script: Iterator[None]) -> list[str]:
        """The pictures that are given while a script runs a step between two looks."""

        def wait(seconds: float) -> bool:
            if seconds:
                self.now += timedelta(seconds=seconds)
                return next(script, "over") == "over"
            return False

        source = Source(f"folder://{self.path}")
        return [name_of(p) for p in pictures(source, lambda: self.now, wait, self.note)]


def name_of(picture: VideoFrame) -> str:
    shade = float(picture.to_ndarray(format="bgr24").mean())
    return min(SHADES, key=lambda name: abs(SHADES[name] - shade))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    place = tmp_path / "ftp pictures"
    place.mkdir()
    return Folder(place)


def test_the_newest_picture_comes_first_then_new_ones_in_the_order_of_names(
    folder: Folder,
) -> None:
    for name in "ab":
        folder.put(f"{name}.jpg", jpeg(SHADES[name]))

    def script() -> Iterator[None]:
        yield
        for name in "edc":
            folder.put(f"{name}.JPG", jpeg(SHADES[name]))
        yield
        yield

    assert folder.seen(script()) == ["b", "c", "d", "e"]


def test_a_picture_that_is_written_over_is_a_new_one(folder: Folder) -> None:
    folder.put("latest.jpg", jpeg(SHADES["a"]))

    def script() -> Iterator[None]:
        folder.put("latest.jpg", jpeg(SHADES["c"]), age=-1)
        yield
        yield

    assert folder.seen(script()) == ["a", "c"]


def test_a_half_written_picture_is_waited_for_and_keeps_its_place(folder: Folder) -> None:
    whole = cv2.imencode(".jpg", scene(width=160, height=90) // 4 + 30)[1].tobytes()

    def script() -> Iterator[None]:
        folder.put("c.jpg", whole[: len(whole) // 2])
        folder.put("d.jpg", jpeg(SHADES["e"]))
        yield
        assert (folder.path / "c.jpg").exists()
        folder.put("c.jpg", whole)
        yield
        yield

    seen = folder.seen(script())
    assert len(seen) == 2
    assert seen[-1] == "e"
    assert folder.refused == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture at all", b"\xff\xd8\xff\xe0" + bytes(500)],
    ids=["empty", "text", "a picture's beginning"],
)
def test_what_never_becomes_a_picture_is_moved_away_and_counted(
    folder: Folder, content: bytes
) -> None:
    def script() -> Iterator[None]:
        folder.put("a.jpg", content, age=SETTLED.total_seconds() + 1)
        folder.put("b.jpg", jpeg(SHADES["b"]))
        yield
        yield

    assert folder.seen(script()) == ["b"]
    assert (folder.path / "refused" / "a.jpg").read_bytes() == content
    assert not (folder.path / "a.jpg").exists()
    assert folder.refused == 1


def test_other_files_are_left_alone(folder: Folder) -> None:
    def script() -> Iterator[None]:
        for name in ("note.txt", ".a.jpg", "b.jpg.part"):
            folder.put(name, b"x", age=99)
        yield
        yield

    assert folder.seen(script()) == []
    assert len(list(folder.path.iterdir())) == 3
    assert folder.refused == 0


def test_a_name_that_looks_like_a_pattern_is_a_name(folder: Folder) -> None:
    folder.put("%05d 50%.jpg", jpeg(SHADES["d"]))
    assert folder.seen(iter([])) == ["d"]


def test_a_folder_that_is_not_there_or_goes_away_says_so(folder: Folder) -> None:
    folder.put("a.jpg", jpeg(SHADES["a"]))

    def script() -> Iterator[None]:
        shutil.rmtree(folder.path)
        yield

    with pytest.raises(SourceError, match="check the path") as caught:
        folder.seen(script())
    assert caught.value.cause is Cause.REFUSED
