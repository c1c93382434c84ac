"""Says in words what HJ 212 packets mean, for those who put boxes into service. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from siteward_contracts.catalog import METRICS
from siteward_edge.sensors.hj212 import sm4
from siteward_edge.sensors.hj212.factors import (
    DATA_FLAGS,
    RUNNING_STATES,
    USUAL_FACTORS,
)
from siteward_edge.sensors.hj212.framing import Framed, crc_hj212, crc_modbus, cut
from siteward_edge.sensors.hj212.packet import (
    COMMANDS,
    BadPacketError,
    Packet,
    contents,
    parse,
    reply,
)
from siteward_edge.sensors.hj212.split import Assembly
from siteward_edge.sensors.quality import disorder, plausible

SYSTEMS: Final = {
    "22": "ambient air",
    "23": "sound",
    "31": "air pollution source",
    "36": "sound pollution source",
    "39": "site dust",
    "91": "exchange between systems",
}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""Parts of a recording wait for one another as long as it is."""
_END: Final = re.compile(rb"&&([0-9A-Fa-f]{4})\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the explanation; ``wrong`` where something has to be mended."""

    text: str
    wrong: bool = False


def explain(data: bytes, key: bytes | None = None) -> Iterator[Line]:
    """What a recording of a connection holds, packet by packet.

    Args:
        data: As it came; a log with other text between is fine.
        key: SM4 key of encrypted packets.
    """
    pieces, rest = cut(data)
    assembly = Assembly()
    number = 0
    for piece in pieces:
        if isinstance(piece, bytes):
            if piece.strip(b"\\rn \t\r\n"):  # also a line end that was written out
                yield Line(f"{len(piece)} bytes that are no packet: {piece.strip()[:60]!r}")
            continue
        number += 1
        yield Line(f"packet {number}: {len(piece.segment)} bytes")
        yield from _packet(piece, key, assembly)
    if rest.strip():
        yield from _unfinished(rest)
    elif number == 0:
        yield Line("no packet: none begins with ##", wrong=True)
    missing = assembly.overdue()
    if missing:
        parts = ", ".join(f"{part.pno} of {part.pnum}" for part in missing)
        yield Line(f"of a split message only part {parts} is here", wrong=True)


def _unfinished(rest: bytes) -> Iterator[Line]:
    says = rest[2:6].decode("ascii", "replace")
    yield Line(f"the last packet says it has {says} bytes, but they are not all here", wrong=True)
    if found := _END.search(rest):
        segment = rest[6 : found.start() + 2]
        yield Line(
            f"  it seems to end after {len(segment)} bytes: is its length wrong?", wrong=True
        )
        yield from _checksum(segment, found[1].decode())


def _packet(framed: Framed, key: bytes | None, assembly: Assembly) -> Iterator[Line]:
    segment = framed.segment
    if sm4.looks_encrypted(segment):
        if key is None:
            yield Line("  its data is encrypted: give --sm4-key", wrong=True)
        else:
            segment = sm4.decrypted(segment, key)
            yield Line("  its data was encrypted (SM4)")
    verdict = list(_checksum(segment, framed.crc))
    yield from verdict
    try:
        packet = parse(segment)
    except BadPacketError as error:
        yield Line(f"  {error}", wrong=True)
        return
    yield from _head(packet)
    answer = reply(packet)
    if answer is not None and not any(line.wrong for line in verdict):
        yield Line(f"  the agent answers {answer.decode().strip()}")
    try:
        whole = assembly.add(packet, _NEVER)
        if whole is not None:
            yield from _contents(whole)
    except BadPacketError as error:
        yield Line(f"  {error}", wrong=True)


def _checksum(segment: bytes, claimed: str) -> Iterator[Line]:
    standard, modbus = crc_hj212(segment), crc_modbus(segment)
    if claimed.upper() == standard:
        yield Line(f"  checksum {claimed}: right (crc: hj212)")
    elif claimed.upper() == modbus:
        yield Line(f"  checksum {claimed}: that of Modbus; set crc: modbus for this box")
    else:
        text = (
            f"  checksum {claimed}: wrong, it should be {standard} (or {modbus} as Modbus has it)"
        )
        yield Line(text, wrong=True)


def _head(packet: Packet) -> Iterator[Line]:
    edition = f"edition of {packet.edition}" if packet.edition else "of no edition we know"
    asks = "asks for an answer" if packet.wants_ack else "asks for no answer"
    yield Line(f"  MN {packet.mn}: the box; PW {packet.pw or 'absent'}")
    yield Line(f"  ST {packet.st or 'absent'}: {SYSTEMS.get(packet.st, 'not a system of a site')}")
    yield Line(f"  CN {packet.cn}: {COMMANDS.get(packet.cn, 'a command we do not know')}")
    yield Line(f"  Flag {packet.flag}: {edition}, {asks}", wrong=packet.edition is None)
    if packet.pnum > 1:
        yield Line(f"  part {packet.pno} of {packet.pnum}")
    if packet.sent is not None:
        yield Line(f"  QN {packet.qn}: sent {packet.sent.isoformat(' ', 'milliseconds')}")
    elif packet.qn:
        yield Line(f"  QN {packet.qn}: not a time", wrong=True)
    if packet.again:
        yield Line("  RF 1: measured earlier, sent now")


def _contents(packet: Packet) -> Iterator[Line]:
    said = contents(packet.cp)
    if said.time is not None:
        yield Line(f"  measured {said.time.isoformat(' ')}")
    values: dict[str, float] = {}
    for factor, items in said.data.items():
        metric = USUAL_FACTORS.get(factor)
        texts = [f"{aspect} {value}".strip() for aspect, value in items.items() if aspect != "Flag"]
        flag = items.get("Flag", "").upper()
        if "RS" in items:
            state = RUNNING_STATES.get(items["RS"], "in a state we do not know")
            yield Line(f"  {factor}: {state or 'running'}", wrong=bool(state))
            continue
        unit = METRICS[metric].unit if metric else ""
        name = f"{METRICS[metric].zh} {metric}" if metric else "not known; name it under units"
        told = (
            f", flag {flag}: {DATA_FLAGS.get(flag, 'not known')}" if flag not in ("", "N") else ""
        )
        text = f"  {factor} ({name}): {', '.join(texts)} {unit}".rstrip()
        yield Line(text + told, wrong=bool(told))
        if metric and "Rtd" in items and not told:
            try:
                values[metric] = float(items["Rtd"])
            except ValueError:
                yield Line(f"    {items['Rtd']!r} is not a number", wrong=True)
    good, refused = plausible(values, {})
    for reason in [*refused.values(), disorder(good)]:
        if reason:
            yield Line(f"    {reason}", wrong=True)
