"""From bytes on a topic to a message, or to a refusal that says why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

import msgspec

from siteward_contracts.catalog import HAZARDS, METRICS
from siteward_contracts.framing import unpack
from siteward_contracts.messages import (
    AgentConfig,
    Command,
    Detection,
    EvidenceHeader,
    FrameHeader,
    Message,
    Progress,
    Sample,
    Statistic,
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


class Envelope(msgspec.Struct, frozen=True):
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
    problems: list[Problem] = []


_DECODERS: Final[dict[Kind, msgspec.json.Decoder[Message]]] = {
    Kind.TELEMETRY: msgspec.json.Decoder(Telemetry),
    Kind.DETECTION: msgspec.json.Decoder(Detection),
    Kind.PROGRESS: msgspec.json.Decoder(Progress),
    Kind.STATUS: msgspec.json.Decoder(Status),
    Kind.COMMAND: msgspec.json.Decoder(Command),
    Kind.CONFIG: msgspec.json.Decoder(AgentConfig),
}

_BOUNDS: Final = {metric.name: (metric.low, metric.high) for metric in METRICS.values()}
_NO_BOUNDS: Final = (1.0, 0.0)
_topic: Final = lru_cache(maxsize=16_384)(parse_topic)  # a device says the same one every time


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
        where = _topic(topic)
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
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(Problem(Reason.BAD_JSON, str(error))) from error


def _check_time(name: str, ts: datetime, now: datetime) -> None:
    if ts > now + MAX_FUTURE:
        detail = f"{name} {ts.isoformat()} is ahead of {now.isoformat()}; set the device's clock"
        raise RefusedError(Problem(Reason.FUTURE, detail))
    if ts < now - MAX_AGE:
        detail = f"{name} {ts.isoformat()} is over {MAX_AGE.days} days old; set the device's clock"
        raise RefusedError(Problem(Reason.ANCIENT, detail))


def _check_telemetry(where: Topic, message: Telemetry, now: datetime) -> Envelope:
    if _is_sound(message, now - MAX_AGE, now + MAX_FUTURE):
        return Envelope(where, message)
    problems: list[Problem] = []
    samples: list[Sample] = []
    for index, sample in enumerate(message.samples):
        try:
            _check_time(f"samples[{index}].ts", sample.ts, now)
        except RefusedError as error:
            problems.append(error.problem)
            continue
        # What the device itself says is wrong is not judged again; a faulty sensor reads anything.
        judged = {n: v for n, v in sample.readings.items() if n not in sample.flags}
        bad = {n: p for n, v in judged.items() if (p := _reading(n, v))}
        problems += bad.values()
        good = {n: v for n, v in sample.readings.items() if n not in bad}
        statistics = {}
        for name, statistic in sample.statistics.items():
            wrong = _statistic(name, statistic)
            if wrong:
                problems.append(wrong)
            else:
                statistics[name] = statistic
        if good or statistics:
            kept = msgspec.structs.replace(sample, readings=good, statistics=statistics)
            samples.append(kept)
    if not samples:
        raise RefusedError(
            problems[0] if problems else Problem(Reason.NO_READINGS, "samples hold no readings")
        )
    return Envelope(where, msgspec.structs.replace(message, samples=samples), b"", problems)


def _is_sound(message: Telemetry, earliest: datetime, latest: datetime) -> bool:
    """Whether nothing has to be left out; the path of nearly every message, so kept short."""
    for sample in message.samples:
        if not earliest <= sample.ts <= latest or not sample.readings or sample.statistics:
            return False
        for name, value in sample.readings.items():
            low, high = _BOUNDS.get(name, _NO_BOUNDS)
            if not low <= value <= high:
                return False
    return True


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


def _statistic(name: str, statistic: Statistic) -> Problem | None:
    """A total has no bounds: it grows with its period."""
    for value in (statistic.avg, statistic.min, statistic.max):
        if value is not None and (problem := _reading(name, value)):
            return problem
    return None if name in METRICS else _reading(name, 0)
