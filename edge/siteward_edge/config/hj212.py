"""Dust and noise boxes that connect to the agent and speak HJ 212."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from siteward_edge.config.section import Section, Slug, unique
from siteward_edge.config.sensors import Judged, MetricName

Edition = Literal["2005", "2017", "2025"]


class FactorMap(Section):
    """What one HJ 212 factor means.

    Attributes:
        metric: Our name of it.
        scale: Value sent times this is in the metric's unit, e.g. 0.001 for ng to µg.
        offset: Added after scaling.
    """

    metric: MetricName
    scale: float = Field(default=1.0, gt=0)
    offset: float = 0.0


def _sm4_key(text: str) -> str:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 16:
        raise ValueError("must be 32 hexadecimal digits (128 bits)")
    return text


class Hj212Device(Judged):
    """A dust and noise box.

    Attributes:
        mn: The device id it sends.
        device: Its name in topics.
        crc: Which checksum it computes; ``either`` logs which one it turned out to be.
        edition: Of the standard it follows; else what the Flag of each packet says.
        password: PW it must send; not looked at when absent.
        sm4_key: Key of its encrypted data (2025 edition), 32 hexadecimal digits.
        readings: What its readings are: real-time values, or the means of minutes or hours
            where it sends no others.
        units: Factor code to metric and scale, over the usual codes.
    """

    mn: str = Field(min_length=1, max_length=24)
    device: Slug
    crc: Literal["hj212", "modbus", "either"] = "hj212"
    edition: Edition | None = None
    password: str | None = Field(default=None, max_length=9)
    sm4_key: Annotated[str, AfterValidator(_sm4_key)] | None = None
    readings: Literal["real_time", "minute", "hour"] = "real_time"
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
