"""The shape of a rule's test file."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from siteward_contracts.clock import SHANGHAI
from siteward_rules.findings import Action, FindingSeverity
from siteward_rules.language.spec import NAME, OverrideSpec, PlaceSpec, Severity, Strict

_PART: Final = re.compile(r"(\d+)([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_TOKEN: Final = re.compile(
    r"(?P<start>_|-?\d+(?:\.\d+)?)(?P<step>[+-]\d+(?:\.\d+)?)?(?:x(?P<times>\d+))?"
)


def _offset(text: object) -> object:
    if text in (0, "0"):
        return timedelta(0)
    if not isinstance(text, str) or not re.fullmatch(r"(\d+[smhd])+", text):
        raise ValueError(f"{text!r} is not a time from the start; write 0, 20m or 1h30m")
    return timedelta(seconds=sum(int(n) * _SECONDS[u] for n, u in _PART.findall(text)))


def _start(value: object) -> object:
    """A time without an offset is one in Asia/Shanghai."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(at, datetime) and at.tzinfo is None:
        return at.replace(tzinfo=SHANGHAI)
    return at


def _values(text: object) -> object:
    """``58x20`` is twenty times 58, ``55+1x5`` is 55 to 59, ``_`` is no reading."""
    values: list[float | None] = []
    for token in str(text).split():
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise ValueError(f"{token!r} is not a value; write 58, 58x20, 55+1x5 or _")
        step, times = float(match["step"] or 0), int(match["times"] or 1)
        if match["start"] == "_":
            values += [None] * times
        else:
            values += [float(match["start"]) + step * n for n in range(times)]
    return values


Offset = Annotated[timedelta, BeforeValidator(_offset)]
Start = Annotated[datetime, BeforeValidator(_start)]


class SeriesGiven(Strict):
    """Readings of a metric or values of a daily fact, one each ``every``, from ``at`` on."""

    metric: str | None = None
    fact: str | None = None
    device: str = "device"
    at: Offset = timedelta(0)
    every: Offset = timedelta(minutes=1)
    values: Annotated[list[float | None], BeforeValidator(_values)]

    @model_validator(mode="after")
    def _one(self) -> "SeriesGiven":
        if (self.metric is None) == (self.fact is None):
            raise ValueError("give exactly one of metric and fact")
        return self


class DetectionGiven(Strict):
    """An incident a camera reports."""

    detection: str
    device: str = "camera"
    zone: str | None = None
    confidence: float = Field(default=0.9, ge=0, le=1)
    begin: Offset
    end: Offset | None = None


class PermitGiven(Strict):
    """A permit of the project, valid from an instant until another."""

    permit: str = Field(pattern=NAME)
    begin: Offset = timedelta(0)
    end: Offset


class AlertExpected(Strict):
    """An alert, begun and ended at these times; without an end it goes on."""

    begin: Offset
    end: Offset | None = None
    severity: Severity | None = None
    value: float | None = None
    device: str | None = None
    zone: str | None = None


class FindingExpected(Strict):
    """A finding of the fund rule."""

    severity: FindingSeverity | None = None
    action: Action | None = None
    numbers: dict[str, str] = Field(default_factory=dict)


class StreamTest(Strict):
    """A rule over readings or detections, and what it should make of them."""

    name: str = Field(min_length=3)
    start: Start
    given: list[SeriesGiven | DetectionGiven | PermitGiven] = Field(min_length=1)
    until: Offset | None = None
    place: PlaceSpec | None = None
    overrides: list[OverrideSpec] = Field(default_factory=list)
    expect: list[AlertExpected]
    abstains: bool = False


class FundTest(Strict):
    """A fund rule on a project and a claim; what is not said is as in ``project.yaml``."""

    name: str = Field(min_length=3)
    facts: dict[str, Any] = Field(default_factory=dict)
    claim: dict[str, Any] = Field(default_factory=dict)
    expect: FindingExpected | Literal["nothing"]


class StreamTestFile(Strict):
    """Tests of one stream rule."""

    rule: str = Field(pattern=r"^SR-")
    tests: list[StreamTest] = Field(min_length=1)


class FundTestFile(Strict):
    """Tests of one fund rule."""

    rule: str = Field(pattern=r"^FR-")
    tests: list[FundTest] = Field(min_length=1)
