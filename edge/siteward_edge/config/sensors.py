"""Instruments: what is read from them and what their values mean."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from siteward_contracts.catalog import METRICS
from siteward_edge.config.section import Section, Slug, unique


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
