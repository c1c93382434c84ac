"""Wire messages. Readers ignore unknown fields, so an old ingest reads a new edge.

JSON, UTF-8. ``evidence`` and ``frame`` carry a picture behind a one-line JSON header
(see :mod:`siteward_contracts.framing`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Utc = Annotated[datetime, Meta(tz=True, description="RFC 3339 with offset; UTC by convention")]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]
MessageId = Annotated[str, Meta(min_length=16, max_length=64, description="UUIDv7; dedupe key")]
ZoneId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}(?!\n)$")]
"""The look-ahead is for regular expressions whose ``$`` also matches before a last newline."""
PublicKey = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?(?!\n)$", description="Ed25519, or none")]
SettingsVersion = Annotated[int, Meta(ge=1, le=2**31 - 2)]


class Health(StrEnum):
    """How well a camera sees; only what an ``ok`` camera shows counts."""

    OK = "ok"
    BLIND = "blind"
    BLURRED = "blurred"
    FLICKERING = "flickering"
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


class Statistic(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an instrument itself computed over a period, in the metric's unit.

    Attributes:
        avg: Mean; of noise the energy mean, if the instrument keeps to its standard.
        min: Least value.
        max: Greatest value.
        sum: Total, of what adds up (rain, flow).
    """

    avg: float | None = None
    min: float | None = None
    max: float | None = None
    sum: float | None = None


