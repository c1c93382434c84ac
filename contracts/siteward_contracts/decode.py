"""From bytes on a topic to a message, or to a refusal that says why."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from siteward_contracts.catalog import HAZARDS, METRICS
from siteward_contracts.framing import unpack
from siteward_contracts.messages import (
    Command,
    Detection,
    EvidenceHeader,
    FrameHeader,
    Message,
    Progress,
    Sample,
    Status,
    Telemetry,
)
from siteward_contracts.topics import BadTopicError, Kind, Topic, parse_topic

MAX_PAYLOAD: Final = 4 * 1024 * 1024
"""Bytes; a 1080p JPEG at quality 90 stays under a quarter of it."""
MAX_FUTURE: Final = timedelta(minutes=5)
"""An edge clock may run this far ahead before its stamps are not believed."""
MAX_AGE: Final = timedelta(days=400)
"""A year of replay and some; older stamps come from a clock that lost its battery."""


class Reason(StrEnum):
    """Why a message or a reading was refused; the label of the quarantine counters."""

    BAD_TOPIC = "bad_topic"
    TOO_LARGE = "too_large"
    BAD_JSON = "bad_json"
    BAD_SHAPE = "bad_shape"
    FUTURE = "future"
    ANCIENT = "ancient"
    UNKNOWN_METRIC = "unknown_metric"
    UNKNOWN_HAZARD = "unknown_hazard"
    IMPLAUSIBLE = "implausible"
    NO_READINGS = "no_readings"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. ``detail`` names the field, the value and the remedy."""

    reason: Reason
    detail: str


class RefusedError(ValueError):
    """The whole message is unusable."""

    def __init__(self, problem: Problem) -> None:
        """Keeps the problem for the quarantine record."""
        self.problem = problem
        super().__init__(f"{problem.reason}: {problem.detail}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message with where it came from.

    Attributes:
        topic: Where it came from and what it is.
        message: The decoded message; of telemetry only the readings that are usable.
        body: Picture bytes of evidence and frames.
        problems: Readings left out, so that the caller can quarantine the original too.
    """

    topic: Topic
    message: Message
    body: bytes = b""
    problems: list[Problem] = field(default_factory=list)


_DECODERS: Final[dict[Kind, msgspec.json.Decoder[Message]]] = {
    Kind.TELEMETRY: msgspec.json.Decoder(Telemetry),
    Kind.DETECTION: msgspec.json.Decoder(Detection),
    Kind.PROGRESS: msgspec.json.Decoder(Progress),
    Kind.STATUS: msgspec.json.Decoder(Status),
    Kind.COMMAND: msgspec.json.Decoder(Command),
}


def decode(topic: str, payload: bytes, now: datetime) -> Envelope:
    """Decodes and checks one message.

    Args:
        topic: The MQTT topic.
        payload: The MQTT payload.
        now: The receiver's clock; decides what is future and what is ancient.

    Raises:
        RefusedError: The message as a whole cannot be used.
    """
    if len(payload) > MAX_PAYLOAD:
        detail = f"{len(payload)} bytes; at most {MAX_PAYLOAD} are read"
        raise RefusedError(Problem(Reason.TOO_LARGE, detail))
    try:
        where = parse_topic(topic)
    except BadTopicError as error:
        raise RefusedError(Problem(Reason.BAD_TOPIC, str(error))) from error
    message, body = _parse(where.kind, payload)
    _check_time("ts", message.ts, now)
    if isinstance(message, Telemetry):
        return _check_telemetry(where, message, now)
    if isinstance(message, Detection) and message.kind not in HAZARDS:
        detail = f"kind {message.kind!r} is not in the hazard catalogue"
        raise RefusedError(Problem(Reason.UNKNOWN_HAZARD, detail))
    return Envelope(where, message, body)


def _parse(kind: Kind, payload: bytes) -> tuple[Message, bytes]:
    try:
        if kind is Kind.EVIDENCE:
            return unpack(payload, EvidenceHeader)
        if kind is Kind.FRAME:
            return unpack(payload, FrameHeader)
        return _DECODERS[kind].decode(payload), b""
    except msgspec.ValidationError as error:
        raise RefusedError(Problem(Reason.BAD_SHAPE, str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedError(Problem(Reason.BAD_JSON, str(error))) from error


def _check_time(name: str, ts: datetime, now: datetime) -> None:
    if ts > now + MAX_FUTURE:
        detail = f"{name} {ts.isoformat()} is ahead of {now.isoformat()}; set the device's clock"
        raise RefusedError(Problem(Reason.FUTURE, detail))
    if ts < now - MAX_AGE:
        detail = f"{name} {ts.isoformat()} is over {MAX_AGE.days} days old; set the device's clock"
        raise RefusedError(Problem(Reason.ANCIENT, detail))


def _check_telemetry(where: Topic, message: Telemetry, now: datetime) -> Envelope:
    problems: list[Problem] = []
    samples: list[Sample] = []
    for index, sample in enumerate(message.samples):
        try:
            _check_time(f"samples[{index}].ts", sample.ts, now)
        except RefusedError as error:
            problems.append(error.problem)
            continue
        bad = [p for name, value in sample.readings.items() if (p := _reading(name, value))]
        if not bad:
            samples.append(sample)
            continue
        problems += bad
        good = {n: v for n, v in sample.readings.items() if _reading(n, v) is None}
        if good:
            samples.append(msgspec.structs.replace(sample, readings=good))
    if not any(sample.readings for sample in samples):
        raise RefusedError(
            problems[0] if problems else Problem(Reason.NO_READINGS, "samples hold no readings")
        )
    if problems:
        message = msgspec.structs.replace(message, samples=samples)
    return Envelope(where, message, b"", problems)


def _reading(name: str, value: float) -> Problem | None:
    metric = METRICS.get(name)
    if metric is None:
        return Problem(Reason.UNKNOWN_METRIC, f"{name!r} is not in the metric catalogue")
    if not metric.low <= value <= metric.high:
        detail = (
            f"{name} {value} is outside {metric.low} to {metric.high} {metric.unit}; "
            "check the device's unit and wiring"
        )
        return Problem(Reason.IMPLAUSIBLE, detail)
    return None
