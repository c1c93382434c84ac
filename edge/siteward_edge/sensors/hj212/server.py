"""The TCP server that dust and noise boxes connect to."""

import asyncio
import logging
import re
import uuid
from datetime import UTC
from typing import Final, Literal

import msgspec

from siteward_contracts.clock import Clock
from siteward_contracts.messages import Sample, Telemetry
from siteward_contracts.topics import Kind, Topic
from siteward_edge.config.hj212 import Hj212, Hj212Device
from siteward_edge.delivery.outbox import Outbox, OutboxFullError, Outgoing
from siteward_edge.sensors.hj212 import packet as hj212

log = logging.getLogger(__name__)

SILENCE: Final = 600.0
"""Seconds after which a silent connection is closed; boxes send at least every minute."""
_NAMESPACE: Final = uuid.UUID("8f1c2a54-8a63-5d0c-9a55-0f7a6a2d2120")
_MN: Final = re.compile(rb"(?:^|;)MN=([^;]+)")


async def serve(settings: Hj212, site: str, outbox: Outbox, clock: Clock) -> asyncio.Server:
    """Starts listening.

    Raises:
        OSError: The address cannot be bound.
    """
    devices = {device.mn: device for device in settings.devices}

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str(writer.get_extra_info("peername"))
        try:
            await _converse(reader, writer, peer)
        except (OSError, TimeoutError) as error:
            log.info("hj212 connection %s ended: %r", peer, error)
        finally:
            writer.close()

    async def _converse(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        buffer = b""
        while chunk := await asyncio.wait_for(reader.read(8192), SILENCE):
            pieces, buffer = hj212.cut(buffer + chunk)
            for piece in pieces:
                answer = _take(piece, devices, site, outbox, clock, peer)
                if answer:
                    writer.write(answer)
                    await writer.drain()
        if buffer.strip():
            outbox.reject(clock(), peer, "length", buffer)

    return await asyncio.start_server(connection, settings.host, settings.port)


def _take(
    piece: hj212.Framed | bytes,
    devices: dict[str, Hj212Device],
    site: str,
    outbox: Outbox,
    clock: Clock,
    peer: str,
) -> bytes:
    """Stores one packet and returns what to answer; refusals are counted and kept raw."""
    try:
        if isinstance(piece, bytes):
            raise hj212.BadPacketError("length", "bytes that are no packet")
        device, crc = _sender(piece, devices)
        packet = hj212.parse(piece.segment)
        if packet.cn == hj212.REAL_TIME:
            _store(piece, packet, device, site, outbox, clock)
        else:
            outbox.count(f"hj212.cn{packet.cn}")
    except hj212.BadPacketError as error:
        raw = piece if isinstance(piece, bytes) else b"%s%s" % (piece.segment, piece.crc.encode())
        log.warning("hj212 packet from %s refused: %s", peer, error)
        outbox.reject(clock(), peer, error.reason, raw)
        return b""
    except OutboxFullError as error:  # without an answer the box sends it again
        log.error("hj212 packet of %s not kept: %s", device.device, error)
        return b""
    asked = packet.wants_ack or packet.cn == hj212.HEARTBEAT
    return hj212.reply(packet, crc) if asked else b""


def _sender(
    framed: hj212.Framed, devices: dict[str, Hj212Device]
) -> tuple[Hj212Device, Literal["hj212", "modbus"]]:
    found = _MN.search(framed.segment)
    mn = found[1].decode("ascii", "replace") if found else ""
    device = devices.get(mn)
    # An unknown box is told from a damaged packet by either checksum.
    crc = hj212.crc_matches(framed, device.crc if device else "either")
    if crc is None:
        expected = hj212.crc_hj212(framed.segment)
        raise hj212.BadPacketError("crc", f"checksum {framed.crc} of MN {mn!r}, not {expected}")
    if device is None:
        raise hj212.BadPacketError("unknown_mn", f"MN {mn!r}; add it under hj212.devices")
    return device, crc


def _store(
    framed: hj212.Framed,
    packet: hj212.Packet,
    device: Hj212Device,
    site: str,
    outbox: Outbox,
    clock: Clock,
) -> None:
    factors = {code: (factor.metric, factor.scale) for code, factor in device.units.items()}
    found = hj212.readings(packet, factors)
    if found.refused:
        detail = "; ".join(found.refused)
        log.warning("readings of %s left out: %s", device.device, detail)
        outbox.reject(clock(), device.device, "implausible", framed.segment)
    if not found.values:
        return
    taken = (packet.time or clock()).astimezone(UTC)
    message = Telemetry(
        # The same packet sent again is the same message.
        id=str(uuid.uuid5(_NAMESPACE, f"{site}/{packet.mn}/{framed.segment.decode()}")),
        ts=taken,
        samples=[Sample(ts=taken, readings=found.values, flags=found.flags)],
    )
    topic = Topic(site, device.device, Kind.TELEMETRY)
    outbox.put([Outgoing(topic, msgspec.json.encode(message))])