class Sample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Readings taken at one instant.

    Attributes:
        ts: When they were taken; of statistics, the beginning of their period.
        readings: Metric name (see the catalogue) to value in the catalogue's unit.
        flags: Metric name to HJ 212 data flag where it is not N (normal).
        period: Of the statistics; empty where there are none.
        statistics: Metric name to what the instrument computed over ``period``.
    """

    ts: Utc
    readings: dict[str, float]
    flags: dict[str, str] = {}
    period: Literal["", "minute", "hour", "day"] = ""
    statistics: dict[str, Statistic] = {}


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
        evidence: SHA-256 of the untouched JPEG, sent as a sibling ``evidence`` message; at the
            end the best picture of the incident, where it is a better one than the first.
        first_seen: When the first frame showed it (latency is measured from here).
        last_seen: When a frame last showed it; at the end only.
        threshold: Least confidence the model's findings had to have.
        detail: What exactly was seen, e.g. the cause of blindness, for the reader.
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
    last_seen: Utc | None = None
    threshold: Fraction | None = None
    detail: str = ""


class Progress(Message, frozen=True, kw_only=True):
    """The state of one zone as a camera measured it.

    Attributes:
        zone: Zone id.
        state: Code of one of the zone's ordered states.
        percent: Percent of the zone's work that counts: that state's, with what was measured of
            the way to the next. A state that is only proposed adds nothing to it, unless none
            was ever accepted.
        confidence: Of the state, 0 to 1.
        coverage: Share of the zone the camera could see when it measured.
        method: How it was measured, e.g. ``material-bands``.
        uncertain: True when the change awaits a person's confirmation.
        evidence: SHA-256 of the picture the state was first seen on.
        before: SHA-256 of the picture of the state before, for comparison.
        last_good: When the camera last showed this zone well enough to judge it.
    """

    zone: ZoneId
    state: str
    percent: Percent
    confidence: Fraction
    coverage: Fraction
    method: str
    uncertain: bool = False
    evidence: Sha256 | None = None
    before: Sha256 | None = None
    last_good: Utc | None = None


class CameraStatus(Struct, frozen=True, kw_only=True):
    """One camera in an agent's status.

    Attributes:
        device: Its name in topics.
        health: How well it sees.
        fps: Pictures per second that arrive.
        since: When ``health`` began.
        last_good: When a picture last showed the site.
        cause: Why it does not see, in a word: black, covered, no signal; empty when it does.
        judged_fps: Pictures per second that are judged; fewer than ``asked_fps`` when the
            processor's budget does not reach or fewer come.
        asked_fps: Pictures per second that are to be judged.
        clock_offset: Seconds the camera's clock is ahead of the agent's, if it tells.
    """

    device: str
    health: Health
    fps: float
    since: Utc
    last_good: Utc | None = None
    cause: str = ""
    judged_fps: float | None = None
    asked_fps: float | None = None
    clock_offset: float | None = None


class SensorStatus(Struct, frozen=True, kw_only=True):
    """One instrument in an agent's status.

    Attributes:
        device: Its name in topics.
        ok: Whether it speaks and what it says can be used.
        since: When ``ok`` became so.
        last_reading: When it was last heard with readings; None since the outbox was made.
        cause: What is wrong, in words; empty when nothing is.
        clock_offset: Seconds its clock is ahead of the agent's, if it tells.
    """

    device: str
    ok: bool
    since: Utc
    last_reading: Utc | None = None
    cause: str = ""
    clock_offset: float | None = None


class ConfigState(Struct, frozen=True, kw_only=True):
    """What became of the settings the platform sent last.

    Attributes:
        version: Of the settings.
        applied: Whether they are in force; the ones before are when not.
        problems: Why they were refused, one line each.
    """

    version: SettingsVersion
    applied: bool
    problems: list[str] = []


class Status(Message, frozen=True, kw_only=True):
    """Retained. Published by the agent as its own device; the last will says offline.

    Attributes:
        online: False only in the last will and on an orderly stop.
        agent: Version of the agent.
        outbox: Messages waiting on disk.
        clock_offset: Seconds the agent's clock is ahead of the time server's, if known.
        cameras: One line each.
        sensors: One line each.
        key: The agent's Ed25519 public key, 64 hexadecimal digits; empty before enrolment.
        config: What became of the settings the platform sent last; None when it sent none.
        oldest: When the oldest waiting message was made.
        counts: Since the outbox was made: sent, thinned, refused and what else is counted.
    """

    online: bool
    agent: str
    outbox: int = 0
    clock_offset: float | None = None
    cameras: list[CameraStatus] = []
    sensors: list[SensorStatus] = []
    key: PublicKey = ""
    config: ConfigState | None = None
    oldest: Utc | None = None
    counts: dict[str, int] = {}


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


class AgentConfig(Message, frozen=True, kw_only=True):
    """Downlink, retained, to an agent: settings of its cameras that the platform holds.

    Attributes:
        version: Rises with each change; an agent ignores what is not newer.
        cameras: Camera to the settings that replace those of its file: ``zones``,
            ``danger_zones`` and the rest of what the agent's file may say there.
    """

    version: SettingsVersion
    cameras: dict[str, dict[str, Any]]


class EvidenceStatement(Struct, frozen=True, kw_only=True):
    """What the agent signs of a picture, as JSON text in ``EvidenceHeader.statement``.

    Attributes:
        sha256: Of the JPEG bytes.
        site: Where.
        device: Which camera.
        ts: When the picture arrived at the agent.
        purpose: A finding, the picture of the day, or the reference view.
        clock_offset: Seconds the agent's clock was ahead of the time server's, if known.
        camera_clock_offset: Seconds the camera's clock was ahead of the agent's, if known.
        kind: The hazard or progress it was taken for.
        zone: The zone of that.
        box: Where in the picture.
        confidence: Of the finding.
        threshold: Least confidence the model's findings had to have.
        model: What made the finding.
        masked: Whether pixels outside the fence were blackened at the source.
    """

    sha256: Sha256
    site: str
    device: str
    ts: Utc
    purpose: Literal["finding", "daily", "reference"] = "finding"
    clock_offset: float | None = None
    camera_clock_offset: float | None = None
    kind: str = ""
    zone: str | None = None
    box: tuple[Fraction, Fraction, Fraction, Fraction] | None = None
    confidence: float | None = None
    threshold: float | None = None
    model: Model | None = None
    masked: bool = False


class EvidenceHeader(Message, frozen=True, kw_only=True):
    """Goes before an evidence JPEG. ``sha256`` is of the JPEG bytes, taken at the edge.

    Attributes:
        sha256: Of the JPEG bytes.
        media: Always JPEG.
        purpose: As in the statement.
        statement: JSON text of an :class:`EvidenceStatement`, exactly as signed.
        signature: Ed25519 over the UTF-8 bytes of ``statement``, 128 hexadecimal digits.
        key: The public key that verifies it, 64 hexadecimal digits.
    """

    sha256: Sha256
    media: Literal["image/jpeg"] = "image/jpeg"
    purpose: Literal["finding", "daily", "reference"] = "finding"
    statement: Annotated[str, Meta(max_length=4000)] = ""
    signature: Annotated[str, Meta(pattern=r"^([0-9a-f]{128})?(?!\n)$")] = ""
    key: PublicKey = ""


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
