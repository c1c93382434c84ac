"""Recorded pictures through the agent's own pipeline, at the times they were taken."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

import cv2
import msgspec
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from siteward_contracts.framing import unpack
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import EvidenceHeader
from siteward_contracts.topics import Kind
from siteward_edge.camera import CameraWatch, Result
from siteward_edge.camera_thread import camera_watch, to_remember
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.camera import Camera
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.evidence.mask import FenceMask
from siteward_edge.progress.watch import Place
from siteward_edge.report import Report
from siteward_edge.vision.detectors import classifier_of, detector_of
from siteward_edge.vision.ports import Frame

LARGEST: Final = 64_000_000
"""Bytes of a packet; an 8K picture without compression has 100 MB and nobody replays that."""
SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".bmp")


class ReplayError(Exception):
    """The recording cannot be read; the text says where and how to mend it."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Header of a recorded picture, before its JPEG, PNG or BMP; without one none came.

    Attributes:
        ts: When it was taken, or when the camera was found to send nothing.
        clock_offset: Seconds the camera's clock was ahead, where it was asked just then.
    """

    ts: datetime
    clock_offset: float | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One picture of a recording, or the news that none came. ``name`` is for messages."""

    name: str
    ts: datetime
    encoded: bytes
    clock_offset: float | None = None


