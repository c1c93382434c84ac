"""The TCP server that dust and noise boxes connect to."""

import asyncio
import logging
import re
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from siteward_edge.config.hj212 import Hj212, Hj212Device
from siteward_edge.delivery.outbox import OutboxFullError
from siteward_edge.sensors.hj212 import sm4
from siteward_edge.sensors.hj212.factors import meaning, measured
from siteward_edge.sensors.hj212.framing import CrcForm, Framed, crc_hj212, crc_matches, cut
from siteward_edge.sensors.hj212.packet import BadPacketError, Packet, contents, parse, reply
from siteward_edge.sensors.hj212.split import Assembly
from siteward_edge.sensors.intake import Intake
from siteward_edge.sensors.measured import Measured

log = logging.getLogger(__name__)

SILENCE: Final = 600.0
"""Seconds after which a silent connection is closed; boxes send at least every minute."""
LOOK: Final = 10.0
"""Seconds between looks for messages of which parts are missing."""
_NAMESPACE: Final = uuid.UUID("8f1c2a54-8a63-5d0c-9a55-0f7a6a2d2120")
_MN: Final = re.compile(rb"(?:^|;)MN=([^;]+)")


@dataclass(frozen=True, slots=True)
class Opened:
    """A packet whose sender is known and whose checksum is right."""

    packet: Packet
    device: Hj212Device
    form: CrcForm
    segment: bytes


def opened(framed: Framed, devices: dict[str, Hj212Device]) -> Opened:
    """Reads a packet.

    Args:
        framed: Cut out of the stream.
        devices: MN to box.

    Raises:
        BadPacketError: It is damaged, or of no box we know, or cannot be decrypted.
    """
    head = framed.segment.partition(b"CP=")[0]
    found = _MN.search(head)
    mn = found[1].decode("ascii", "replace") if found else ""
    device = devices.get(mn)
    secret = sm4.looks_encrypted(framed.segment)
    segment = framed.segment
    if secret and device is not None and device.sm4_key is not None:
        segment = sm4.decrypted(segment, bytes.fromhex(device.sm4_key))
    # An unknown box is told from a damaged packet by either checksum.
    mode = device.crc if device else "either"
    form = crc_matches(segment, framed.crc, mode) or crc_matches(framed.segment, framed.crc, mode)
    if secret and device is not None and device.sm4_key is None:
        raise BadPacketError(
            "encrypted", f"data of MN {mn!r} is encrypted; give the box's sm4_key, or switch it off"
        )
    if form is None:
        expected = crc_hj212(segment)
        raise BadPacketError("crc", f"checksum {framed.crc} of MN {mn!r}, not {expected}")
    if device is None:
        raise BadPacketError("unknown_mn", f"MN {mn!r}; add it under hj212.devices")
    packet = parse(segment)
    if device.password is not None and packet.pw != device.password:
        raise BadPacketError("password", f"PW of MN {mn!r} is not the box's password")
    return Opened(packet, device, form, segment)


