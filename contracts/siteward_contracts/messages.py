"""Wire messages. Readers ignore unknown fields, so an old ingest reads a new edge.

JSON, UTF-8. ``evidence`` and ``frame`` carry a picture behind a one-line JSON header
(see :mod:`siteward_contracts.framing`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

Utc = Annotated[datetime, Meta(tz=True, description="RFC 3339 with offset; UTC by convention")]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]
MessageId = Annotated[str, Meta(min_length=16, max_length=64, description="UUIDv7; dedupe key")]
ZoneId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}(?!\n)$")]
"""The look-ahead is for regular expressions whose ``$`` also matches before a last newline."""


class Health(StrEnum):
    """How well a camera sees."""

    OK = "ok"
    BLIND = "blind"
    MOVED = "moved"
    FROZEN = "frozen"
    OFFLINE = "offline"


class Model(Struct, frozen=True, kw_only=True):
    """Which model made a finding."""

    name: str
    version: str
    sha256: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """What every message carries.

    Attributes:
        id: UUIDv7, the dedupe key.
        ts: When it was observed (not sent).
        v: Contract version.
    """

    id: MessageId
    ts: Utc
    v: Literal[1] = 1


class Sample(Struct, frozen=True, kw_only=True):
    """Readings taken at one instant.

    Attributes:
        ts: When they were taken.
        readings: Metric name (see the catalogue) to value in the catalogue's unit.
        flags: Metric name to HJ 212 data flag where it is not N (normal).
    """

    ts: Utc
    readings: dict[str, float]
    flags: dict[str, str] = {}


class Telemetry(Message, frozen=True, kw_only=True):
    """Readings of one device, oldest first; several when it catches up."""

    samples: Annotated[list[Sample], Meta(min_length=1, max_length=1000)]


class Detection(Message, frozen=True, kw_only=True):
    """A hazard seen by a camera, once per incident and phase.

    Attributes:
        kind: Hazard kind (see the catalogue), e.g. ``intrusion``.
        phase: ``begin`` when confirmed over enough frames, ``end`` when gone.
        confidence: The detector's, 0 to 1.
        track: Names the incident: the same for its begin and end.
        zone: Zone it happened in, if any.
        box: ``[x, y, width, height]`` as fractions of the picture.
        model: What detected it.
        evidence: SHA-256 of the untouched JPEG, sent as a sibling ``evidence`` message.
        first_seen: When the first frame showed it (latency is measured from here).
    """

    kind: str
    phase: Literal["begin", "end"] = "begin"
    confidence: Fraction
    track: str
    zone: ZoneId | None = None
    box: tuple[Fraction, Fraction, Fraction, Fraction]
    model: Model
    evidence: Sha256 | None = None
    first_seen: Utc | None = None


class Progress(Message, frozen=True, kw_only=True):
    """The state of one zone as a camera measured it.

    Attributes:
        zone: Zone id.
        state: Code of one of the zone's ordered states.
        percent: That state's percent of the zone's work.
        confidence: Of the state, 0 to 1.
        coverage: Share of the zone the camera could see when it measured.
        method: How it was measured, e.g. ``material-bands``.
        uncertain: True when the change awaits a person's confirmation.
        evidence: SHA-256 of the picture it was measured on.
    """

    zone: ZoneId
    state: str
    percent: Percent
    confidence: Fraction
    coverage: Fraction
    method: str
    uncertain: bool = False
    evidence: Sha256 | None = None


class CameraStatus(Struct, frozen=True, kw_only=True):
    """One camera in an agent's status. ``since`` is when ``health`` began."""

    device: str
    health: Health
    fps: float
    since: Utc
    last_good: Utc | None = None


class Status(Message, frozen=True, kw_only=True):
    """Retained. Published by the agent as its own device; the last will says offline.

    Attributes:
        online: False only in the last will and on an orderly stop.
        agent: Version of the agent.
        outbox: Messages waiting on disk.
        clock_offset: Seconds the agent's clock is ahead of the broker side, if known.
    """

    online: bool
    agent: str
    outbox: int = 0
    clock_offset: float | None = None
    cameras: list[CameraStatus] = []


class Command(Message, frozen=True, kw_only=True):
    """Downlink to an agent or one of its cameras.

    Attributes:
        action: ``watch`` asks for live frames of this device.
        seconds: For how long; repeated while somebody watches.
        fps: Frames per second wanted at most.
    """

    action: Literal["watch"]
    seconds: Annotated[float, Meta(gt=0, le=120)]
    fps: Annotated[float, Meta(gt=0, le=15)] = 5


class EvidenceHeader(Message, frozen=True, kw_only=True):
    """Goes before an evidence JPEG. ``sha256`` is of the JPEG bytes, taken at the edge."""

    sha256: Sha256
    media: Literal["image/jpeg"] = "image/jpeg"


class FrameBox(Struct, frozen=True, kw_only=True):
    """Something drawn over a live frame by the viewer."""

    kind: str
    box: tuple[Fraction, Fraction, Fraction, Fraction]
    confidence: Fraction
    zone: str | None = None


class FrameHeader(Message, frozen=True, kw_only=True):
    """Goes before a live JPEG frame (QoS 0, only while somebody watches)."""

    width: int
    height: int
    health: Health = Health.OK
    boxes: list[FrameBox] = []