class Replay:
    """One camera's recording going through its pipeline. All of its pictures are judged."""

    def __init__(
        self,
        config: EdgeConfig,
        camera: Camera,
        new_id: IdSource,
        memory: dict[str, str],
        say: Callable[[Outgoing], None],
    ) -> None:
        """Opens the camera's model.

        Args:
            config: Of the agent.
            camera: What to look for.
            new_id: Names messages.
            memory: What the agent's outbox would keep of the camera; written to.
            say: Takes each message.

        Raises:
            ModelError: The model cannot be used.
        """
        self.memory = memory
        self.pictures = 0
        self.broken: list[str] = []
        self._camera = camera
        self._say = say
        self._mask = FenceMask(camera.mask)
        self._report = Report(config.site, camera.device, new_id)
        self._detector = detector_of(camera, config.models)
        self._classifier = classifier_of(camera)
        self._place = Place(config.location)
        self._telemetry_every = timedelta(seconds=config.status_seconds)

    def run(self, recording: Iterable[Recorded]) -> Iterator[datetime]:
        """Judges picture after picture; yields the time of each.

        Raises:
            ReplayError: The recording cannot be read or does not go forward in time.
        """
        recorded = iter(recording)
        first = next(recorded, None)
        if first is None:
            return
        newest = told = last = first.ts
        watch = camera_watch(
            self._camera,
            self._detector,
            self._classifier,
            self._report,
            self.memory.get,
            first.ts,
            self._place,
        )
        view, count = watch.reference, 0
        for picture in chain([first], recorded):
            ts = picture.ts
            if ts < last:
                raise ReplayError(f"{picture.name}: {ts} comes after {last}; sort the pictures")
            last = ts
            if picture.encoded:
                newest, count = ts, count + 1
                result = self._see(watch, picture)
            else:
                result = watch.miss(newest, ts)
            if picture.clock_offset is not None:
                told_clock = watch.tell_clock(picture.clock_offset, ts)
                result.messages += told_clock.messages
                result.changed |= told_clock.changed
            for message in result.messages:
                self._say(message)
            remembered, view = to_remember(watch, result, view)
            self.memory.update(remembered)
            if ts - told >= self._telemetry_every:
                self._say(watch.telemetry(count / (ts - told).total_seconds(), ts))
                told, count = ts, 0
            yield ts
        self.memory.update(
            to_remember(watch, Result(changed=True), view)[0]
        )  # until when it looked

    def _see(self, watch: CameraWatch, picture: Recorded) -> Result:
        self.pictures += 1
        image = cv2.imdecode(np.frombuffer(picture.encoded, np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            self.broken.append(picture.name)
            return Result()
        frame = Frame(image=np.asarray(image, np.uint8), ts=picture.ts, device=self._camera.device)
        return watch.see(self._mask(frame))


def camera_named(config: EdgeConfig, device: str) -> Camera:
    """A camera of a configuration.

    Raises:
        ReplayError: It has none of that name.
    """
    for camera in config.cameras:
        if camera.device == device:
            return camera
    known = ", ".join(camera.device for camera in config.cameras) or "none"
    raise ReplayError(f"no camera {device!r}; known: {known}")


def from_stream(stream: BinaryIO) -> Iterator[Recorded]:
    """Packets: a length in 4 bytes, big-endian, then a :class:`Taken`, a newline and the picture.

    Raises:
        ReplayError: A packet is cut off, too long or not such a packet.
    """
    number = 0
    while head := stream.read(4):
        number += 1
        name = f"packet {number}"
        size = int.from_bytes(head, "big")
        if len(head) < 4 or not 0 < size <= LARGEST:
            raise ReplayError(
                f"{name}: no length of at most {LARGEST} bytes; write 4 bytes, big-endian"
            )
        payload = stream.read(size)
        if len(payload) < size:
            raise ReplayError(f"{name}: cut off after {len(payload)} of {size} bytes")
        try:
            taken, encoded = unpack(payload, Taken)
        except msgspec.DecodeError as error:
            raise ReplayError(f'{name}: {error}; begin with {{"ts": "…"}} and a newline') from error
        if taken.ts.tzinfo is None:
            raise ReplayError(f"{name}: {taken.ts} has no offset; write RFC 3339, e.g. with Z")
        yield Recorded(name, taken.ts, encoded, taken.clock_offset)


def files_of(folder: Path) -> list[tuple[datetime, Path]]:
    """The pictures of a folder by the times that are their names.

    Raises:
        ReplayError: There are none, or a name is no RFC 3339 time.
    """
    files = [f for f in folder.iterdir() if f.suffix.lower() in SUFFIXES]
    if not files:
        raise ReplayError(f"{folder}: no {', '.join(SUFFIXES)} in it")
    return sorted((_time_of(file), file) for file in files)


def from_files(files: list[tuple[datetime, Path]]) -> Iterator[Recorded]:
    """The pictures of a folder."""
    for ts, file in files:
        yield Recorded(file.name, ts, file.read_bytes())


def as_line(message: Outgoing, evidence: Path | None) -> str:
    """A message as a line of JSON; a picture as its header, and as a file where one is wanted."""
    payload = message.payload
    if message.topic.kind is Kind.EVIDENCE:
        header, body = unpack(payload, EvidenceHeader)
        if evidence is not None:
            (evidence / f"{header.sha256}.jpg").write_bytes(body)
        payload = msgspec.json.encode(header)
    line = {"topic": str(message.topic), "message": msgspec.Raw(payload)}
    return msgspec.json.encode(line).decode()


def _time_of(file: Path) -> datetime:
    try:
        ts = datetime.fromisoformat(file.stem)
    except ValueError:
        ts = None
    if ts is None or ts.tzinfo is None:
        raise ReplayError(
            f"{file}: the name is no RFC 3339 time; name it like 2026-11-24T08:00:00Z.jpg "
            "or 20261124T080000Z.jpg"
        )
    return ts


def replay(
    config: EdgeConfig,
    device: str,
    new_id: IdSource,
    memory: Path | None,
    evidence: Path | None,
    source: Path,
    stdin: BinaryIO,
    write: Callable[[str], None],
) -> None:
    """Gives every message to ``write`` as a line, and shows on standard error how far it is.

    Raises:
        ReplayError: There is no such camera, or the recording or the memory cannot be read.
        ModelError: The camera's model cannot be used.
        OSError: A file cannot be read or written.
    """
    camera = camera_named(config, device)
    remembered = _memory_of(memory)
    if evidence is not None:
        evidence.mkdir(parents=True, exist_ok=True)
    files = None if source == Path("-") else files_of(source)
    recording = from_stream(stdin) if files is None else from_files(files)

    def say(message: Outgoing) -> None:
        write(as_line(message, evidence))

    run = Replay(config, camera, new_id, remembered, say)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[at]}"),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task(device, total=None if files is None else len(files), at="")
            for ts in run.run(recording):
                progress.update(task, advance=1, at=f"{ts:%Y-%m-%d %H:%M:%S}")
    finally:
        if memory is not None:
            memory.write_text(json.dumps(run.memory), encoding="utf-8")
    if run.broken:
        named = ", ".join(run.broken[:5]) + (" …" if len(run.broken) > 5 else "")
        raise ReplayError(
            f"{len(run.broken)} of {run.pictures} pictures could not be decoded: {named}"
        )


def _memory_of(file: Path | None) -> dict[str, str]:
    if file is None or not file.exists():
        return {}
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except msgspec.DecodeError as error:
        raise ReplayError(f"{file}: {error}; give a file an earlier replay wrote") from error
