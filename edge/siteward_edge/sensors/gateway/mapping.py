"""From a gateway's message to what its instruments measured, by a mapping. Pure."""

import json
import math
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from jsonpath import CompoundJSONPath, JSONPath
from jsonpath.exceptions import JSONPathError

from siteward_edge.config.gateways import JSONPATH, Mapped, Reading, Stamp
from siteward_edge.sensors.measured import Measured

_NAMESPACE: Final = uuid.UUID("3d0a4d0e-2f4b-5c8e-8a39-6a6f0a4f5b11")


class BadPayloadError(ValueError):
    """A message, or a record of it, cannot be used; ``reason`` is the counter it goes under."""

    def __init__(self, reason: Literal["json", "device", "time", "empty"], text: str) -> None:
        """Keeps the reason beside the text."""
        self.reason = reason
        super().__init__(text)


def subscription(mapped: Mapped) -> str:
    """The MQTT filter of a mapping."""
    return mapped.topic.replace("{device}", "+")


def matches(mapped: Mapped, topic: str) -> bool:
    """Whether a topic is one of a mapping's."""
    return _pattern(mapped.topic).fullmatch(topic) is not None


@lru_cache(maxsize=256)
def _pattern(topic: str) -> re.Pattern[str]:
    levels = {"+": "[^/]*", "{device}": "(?P<device>[^/]*)", "#": ".*"}
    pattern = "/".join(levels.get(level, re.escape(level)) for level in topic.split("/"))
    return re.compile(pattern.replace("/.*", "(?:/.*)?"), re.DOTALL)


def records(payload: bytes, mapped: Mapped) -> list[Any]:
    """The records of a message.

    Raises:
        BadPayloadError: It is no JSON, or holds none.
    """
    try:
        document = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BadPayloadError("json", f"not JSON: {error}") from error
    found = _find(mapped.each, document)
    if not found:
        raise BadPayloadError("empty", f"nothing at {mapped.each}; compare it with the message")
    return found


def measured(
    record: Any, index: int, topic: str, payload: bytes, mapped: Mapped, now: datetime
) -> Measured:
    """What a record says.

    Args:
        record: One of :func:`records`.
        index: Its number among them.
        topic: Of the message.
        payload: Of the message.
        mapped: What it means.
        now: When it arrived.

    Raises:
        BadPayloadError: It is of no device we know, its time is none, or no value is there.
    """
    device = _device(record, topic, mapped)
    ts = now if mapped.time is None else _time(record, mapped.time)
    values: dict[str, float] = {}
    refused: list[str] = []
    for reading in mapped.readings:
        try:
            value = _value(record, reading)
        except ValueError as error:
            refused.append(f"{reading.metric} {error}")
            continue
        if value is not None:
            values[reading.metric] = value
    if not values and not refused:
        paths = ", ".join(reading.path for reading in mapped.readings)
        raise BadPayloadError("empty", f"nothing at {paths}; compare them with the message")
    # Without a time of its own the same text an hour later is another reading.
    name = f"{topic}/{index}/{payload!r}" if mapped.time else None
    return Measured(
        device=device,
        ts=ts,
        values=values,
        refused=tuple(refused),
        live=now - ts < timedelta(seconds=mapped.silent_seconds),
        raw=payload,
        id=str(uuid.uuid5(_NAMESPACE, name)) if name else None,
    )


def _device(record: Any, topic: str, mapped: Mapped) -> str:
    if mapped.device is not None:
        return mapped.device
    if mapped.device_path is not None:
        found = _find(mapped.device_path, record)
        if len(found) != 1 or not isinstance(found[0], str | int):
            raise BadPayloadError("device", f"no name of a device at {mapped.device_path}")
        theirs = str(found[0])
    else:
        match = _pattern(mapped.topic).fullmatch(topic)
        theirs = match["device"] if match else ""
    if theirs not in mapped.devices:
        raise BadPayloadError("device", f"device {theirs!r}; name it under devices")
    return mapped.devices[theirs]


def _time(record: Any, stamp: Stamp) -> datetime:
    found = _find(stamp.path, record)
    if len(found) != 1 or isinstance(found[0], bool) or not isinstance(found[0], str | int | float):
        raise BadPayloadError("time", f"no time at {stamp.path}")
    try:
        if stamp.format == "iso":
            ts = datetime.fromisoformat(str(found[0]))
        elif stamp.format in ("unix", "unix_ms"):
            seconds = float(found[0]) / (1000 if stamp.format == "unix_ms" else 1)
            ts = datetime.fromtimestamp(seconds, UTC)
        else:
            ts = datetime.strptime(str(found[0]), stamp.format)  # noqa: DTZ007 - its zone follows
        if ts.tzinfo is None:
            ts = ts.replace(tzinfo=ZoneInfo(stamp.zone))
        return ts.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadPayloadError("time", f"{found[0]!r} is no {stamp.format} time") from error


def _value(record: Any, reading: Reading) -> float | None:
    """A value in the metric's unit; None where there is none.

    Raises:
        ValueError: It is no number, or none of the values that are mapped.
    """
    found = [value for value in _find(reading.path, record) if value is not None]
    if not found:
        return None
    if len(found) > 1:
        raise ValueError(f"stands {len(found)} times at {reading.path}")
    raw = found[0]
    if reading.values:
        text = json.dumps(raw) if isinstance(raw, bool) else str(raw)
        if text not in reading.values:
            raise ValueError(f"is {text[:40]!r}, which is none of {', '.join(reading.values)}")
        number = reading.values[text]
    elif isinstance(raw, str | int | float):
        try:
            number = float(raw)
        except (ValueError, OverflowError):
            raise ValueError(f"is {str(raw)[:40]!r}, which is no number") from None
    else:
        raise ValueError(f"is a {type(raw).__name__}, which is no number")
    if not math.isfinite(number):
        raise ValueError(f"is {number}, which is no number")
    return number * reading.scale + reading.offset


def _find(path: str, document: Any) -> list[Any]:
    if path == "$":
        return [document]
    try:
        return list(_values(_compiled(path), document))
    except (JSONPathError, RecursionError):
        return []


def _values(path: JSONPath | CompoundJSONPath, document: Any) -> Iterator[Any]:
    # A library for documents: a bare number or text has no parts to look for.
    if isinstance(document, dict | list):
        for match in path.finditer(document):
            yield match.obj


@lru_cache(maxsize=1024)
def _compiled(path: str) -> JSONPath | CompoundJSONPath:
    return JSONPATH.compile(path)
