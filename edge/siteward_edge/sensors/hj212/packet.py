"""HJ 212 packets of dust and noise boxes: a lenient reader and a strict writer. Pure.

Field widths, codes and checksums follow the project's domain reference, section 3.7
(HJ 212-2005, -2017 and -2025 differ for us only in the version bits of Flag).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from siteward_contracts.catalog import METRICS
from siteward_contracts.clock import SHANGHAI

CrcMode = Literal["hj212", "modbus", "either"]

MAX_SEGMENT: Final = 9999
"""Four digits can say no more; the standard's own limit of 1024 is broken by many boxes."""
REAL_TIME: Final = 2011
HEARTBEAT: Final = 9015
NOTICE_ACK: Final = 9013
DATA_ACK: Final = 9014

USUAL_FACTORS: Final[Mapping[str, str]] = {
    "a34001": "tsp",
    "a34002": "pm10",
    "a34004": "pm25",
    "a01001": "temperature",
    "a01002": "humidity",
    "a01006": "pressure",
    "a01007": "wind_speed",
    "a01008": "wind_direction",
    "LA": "noise_laeq",
    "Leq": "noise_laeq",
    "TSP": "tsp",
    "PM10": "pm10",
    "PM25": "pm25",
    "TEM": "temperature",
    "RH": "humidity",
    "WS": "wind_speed",
    "WD": "wind_direction",
    "NOIS": "noise_laeq",
}
"""Factor code to metric, old keys included; values are in the metric's unit."""


class BadPacketError(ValueError):
    """A packet cannot be used; ``reason`` is the counter it goes under."""

    def __init__(self, reason: Literal["length", "crc", "shape", "unknown_mn"], text: str) -> None:
        """Keeps the reason beside the text."""
        self.reason = reason
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Framed:
    """A data segment cut out of the stream with the checksum it claims."""

    segment: bytes
    crc: str


@dataclass(frozen=True, slots=True)
class Packet:
    """What a data segment says.

    Attributes:
        qn: Request id, empty where the box omits it.
        st: System code, e.g. 39 for site dust.
        cn: Command code, e.g. 2011 for real-time data.
        pw: Password.
        mn: Device id.
        flag: Version and request bits; bit 0 asks for an acknowledgement.
        data: Factor to its items, e.g. ``{"LA": {"Rtd": "57.9", "Flag": "N"}}``.
        time: When the data was taken, if said.
    """

    qn: str
    st: str
    cn: int
    pw: str
    mn: str
    flag: int
    data: dict[str, dict[str, str]]
    time: datetime | None

    @property
    def wants_ack(self) -> bool:
        """Whether bit A of Flag is set."""
        return bool(self.flag & 1)


def crc_hj212(segment: bytes) -> str:
    """The standard's checksum: the byte meets the register after it was shifted."""
    register = 0xFFFF
    for byte in segment:
        register = _eight_steps((register >> 8) ^ byte)
    return f"{register:04X}"


def crc_modbus(segment: bytes) -> str:
    """What boxes compute whose makers took the polynomial for Modbus."""
    register = 0xFFFF
    for byte in segment:
        register = _eight_steps(register ^ byte)
    return f"{register:04X}"


