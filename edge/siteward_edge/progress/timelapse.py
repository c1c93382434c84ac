"""A film of a site from its pictures of the day: steady, dated, gaps shown as gaps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

from siteward_edge.health.look import shrink
from siteward_edge.health.view import View, view_of
from siteward_edge.progress.album import DailyPicture
from siteward_edge.progress.registration import Matrix, Registration, furthest, register, registered
from siteward_edge.vision.ports import Image

REACH: Final = 0.04
"""A picture further off than this share of the width is shown as it is: the camera was turned,
and later pictures are laid over that one."""
RENEWED: Final = 0.6
"""Match with the key picture below which a picture becomes the key."""
DIM: Final = 0.35
"""Brightness of the last picture on a day that has none."""
CRF: Final = "20"


class TimelapseError(Exception):
    """No film can be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One day of the film; without a picture of its own it shows the one before, dimmed."""

    day: date
    picture: DailyPicture | None


def days(
    pictures: list[DailyPicture], first: date | None = None, last: date | None = None
) -> list[Shown]:
    """Every day of a stretch, the ones without a picture too.

    Args:
        pictures: Of one camera, oldest first.
        first: Day the film begins with; that of the first picture unless given.
        last: Day it ends with; that of the last picture unless given.

    Raises:
        TimelapseError: There is no picture in that time.
    """
    by_day = {picture.day: picture for picture in pictures}
    inside = [d for d in sorted(by_day) if (not first or d >= first) and (not last or d <= last)]
    if not inside:
        known = f"{min(by_day)} to {max(by_day)}" if by_day else "none at all"
        raise TimelapseError(f"no pictures in that time; there are: {known}")
    begin, end = first or inside[0], last or inside[-1]
    count = (end - begin).days + 1
    return [Shown(d, by_day.get(d)) for d in (begin + timedelta(n) for n in range(count))]


def write(film: list[Shown], out: Path, fps: int, width: int) -> Iterator[Shown]:
    """Writes H.264 in MP4, one frame a day; yields each day when it is written.

    Args:
        film: The days.
        out: The file; written beside it first, so that a broken run leaves no broken film.
        fps: Days per second.
        width: Of the film in pixels; the height follows from the first picture.

    Raises:
        TimelapseError: No picture of the days can be read, or the film has no folder to go to.
        OSError: The file cannot be written.
    """
    if not out.parent.is_dir():
        raise TimelapseError(f"{out.parent} is no folder; make it first")
    size = _size(film, width)
    unfinished = out.with_name(f".{out.name}.part")
    try:
        with av.open(str(unfinished), "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=fps, options={"crf": CRF})
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            for day, image in _images(film, size):
                frame = av.VideoFrame.from_ndarray(image, format="bgr24")
                container.mux(stream.encode(frame))
                yield day
            container.mux(stream.encode())
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _size(film: list[Shown], width: int) -> tuple[int, int]:
    for shown in film:
        if shown.picture is not None and (image := _read(shown.picture)) is not None:
            height, wide = image.shape[:2]
            return width // 2 * 2, round(height * width / wide / 2) * 2
    raise TimelapseError("no picture of that time can be read")


def _images(film: list[Shown], size: tuple[int, int]) -> Iterator[tuple[Shown, Image]]:
    steady = Steady()
    last = np.zeros((size[1], size[0], 3), np.uint8)
    for shown in film:
        image = None if shown.picture is None else _read(shown.picture)
        if image is None:
            dimmed = np.asarray(last * DIM, np.uint8)
            yield shown, _dated(dimmed, f"{shown.day}  no picture")
            continue
        last = np.asarray(cv2.resize(steady(image), size, interpolation=cv2.INTER_AREA), np.uint8)
        yield shown, _dated(last.copy(), f"{shown.day}")


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """A picture and how it lies over the first one, 3 x 3 in small pixels."""

    view: View
    moved: Matrix


class Steady:
    """Lays pictures over one another though the site grows.

    Each is laid over a key picture; when it has become too unlike that one, it is the next key
    itself, so that what registration is off by adds up over keys only, not over days.
    """

    def __init__(self) -> None:
        """The first picture stays as it is."""
        self._key: _Placed | None = None
        self._before: _Placed | None = None

    def __call__(self, image: Image) -> Image:
        """The picture where the first one would have it; itself where nothing matches."""
        view = view_of(shrink(image))
        moved, match, renewed = np.eye(3), 0.0, self._key is None
        for key in (self._key, self._before):
            step = register(key.view, view) if key is not None else None
            if key is not None and step is not None and step.shift <= REACH:
                moved, match = np.vstack([step.matrix, [0, 0, 1]]) @ key.moved, step.match
                renewed = match < RENEWED or key is not self._key
                break
        self._before = _Placed(view, moved)
        if renewed:  # a single odd picture matches nothing and becomes no key
            self._key = self._before
        return registered(image, Registration(moved[:2], furthest(moved[:2]), match))


def _read(picture: DailyPicture) -> Image | None:
    image = cv2.imread(str(picture.file))
    return None if image is None else np.asarray(image, np.uint8)


def _dated(image: Image, text: str) -> Image:
    """The date in the film's lower right corner; the pictures themselves stay as they are."""
    height, width = image.shape[:2]
    font, scale, thick = cv2.FONT_HERSHEY_SIMPLEX, height / 800, max(1, height // 500)
    (wide, tall), below = cv2.getTextSize(text, font, scale, thick)
    left, base, air = width - wide - tall, height - tall, tall // 2
    corner = (left - air, base - tall - air)
    cv2.rectangle(image, corner, (left + wide + air, base + below + air), (0, 0, 0), -1)
    cv2.putText(image, text, (left, base), font, scale, (255, 255, 255), thick, cv2.LINE_AA)
    return image
