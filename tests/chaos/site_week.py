"""What the devices of one site say in a week, at the rates a real agent sends.

Everything follows from the number of the ten seconds it belongs to, so that whoever checks can
make the same messages again.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from siteward_contracts.framing import pack
from siteward_contracts.messages import (
    Detection,
    EvidenceHeader,
    Message,
    Model,
    Progress,
    Sample,
    Telemetry,
)
from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.outbox import Outgoing

SITE: Final = "school"
STEP: Final = timedelta(seconds=10)
CAMERAS: Final = ("cam-1", "cam-2", "cam-3", "cam-4")
DEVICES: Final = (*CAMERAS, "dust-1", "crane-1")
INCIDENTS: Final = 10 / 8640
"""Of one camera, per step: ten a day, each with a picture at its begin."""
PICTURE: Final = (40_000, 120_000)
"""Bytes of a 720p JPEG at quality 90, least and most."""
LASTING: Final = 6
"""Steps from an incident's begin to its end."""
_IDS: Final = uuid.UUID("3b0e3c52-6d7f-4d0c-9b5e-3a1f3f0d6c11")
_MODEL: Final = Model(name="yolox-nano", version="1")


@dataclass(frozen=True)
class Week:
    """The steps from ``start`` on, fewer than a week's where time is short."""

    start: datetime
    steps: int

    def at(self, device: str, step: int) -> list[Outgoing]:
        """What a device says in one step, in order."""
        ts = self.start + step * STEP
        if device in CAMERAS:
            return list(_camera(device, step, ts))
        if device == "dust-1":
            readings = {"pm10": 40.0 + step % 50, "noise_laeq": 55.0 + step % 20}
            return [_telemetry(device, step, 0, ts, readings)] if step % 6 == 0 else []
        return [
            _telemetry(device, step, n, ts + n * STEP / 2, {"crane_load": (step * 2 + n) % 80 / 10})
            for n in range(2)
        ]

    def all(self, device: str) -> Iterator[Outgoing]:
        """Everything a device says, in order."""
        for step in range(self.steps):
            yield from self.at(device, step)


def id_of(payload: bytes) -> str:
    """The id of a message, which comes first in its JSON."""
    return payload[7:43].decode()


def _camera(device: str, step: int, ts: datetime) -> Iterator[Outgoing]:
    readings = {"camera_ok": 1.0, "camera_fps": 12.5, "people_count": float(step % 9)}
    yield _telemetry(device, step, 0, ts, readings)
    if _begins(device, step - LASTING):
        yield _detection(device, step, ts, "end", None)
    if _begins(device, step):
        chance = random.Random(f"{device}/{step}")
        picture = b"\xff\xd8" + chance.randbytes(chance.randint(*PICTURE))
        # Not the true hash: nobody here keeps pictures, and hashing them twice takes time.
        sha256 = f"{chance.getrandbits(256):064x}"
        header = EvidenceHeader(id=_id(device, step, "evidence"), ts=ts, sha256=sha256)
        yield Outgoing(Topic(SITE, device, Kind.EVIDENCE), pack(header, picture))
        yield _detection(device, step, ts, "begin", sha256)
    if step % 60 == 0:
        message = Progress(
            id=_id(device, step, "progress"),
            ts=ts,
            zone="block-a",
            state="floor1",
            percent=30,
            confidence=0.9,
            coverage=1,
            method="chaos",
        )
        yield _out(device, Kind.PROGRESS, message)


def _begins(device: str, step: int) -> bool:
    """Whether an incident begins; never in the step another ends, which is the same instant."""
    return _chosen(device, step) and not _chosen(device, step - LASTING)


def _chosen(device: str, step: int) -> bool:
    return step >= 0 and random.Random(f"{device}-{step}").random() < INCIDENTS


def _detection(
    device: str, step: int, ts: datetime, phase: Literal["begin", "end"], evidence: str | None
) -> Outgoing:
    message = Detection(
        id=_id(device, step, phase),
        ts=ts,
        kind="intrusion",
        phase=phase,
        confidence=0.9,
        track=_id(device, step - (LASTING if phase == "end" else 0), "track"),
        zone="pit",
        box=(0.1, 0.1, 0.2, 0.4),
        model=_MODEL,
        evidence=evidence,
        first_seen=ts,
    )
    return _out(device, Kind.DETECTION, message)


def _telemetry(
    device: str, step: int, number: int, ts: datetime, readings: dict[str, float]
) -> Outgoing:
    sample = Sample(ts=ts, readings=readings)
    message = Telemetry(id=_id(device, step, f"telemetry{number}"), ts=ts, samples=[sample])
    return _out(device, Kind.TELEMETRY, message)


def _out(device: str, kind: Kind, message: Message) -> Outgoing:
    return Outgoing(Topic(SITE, device, kind), msgspec.json.encode(message))


def _id(device: str, step: int, what: str) -> str:
    return str(uuid.uuid5(_IDS, f"{device}/{step}/{what}"))
