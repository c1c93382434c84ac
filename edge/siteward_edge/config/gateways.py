"""Third-party gateways that publish JSON over MQTT, and what their messages mean."""

from typing import Annotated
from zoneinfo import ZoneInfo

from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from pydantic import AfterValidator, Field, model_validator

from siteward_edge.config.delivery import Broker
from siteward_edge.config.section import Section, Slug, unique
from siteward_edge.config.sensors import Judged, MetricName

JSONPATH = JSONPathEnvironment(strict=True)
"""RFC 9535 and nothing beyond it, so that a path means the same in every tool."""


def _path(text: str) -> str:
    try:
        JSONPATH.compile(text)
    except JSONPathError as error:
        raise ValueError(f"not a JSONPath: {error}; e.g. $.data.temperature") from error
    return text


JsonPath = Annotated[str, AfterValidator(_path)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}; e.g. Asia/Shanghai") from error
    return name


def _format(text: str) -> str:
    if text not in ("iso", "unix", "unix_ms") and "%" not in text:
        raise ValueError("must be iso, unix, unix_ms or a pattern such as %Y-%m-%d %H:%M:%S")
    return text


class Stamp(Section):
    """Where a message says when its values were taken.

    Attributes:
        path: JSONPath of it.
        format: ``iso``, ``unix`` seconds, ``unix_ms``, or a pattern of ``strptime``.
        zone: Of times that do not say theirs.
    """

    path: JsonPath
    format: Annotated[str, AfterValidator(_format)] = "iso"
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"


class Reading(Section):
    """One value in a message.

    Attributes:
        metric: Our name of it.
        path: JSONPath of it, from the record.
        values: Text or number sent to what it stands for; others are refused.
        scale: Value sent times this, plus ``offset``, is in the metric's unit.
        offset: Added after scaling.
    """

    metric: MetricName
    path: JsonPath
    values: dict[str, float] = Field(default_factory=dict)
    scale: float = 1.0
    offset: float = 0.0


def _filter(topic: str) -> str:
    levels = topic.split("/")
    if "#" in topic and (levels[-1] != "#" or topic.count("#") > 1):
        raise ValueError("# stands only at the end, as a level of its own")
    if any("+" in level and level != "+" for level in levels):
        raise ValueError("+ stands for a whole level")
    if any("{" in level and level != "{device}" for level in levels):
        raise ValueError("{device} is the only placeholder and stands for a whole level")
    if levels.count("{device}") > 1:
        raise ValueError("{device} may stand once")
    return topic


class Mapped(Judged):
    """What the messages under one topic mean.

    Attributes:
        topic: MQTT topic, with ``+`` and ``#``; the level ``{device}`` says whose it is.
        device: Whose the readings are, where all are one device's.
        devices: Their name of a device to ours, for ``{device}`` or ``device_path``.
        device_path: JSONPath of their name of the device, from the record.
        each: JSONPath of the records of a message; the whole message unless said.
        time: When the values were taken; when they arrived unless said.
        readings: Its values. A record may lack some of them, not all.
    """

    topic: Annotated[str, Field(min_length=1), AfterValidator(_filter)]
    device: Slug | None = None
    devices: dict[str, Slug] = Field(default_factory=dict)
    device_path: JsonPath | None = None
    each: JsonPath = "$"
    time: Stamp | None = None
    readings: Annotated[list[Reading], AfterValidator(unique("metric", lambda r: r.metric))] = (
        Field(min_length=1)
    )

    @model_validator(mode="after")
    def _whose(self) -> "Mapped":
        by_topic, by_path = "{device}" in self.topic, self.device_path is not None
        if [by_topic, by_path, self.device is not None].count(True) != 1:
            raise ValueError("say whose the readings are: device, {device} in topic or device_path")
        if (by_topic or by_path) != bool(self.devices):
            raise ValueError("devices must give our name for each of theirs, e.g. {A-17: pit-1}")
        return self

    @property
    def names(self) -> list[str]:
        """Every device its messages may speak of."""
        return [self.device] if self.device else list(dict.fromkeys(self.devices.values()))


class Gateway(Section):
    """A third party's messages on a broker.

    Attributes:
        name: For logs, counts and the list of refused messages.
        url: Its broker; the platform's unless said.
        messages: What its topics mean.
    """

    name: Slug
    url: Broker | None = None
    messages: list[Mapped] = Field(min_length=1)
