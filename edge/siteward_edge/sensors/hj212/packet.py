"""What an HJ 212 data segment says: a lenient reader and a strict writer. Pure.

Field widths and codes follow the project's domain reference, section 3.7. The editions of
2005, 2017 and 2025 are told apart by the version bits of Flag.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from siteward_contracts.clock import SHANGHAI
from siteward_edge.config.hj212 import Edition
from siteward_edge.sensors.hj212.framing import CrcForm, write

Reason = Literal[
    "length", "crc", "shape", "unknown_mn", "password", "encrypted", "incomplete", "implausible"
]

REAL_TIME: Final = 2011
STATE: Final = 2021
PERIODS: Final[dict[int, Literal["minute", "hour", "day"]]] = {
    2051: "minute",
    2061: "hour",
    2031: "day",
}
HEARTBEAT: Final = 9015
NOTICE_ACK: Final = 9013
DATA_ACK: Final = 9014
ANSWERS: Final = range(9011, 9015)
"""Themselves answers, which nobody answers."""
COMMANDS: Final[dict[int, str]] = {
    1011: "device time",
    1062: "set real-time interval",
    REAL_TIME: "real-time data",
    STATE: "device state",
    2031: "daily data",
    2051: "minute data",
    2061: "hourly data",
    2081: "start of the box",
    3020: "device information",
    9011: "answer to a request",
    9012: "result of a request",
    NOTICE_ACK: "answer to a notice",
    DATA_ACK: "answer to data",
    HEARTBEAT: "heartbeat",
}
_EDITIONS: Final[tuple[Edition, ...]] = ("2005", "2017", "2025")
_PW_WIDTH: Final[dict[Edition, int]] = {"2005": 6, "2017": 9, "2025": 9}


class BadPacketError(ValueError):
    """A packet cannot be used; ``reason`` is the counter it goes under."""

    def __init__(self, reason: Reason, text: str) -> None:
        """Keeps the reason beside the text."""
        self.reason = reason
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Packet:
    """A data segment; of a split message one part.

    Attributes:
        qn: Request id, the time of sending to the millisecond; empty where the box omits it.
        st: System code, e.g. 39 for site dust.
        cn: Command code, e.g. 2011 for real-time data.
        pw: Password.
        mn: Device id.
        flag: Bits V5 to V0 (edition), D (split), A (asks for an acknowledgement).
        pnum: Parts of the message, 1 when it is not split.
        pno: Which one this is, from 1.
        again: Whether it was measured earlier and is sent now (RF=1).
        cp: The data region.
    """

    qn: str
    st: str
    cn: int
    pw: str
    mn: str
    flag: int
    cp: str
    pnum: int = 1
    pno: int = 1
    again: bool = False

    @property
    def wants_ack(self) -> bool:
        """Whether bit A of Flag is set."""
        return bool(self.flag & 1)

    @property
    def edition(self) -> Edition | None:
        """What the version bits say; None for a version we do not know."""
        version = self.flag >> 2
        return _EDITIONS[version] if version < len(_EDITIONS) else None

    @property
    def sent(self) -> datetime | None:
        """When it was sent, if QN tells."""
        try:
            return datetime.strptime(self.qn + "000", "%Y%m%d%H%M%S%f").replace(tzinfo=SHANGHAI)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a data region says.

    Attributes:
        data: Factor to its items, e.g. ``{"LA": {"Rtd": "57.9", "Flag": "N"}}``.
        time: When the data was taken, if said.
    """

    data: dict[str, dict[str, str]]
    time: datetime | None


_SHAPE: Final = re.compile(r"^(?P<fields>.*?);?CP=&&(?P<cp>.*)&&;?$", re.DOTALL)


def parse(segment: bytes) -> Packet:
    """Reads a data segment whose checksum was right.

    Raises:
        BadPacketError: It lacks CP, MN or CN, or a number is none.
    """
    try:
        shape = _SHAPE.match(segment.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadPacketError("shape", f"neither ASCII nor UTF-8: {error}") from error
    if shape is None:
        raise BadPacketError("shape", "no CP=&&…&& at the end of the data segment")
    fields = dict(item.split("=", 1) for item in shape["fields"].split(";") if "=" in item)
    if missing := [name for name in ("CN", "MN") if not fields.get(name)]:
        raise BadPacketError("shape", f"{missing[0]} is missing")
    flag = _number(fields, "Flag", 0)
    split = bool(flag & 2) or "PNUM" in fields
    packet = Packet(
        qn=fields.get("QN", ""),
        st=fields.get("ST", ""),
        cn=_number(fields, "CN", 0),
        pw=fields.get("PW", ""),
        mn=fields["MN"],
        flag=flag,
        cp=shape["cp"],
        pnum=_number(fields, "PNUM", 1) if split else 1,
        pno=_number(fields, "PNO", 1) if split else 1,
        again=fields.get("RF") == "1",
    )
    if not 1 <= packet.pno <= packet.pnum:
        raise BadPacketError("shape", f"part PNO={packet.pno} of PNUM={packet.pnum}")
    return packet


def _number(fields: dict[str, str], name: str, default: int) -> int:
    text = fields.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadPacketError("shape", f"{name}={text!r} must be a number")
    return int(text)


def contents(cp: str) -> Contents:
    """Reads a data region.

    Raises:
        BadPacketError: DataTime is no time.
    """
    data: dict[str, dict[str, str]] = {}
    taken = None
    for item in re.split("[;,]", cp):
        key, equals, value = item.strip().partition("=")
        if key == "DataTime":
            taken = _time(value)
        elif equals:
            factor, _, aspect = key.rpartition("-")
            data.setdefault(factor or aspect, {})[aspect if factor else ""] = value
    return Contents(data, taken)


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise BadPacketError("shape", f"DataTime {text!r} is not YYYYMMDDhhmmss") from error


def reply(packet: Packet, form: CrcForm = "hj212", edition: Edition | None = None) -> bytes | None:
    """The acknowledgement of a packet, None where it asks for none.

    Heartbeats are answered whether they ask or not: a box that hears nothing hangs up.

    Args:
        packet: What to answer.
        form: Of the checksum; the box's own.
        edition: In whose words; the packet's unless said.
    """
    if packet.cn in ANSWERS or not (packet.wants_ack or packet.cn == HEARTBEAT):
        return None
    cn = DATA_ACK if 2000 <= packet.cn < 3000 else NOTICE_ACK
    edition = edition or packet.edition
    version = _EDITIONS.index(edition) if edition else packet.flag >> 2
    pw = packet.pw[: _PW_WIDTH[edition]] if edition else packet.pw
    qn = f"QN={packet.qn};" if packet.qn else ""
    text = f"{qn}ST=91;CN={cn};PW={pw};MN={packet.mn};Flag={version << 2};CP=&&&&"
    return write(text.encode(), form)
