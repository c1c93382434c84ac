"""The agent's configuration file: what it opens, what it looks for and where it sends it.

Every mistake is reported at once with its line; nothing is repaired silently and nothing
is opened while checking.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from siteward_contracts.catalog import METRICS
from siteward_contracts.config_file import (
    ConfigError,
    ConfigProblem,
    Document,
    read,
    validate,
)
from siteward_edge.camera_config import Camera, Section, Slug, unique


def _metric(name: str) -> str:
    if name not in METRICS:
        raise ValueError(f"no such metric; known: {', '.join(METRICS)}")
    return name


MetricName = Annotated[str, AfterValidator(_metric)]


class FactorMap(Section):
    """What one HJ 212 factor means.

    Attributes:
        metric: Our name of it.
        scale: Value sent times this is in the metric's unit, e.g. 0.001 for ng to µg.
    """

    metric: MetricName
    scale: float = Field(default=1.0, gt=0)


class Hj212Device(Section):
    """A dust and noise box.

    Attributes:
        mn: The device id it sends.
        device: Its name in topics.
        crc: Which checksum it computes.
        units: Factor code to metric and scale, over the usual codes.
    """

    mn: str = Field(min_length=1, max_length=24)
    device: Slug
    crc: Literal["hj212", "modbus", "either"] = "hj212"
    units: dict[str, FactorMap] = Field(default_factory=dict)


def _listen(address: str) -> str:
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError('must be "host:port", e.g. "0.0.0.0:9212"')
    return address


class Hj212(Section):
    """The server HJ 212 boxes connect to."""

    listen: Annotated[str, AfterValidator(_listen)]
    devices: Annotated[list[Hj212Device], AfterValidator(unique("MN", lambda d: d.mn))] = Field(
        min_length=1
    )

    @property
    def host(self) -> str:
        """The address to bind."""
        return self.listen.rpartition(":")[0]

    @property
    def port(self) -> int:
        """The port to bind; 0 lets the system choose."""
        return int(self.listen.rpartition(":")[2])


class Register(Section):
    """One value in a Modbus device.

    Attributes:
        metric: Our name of it.
        address: Zero-based holding register; 32-bit values take two, high word first.
        type: How it is coded.
        scale: Value read times this is in the metric's unit.
    """

    metric: MetricName
    address: int = Field(ge=0, le=65535)
    type: Literal["u16", "i16", "u32", "i32", "f32"] = "u16"
    scale: float = 1.0


class ModbusDevice(Section):
    """A Modbus TCP instrument polled at fixed intervals."""

    device: Slug
    host: str
    port: int = Field(default=502, ge=1, le=65535)
    unit: int = Field(default=1, ge=0, le=247)
    every_seconds: float = Field(default=5, gt=0)
    registers: Annotated[list[Register], AfterValidator(unique("metric", lambda r: r.metric))] = (
        Field(min_length=1)
    )


class OutboxFile(Section):
    """Where messages wait until the broker has them.

    Attributes:
        path: SQLite file, on a disk that outlives the process.
        max_bytes: Payload bytes kept; beyond it telemetry is thinned, oldest first.
    """

    path: Path
    max_bytes: int = Field(default=2_000_000_000, ge=100_000)


def _broker(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError("must be mqtt://host:port or mqtts://host:port")
    return url


class EdgeConfig(Section):
    """One site's agent."""

    site: Slug
    agent: Slug = "agent"
    mqtt: Annotated[str, AfterValidator(_broker)]
    outbox: OutboxFile
    cameras: list[Camera] = Field(default_factory=list)
    hj212: Hj212 | None = None
    modbus: list[ModbusDevice] = Field(default_factory=list)
    status_seconds: float = Field(default=10, gt=0)


def load_config(file: Path) -> EdgeConfig:
    """Reads and checks the agent's file.

    Raises:
        ConfigError: With every problem found, each with file, line, field and remedy.
    """
    document = read(file)
    problems = list(_devices_said_twice(document))
    try:
        config = validate(document, EdgeConfig)
    except ConfigError as error:
        raise ConfigError(problems + error.problems) from error
    if problems:
        raise ConfigError(problems)
    return config


def _devices_said_twice(document: Document) -> Iterable[ConfigProblem]:
    first: dict[str, int] = {}
    for path, name in _device_names(document.value):
        if name in first:
            message = f"device {name!r} is already used on line {first[name]}"
            yield document.problem(path, message, "give each device its own name")
        else:
            first[name] = document.line(path)


def _device_names(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, str]]:
    """Every ``agent`` and ``device`` of a file that may be wrong elsewhere."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key in ("device", "agent") and isinstance(child, str):
                yield (*path, key), child
            else:
                yield from _device_names(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _device_names(child, (*path, index))