@dataclass(slots=True)
class Conversation:
    """One connection of a box."""

    peer: str
    devices: dict[str, Hj212Device]
    site: str
    intake: Intake
    told: set[tuple[str, str]]
    assembly: Assembly = field(default_factory=Assembly)

    async def take(self, piece: Framed | bytes) -> bytes | None:
        """Stores one packet and returns what to answer; refusals are counted and kept raw."""
        try:
            if isinstance(piece, bytes):
                raise BadPacketError("length", "bytes that are no packet")
            box = opened(piece, self.devices)
            self._tell(box)
            whole = self.assembly.add(box.packet, self.intake.clock())
            if whole is not None and 2000 <= whole.cn < 3000:
                await self.intake.take(self._measured(whole, box, piece))
        except BadPacketError as error:
            self.refuse(error, piece if isinstance(piece, bytes) else piece.raw)
            return None
        except OutboxFullError as error:  # without an answer the box sends it again
            log.error("hj212 packet of %s not kept: %s", box.device.device, error)
            return None
        return reply(box.packet, box.form, box.device.edition)

    def give_up(self, *, everything: bool) -> None:
        """Refuses the parts of messages that did not come whole."""
        for part in self.assembly.overdue(None if everything else self.intake.clock()):
            text = f"part {part.pno} of {part.pnum} of MN {part.mn!r}; the others did not come"
            raw = f"QN={part.qn};CN={part.cn};MN={part.mn};PNO={part.pno};CP=&&{part.cp}&&"
            self.refuse(BadPacketError("incomplete", text), raw.encode())

    def refuse(self, error: BadPacketError, raw: bytes) -> None:
        """Counts a refusal and keeps what was refused."""
        log.warning("hj212 packet from %s refused: %s", self.peer, error)
        self.intake.outbox.reject(self.intake.clock(), self.peer, error.reason, raw)

    def _measured(self, whole: Packet, box: Opened, piece: Framed) -> Measured:
        said = contents(whole.cp)
        for factor in said.data:
            if meaning(factor, box.device.units) is None:
                self._once(box, f"sends {factor}, which we do not know; name it under units")
        # The same packet sent again is the same message.
        text = f"{self.site}/{whole.mn}/{box.segment.decode()}"
        if box.packet.pnum > 1:
            text = f"{self.site}/{whole.mn}/{whole.qn}/{whole.cn}/{whole.cp}"
        name = str(uuid.uuid5(_NAMESPACE, text))
        return measured(whole, said, box.device, self.intake.clock(), piece.raw, name)

    def _tell(self, box: Opened) -> None:
        if box.device.crc == "either":
            self._once(box, f"computes its checksum as {box.form}; set crc: {box.form}")
        if box.packet.edition is None and box.device.edition is None:
            self._once(box, f"sends Flag={box.packet.flag}, of no edition we know; set edition")

    def _once(self, box: Opened, text: str) -> None:
        if (box.device.device, text) not in self.told:
            self.told.add((box.device.device, text))
            log.warning("%s %s", box.device.device, text)


@asynccontextmanager
async def serving(settings: Hj212, site: str, intake: Intake) -> AsyncIterator[asyncio.Server]:
    """Listens meanwhile; hangs up on every box at the end.

    Raises:
        OSError: The address cannot be bound.
    """
    devices = {device.mn: device for device in settings.devices}
    told: set[tuple[str, str]] = set()
    open_: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str(writer.get_extra_info("peername"))
        conversation = Conversation(peer, devices, site, intake, told)
        open_[asyncio.current_task()] = writer
        try:
            await _converse(conversation, reader, writer)
        except (OSError, TimeoutError) as error:
            log.info("hj212 connection %s ended: %r", peer, error)
        finally:
            conversation.give_up(everything=True)
            writer.close()
            del open_[asyncio.current_task()]

    server = await asyncio.start_server(connection, settings.host, settings.port)
    try:
        yield server
    finally:
        server.close()
        for writer in open_.values():
            writer.close()
        await asyncio.gather(*(task for task in open_ if task), return_exceptions=True)


async def _converse(
    conversation: Conversation, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    buffer = b""
    while chunk := await _read(reader, lambda: conversation.give_up(everything=False)):
        pieces, buffer = cut(buffer + chunk)
        for piece in pieces:
            answer = await conversation.take(piece)
            if answer:
                writer.write(answer)
                await writer.drain()
    if buffer.strip():
        conversation.refuse(BadPacketError("length", "the end of a packet did not come"), buffer)


async def _read(reader: asyncio.StreamReader, meanwhile: Callable[[], None]) -> bytes:
    """The next bytes; does something every now and then while there are none.

    Raises:
        TimeoutError: The box says nothing any more.
    """
    for _ in range(int(SILENCE / LOOK)):
        with suppress(TimeoutError):
            return await asyncio.wait_for(reader.read(8192), LOOK)
        meanwhile()
    raise TimeoutError(f"nothing in {SILENCE:.0f} s")
