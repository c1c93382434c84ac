"""Chooses the picture that stands for a camera's day: sharp, evenly lit, near noon."""

import math
from collections import Counter
from datetime import datetime, timedelta
from typing import Final

import cv2
import msgspec
import numpy as np

from siteward_contracts.clock import SHANGHAI
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.evidence.snapshot import Occasion, Snapshot
from siteward_edge.progress.album import Album
from siteward_edge.report import Report
from siteward_edge.vision.ports import Frame, Image

FROM_HOUR: Final = 9
TO_HOUR: Final = 15
"""Hours of Shanghai between which a picture is looked for; after the later it is kept."""
EVERY: Final = timedelta(minutes=10)
HOURS: Final = 2.0
"""Hours from noon at which a picture counts 0.6 of one at noon."""


NO_PIXELS: Final = np.zeros((0, 0, 3), np.uint8)
"""Of a picture that is there as JPEG only."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """The best picture of a day so far; its JPEG lies beside the album's years.

    Attributes:
        ts: When it was taken.
        score: How good it is, more is better.
        masked: Whether pixels outside the fence were blackened.
        clock_offset: Seconds the camera's clock was ahead of the agent's, if it told.
    """

    ts: datetime
    score: float
    masked: bool = False
    clock_offset: float | None = None


class DayPicture:
    """Looks for the picture of each day of one camera; what it found survives a restart."""

    def __init__(self, album: Album, report: Report) -> None:
        """Takes up the best picture so far of a day that was not finished."""
        self._album = album
        self._report = report
        self._best: Candidate | None = None
        self._looked: datetime | None = None
        folder = album.folder(report.device)
        self._note, self._jpeg = folder / "today.json", folder / "today.jpg"
        if self._note.exists() and self._jpeg.exists():
            self._best = msgspec.json.decode(self._note.read_bytes(), type=Candidate)

    def look(self, snapshot: Snapshot) -> None:
        """Considers a picture that is good enough to measure on.

        Raises:
            OSError: The album cannot be written.
        """
        frame = snapshot.frame
        local = frame.ts.astimezone(SHANGHAI)
        if not self.due(frame.ts) or self._kept_on(local):
            return
        self._looked = frame.ts
        found = Candidate(
            ts=frame.ts,
            score=score(frame.image, local),
            masked=frame.masked,
            clock_offset=frame.clock_offset,
        )
        if self._best is None or found.score > self._best.score:
            self._jpeg.parent.mkdir(parents=True, exist_ok=True)
            self._note.unlink(missing_ok=True)  # never a note beside another picture
            self._jpeg.write_bytes(snapshot.jpeg)
            self._note.write_bytes(msgspec.json.encode(found))
            self._best = found

    def due(self, ts: datetime) -> bool:
        """Whether a picture of this instant may become the day's."""
        if not FROM_HOUR <= ts.astimezone(SHANGHAI).hour < TO_HOUR:
            return False
        return self._looked is None or ts - self._looked >= EVERY

    def keep(self, ts: datetime) -> tuple[list[Outgoing], Counter[str]]:
        """Once the hours of a day are over: puts its picture into the album, and tells it.

        Returns:
            The picture as evidence, and how many older ones the album gave up, by the reason.

        Raises:
            OSError: The album cannot be written; it is tried again.
        """
        best = self._best
        if best is None or not _over(best.ts, ts.astimezone(SHANGHAI)):
            return [], Counter()
        body = self._jpeg.read_bytes()
        device = self._report.device
        frame = Frame(NO_PIXELS, best.ts, device, best.masked, best.clock_offset)
        snapshot = self._report.snapshot(frame, body)
        sha256, messages = snapshot.prove(
            self._report.new_id, Occasion("progress", purpose="daily")
        )
        given_up = self._album.keep(device, best.ts, sha256, body)
        self._best = None
        self._note.unlink(missing_ok=True)
        self._jpeg.unlink(missing_ok=True)
        return messages, given_up

    def _kept_on(self, local: datetime) -> bool:
        pictures = self._album.pictures(self._report.device)
        return bool(pictures) and pictures[-1].day == local.date()


def score(image: Image, local: datetime) -> float:
    """How well a picture shows the site: sharpness, by exposure, by nearness to noon."""
    small = cv2.resize(image, (640, 360), interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    mean = float(gray.mean())
    sharp = float(cv2.Laplacian(gray, cv2.CV_32F).std()) / max(10.0, mean)
    burnt = float(np.mean((gray < 12) | (gray > 243)))
    hours = local.hour + local.minute / 60 - 12
    return sharp * (1 - burnt) * math.exp(-((hours / HOURS) ** 2) / 2)


def _over(taken: datetime, local: datetime) -> bool:
    day = taken.astimezone(SHANGHAI).date()
    return local.date() > day or (local.date() == day and local.hour >= TO_HOUR)