def _eight_steps(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


def cut(buffer: bytes) -> tuple[list[Framed | bytes], bytes]:
    """Cuts a TCP stream into packets.

    Returns:
        What is complete, in order: packets, and runs of bytes that are no packet; and the
        rest, to be put before what comes next. A missing CR LF is forgiven.
    """
    done: list[Framed | bytes] = []
    while buffer:
        start = buffer.find(b"##")
        if start < 0:
            keep = len(buffer) - 1 if buffer.endswith(b"#") else len(buffer)
            _add_junk(done, buffer[:keep])
            return done, buffer[keep:]
        _add_junk(done, buffer[:start])
        buffer = buffer[start:]
        if len(buffer) < 6:
            return done, buffer
        if not buffer[2:6].isdigit():
            _add_junk(done, buffer[:2])
            buffer = buffer[2:]
            continue
        end = 6 + int(buffer[2:6])
        if (wrong := _next_start(buffer, end)) is not None:
            _add_junk(done, buffer[:wrong])
            buffer = buffer[wrong:]
            continue
        if len(buffer) < end + 4:
            return done, buffer
        done.append(Framed(buffer[6:end], buffer[end : end + 4].decode("ascii", "replace")))
        buffer = buffer[end + 4 :]
    return done, b""


def _next_start(buffer: bytes, end: int) -> int | None:
    """Where another packet begins inside this one: its length was wrong."""
    inside = buffer.find(b"\r\n##", 6, end + 4)
    return inside + 2 if inside >= 0 else None


def _add_junk(done: list[Framed | bytes], junk: bytes) -> None:
    if junk.strip(b"\r\n"):
        done.append(junk)


def crc_matches(framed: Framed, mode: CrcMode) -> Literal["hj212", "modbus"] | None:
    """Which checksum a packet carries, of those allowed; lower case is forgiven."""
    claimed = framed.crc.upper()
    if mode != "modbus" and claimed == crc_hj212(framed.segment):
        return "hj212"
    if mode != "hj212" and claimed == crc_modbus(framed.segment):
        return "modbus"
    return None


_SHAPE: Final = re.compile(r"^(?P<fields>.*?);?CP=&&(?P<cp>.*)&&$", re.DOTALL)


def parse(segment: bytes) -> Packet:
    """Reads a data segment whose checksum was right.

    Raises:
        BadPacketError: It lacks CP, MN or CN, or one of them is no number or time.
    """
    try:
        shape = _SHAPE.match(segment.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadPacketError("shape", f"neither ASCII nor UTF-8: {error}") from error
    if shape is None:
        raise BadPacketError("shape", "no CP=&&…&& at the end of the data segment")
    fields = dict(item.split("=", 1) for item in shape["fields"].split(";") if "=" in item)
    data: dict[str, dict[str, str]] = {}
    taken = None
    for item in re.split("[;,]", shape["cp"]):
        key, equals, value = item.partition("=")
        if key == "DataTime":
            taken = _time(value)
        elif equals:
            factor, _, aspect = key.rpartition("-")
            data.setdefault(factor or aspect, {})[aspect if factor else ""] = value
    try:
        return Packet(
            qn=fields.get("QN", ""),
            st=fields.get("ST", ""),
            cn=int(fields["CN"]),
            pw=fields.get("PW", ""),
            mn=fields["MN"],
            flag=int(fields.get("Flag", "0")),
            data=data,
            time=taken,
        )
    except KeyError as error:
        raise BadPacketError("shape", f"{error.args[0]} is missing") from error
    except ValueError as error:
        raise BadPacketError("shape", f"CN and Flag must be numbers: {error}") from error


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise BadPacketError("shape", f"DataTime {text!r} is not YYYYMMDDhhmmss") from error


@dataclass(frozen=True, slots=True)
class Readings:
    """What a real-time packet measured, in the catalogue's metrics and units.

    Attributes:
        values: Plausible values by metric.
        flags: Data flag by metric where it is not N (normal).
        refused: What was left out and why, one line each.
    """

    values: dict[str, float]
    flags: dict[str, str]
    refused: list[str]


def readings(packet: Packet, factors: Mapping[str, tuple[str, float]]) -> Readings:
    """Turns factors into metrics.

    Args:
        packet: A packet with ``-Rtd`` values.
        factors: Factor to metric and scale, before :data:`USUAL_FACTORS`.
    """
    found = Readings({}, {}, [])
    for factor, items in packet.data.items():
        name, scale = factors.get(factor, (USUAL_FACTORS.get(factor, ""), 1.0))
        if not name or "Rtd" not in items:
            continue
        flag = items.get("Flag", "N") or "N"
        if flag != "N":
            found.flags[name] = flag
        metric = METRICS[name]
        try:
            value = float(items["Rtd"]) * scale
        except ValueError:
            found.refused.append(f"{factor}-Rtd={items['Rtd']!r} is not a number")
            continue
        if metric.low <= value <= metric.high:
            found.values[name] = value
        elif flag == "N":  # a faulty sensor is expected to send nonsense
            found.refused.append(
                f"{factor} gives {name} {value:g}, outside {metric.low:g} to {metric.high:g} "
                f"{metric.unit}; set its scale under units (ng/m³ is 0.001, mg/m³ is 1000)"
            )
    return found


def write(segment: bytes, mode: Literal["hj212", "modbus"] = "hj212") -> bytes:
    """Frames a data segment: length, checksum, CR LF."""
    crc = crc_hj212(segment) if mode == "hj212" else crc_modbus(segment)
    return b"##%04d%s%s\r\n" % (len(segment), segment, crc.encode())


def reply(packet: Packet, mode: Literal["hj212", "modbus"] = "hj212") -> bytes:
    """The acknowledgement of a packet, in the version it came in."""
    cn = NOTICE_ACK if packet.cn == HEARTBEAT else DATA_ACK
    qn = f"QN={packet.qn};" if packet.qn else ""
    text = f"{qn}ST=91;CN={cn};PW={packet.pw};MN={packet.mn};Flag={packet.flag & ~3};CP=&&&&"
    return write(text.encode(), mode)
