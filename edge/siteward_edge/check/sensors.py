"""Asks every instrument for a reading, or says how to come by one.

What a running agent already hears cannot be heard twice: its port and its serial lines are
taken. Of those it is told what the agent remembers.
"""

import asyncio
import errno
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from itertools import groupby
from typing import Any, Final

import msgspec
import paho.mqtt.client as mqtt

from siteward_contracts.clock import Clock
from siteward_edge.check.outcome import Check, CheckError, Found
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.gateways import Gateway, Mapped
from siteward_edge.config.hj212 import Hj212, Hj212Device
from siteward_edge.config.modbus import ModbusDevice
from siteward_edge.config.sensors import Judged
from siteward_edge.delivery.broker import BrokerError, address, client_of
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.sensors.gateway.mapping import (
    BadPayloadError,
    matches,
    records,
    subscription,
)
from siteward_edge.sensors.gateway.mapping import measured as read_record
from siteward_edge.sensors.hj212.factors import measured
from siteward_edge.sensors.hj212.framing import Framed, cut
from siteward_edge.sensors.hj212.packet import (
    COMMANDS,
    REAL_TIME,
    BadPacketError,
    contents,
)
from siteward_edge.sensors.hj212.server import opened
from siteward_edge.sensors.modbus import line as modbus
from siteward_edge.sensors.modbus.registers import telling
from siteward_edge.sensors.quality import plausible
from siteward_edge.sensors.watch import Memory, memory_key

HEAR: Final = 30.0
"""Seconds the boxes get to send a packet; they do at least every half minute by default."""


def checks(config: EdgeConfig, clock: Clock) -> list[Check]:
    """One per box and instrument; those of one line are asked in turn."""
    found = []
    if config.hj212 is not None:
        found.append(Check("hj212", partial(_hj212, config, config.hj212, clock)))
    by_line = sorted(config.modbus, key=lambda device: device.line)
    for line, shared in groupby(by_line, key=lambda device: device.line):
        devices = list(shared)
        name = devices[0].device if len(devices) == 1 else line
        found.append(Check(name, partial(_line, config, devices, clock)))
    found += [Check(g.name, partial(_gateway, config, g, clock)) for g in config.gateways]
    return found


def _memory(config: EdgeConfig, device: str) -> Memory | None:
    """What the agent remembers of an instrument."""
    if not config.outbox.path.exists():
        return None
    with closing(Outbox(config.outbox.path, config.outbox.max_bytes)) as outbox:
        text = outbox.recall(memory_key(device))
    return None if text is None else msgspec.json.decode(text, type=Memory)


def _by_agent(config: EdgeConfig, device: str, judged: Judged, clock: Clock) -> str:
    """What the agent last heard of an instrument.

    Raises:
        CheckError: Nothing, for too long.
    """
    memory = _memory(config, device)
    if memory is None or memory.heard is None:
        raise CheckError(f"{device}: the agent has never heard it")
    ago = (clock() - memory.heard).total_seconds()
    wrong = "; ".join(finding.detail for finding in memory.open)
    # The agent writes down what it hears once a minute.
    if ago > max(judged.silent_seconds, 120):
        raise CheckError(f"{device}: the agent last heard it {ago:.0f} s ago; {wrong}".rstrip("; "))
    text = f"{device}: the agent heard it {ago:.0f} s ago: {telling(memory.last, [])}"
    if wrong:
        raise CheckError(f"{text}; {wrong}")
    return text


def _hj212(config: EdgeConfig, settings: Hj212, clock: Clock) -> Found:
    try:
        heard = asyncio.run(_hear(settings, clock))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise CheckError(
                f"{settings.listen} cannot be bound: {error.strerror}; "
                "give an address of this machine under hj212.listen"
            ) from error
        told = [_by_agent(config, box.device, box, clock) for box in settings.devices]
        return Found("; ".join(told))
    missing = [box for box in settings.devices if box.mn not in heard]
    text = "; ".join(heard.values())
    if missing:
        names = ", ".join(f"{box.device} (MN {box.mn})" for box in missing)
        raise CheckError(
            f"nothing usable from {names} in {HEAR:.0f} s; give the box this machine's address and "
            f"port {settings.port}, and compare its MN{'; ' + text if text else ''}"
        )
    return Found(text)


async def _hear(settings: Hj212, clock: Clock) -> dict[str, str]:
    """Listens until every box has spoken or time is up; a box that gets no answer sends again.

    Returns:
        What each box said, by MN; what could not be used under its reason.
    """
    boxes = {box.mn: box for box in settings.devices}
    heard: dict[str, str] = {}
    everybody = asyncio.Event()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rest = b""
        with closing(writer):
            while chunk := await reader.read(8192):
                pieces, rest = cut(rest + chunk)
                for piece in pieces:
                    name, text = _said(piece, boxes, clock)
                    heard[name] = text
                if heard.keys() >= boxes.keys():
                    everybody.set()

    server = await asyncio.start_server(connection, settings.host, settings.port)
    with suppress(TimeoutError):
        await asyncio.wait_for(everybody.wait(), HEAR)
    server.close()
    return heard


def _said(piece: Framed | bytes, boxes: Mapping[str, Hj212Device], clock: Clock) -> tuple[str, str]:
    """Whose packet it is and what it says; of one that is refused, the reason and the text."""
    if isinstance(piece, bytes):
        return "length", f"something else talks to this port: {piece[:40]!r}"
    try:
        box = opened(piece, dict(boxes))
        found = measured(
            box.packet, contents(box.packet.cp), box.device, clock(), piece.raw, box.packet.mn
        )
    except BadPacketError as error:
        return error.reason, str(error)
    good, bad = plausible(found.values, found.flags)
    wrong = [*bad.values(), *(f"{name} is flagged {flag}" for name, flag in found.flags.items())]
    if box.packet.cn != REAL_TIME:
        good = {}
    text = telling(good, wrong) or COMMANDS.get(box.packet.cn, f"command {box.packet.cn}")
    return box.packet.mn, f"{box.device.device}: {text}"


def _line(config: EdgeConfig, devices: Sequence[ModbusDevice], clock: Clock) -> Found:
    try:
        told = "; ".join(asyncio.run(_read(devices)))
        return Found(told.removeprefix(f"{devices[0].device}: ") if len(devices) == 1 else told)
    except modbus.LineError:
        if devices[0].serial is None:
            raise
        # The agent holds its serial lines for itself.
        return Found("; ".join(_by_agent(config, d.device, d, clock) for d in devices))


async def _read(devices: Sequence[ModbusDevice]) -> list[str]:
    """What each instrument of a line says.

    Raises:
        LineError: The line cannot be reached.
        PollError: An instrument does not answer or says nonsense; the others are told too.
    """
    told: list[str] = []
    wrong: list[str] = []
    client = modbus.client_of(devices[0])
    try:
        for device in devices:
            try:
                decoded = await modbus.read_once(client, device)
            except modbus.LineError:
                raise
            except modbus.PollError as error:
                wrong.append(f"{device.device}: {error}")
                continue
            good, bad = plausible(decoded.values, {})
            refused = [*decoded.refused, *bad.values()]
            (wrong if refused else told).append(
                f"{device.device}: {'; '.join([telling(good, decoded.names), *refused])}"
            )
    finally:
        client.close()
    if wrong:
        raise modbus.PollError("; ".join([*wrong, *told]))
    return told


def _gateway(config: EdgeConfig, gateway: Gateway, clock: Clock) -> Found:
    """Listens beside a running agent until every device was spoken of, or time is up.

    Raises:
        CheckError: The broker cannot be reached, or says nothing usable of a device.
    """
    url = gateway.url or config.mqtt
    wanted = {name for mapped in gateway.messages for name in mapped.names}
    heard: dict[str, str] = {}
    everybody = threading.Event()
    name = f"siteward-check-{config.site}-{gateway.name}-{clock().timestamp():.0f}"
    try:
        client = client_of(url, config.link, name, clean_session=True)
    except BrokerError as error:
        raise CheckError(str(error)) from error

    def subscribe(client: mqtt.Client, userdata: Any, flags: Any, reason: Any, more: Any) -> None:
        if reason.is_failure:
            heard["account"] = f"{reason}; check user and password in url"
            everybody.set()
        client.subscribe([(subscription(mapped), 0) for mapped in gateway.messages])

    def take(client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        for mapped in gateway.messages:
            if matches(mapped, message.topic):
                heard.update(_mapped(mapped, message.topic, bytes(message.payload), clock))
        if heard.keys() >= wanted:
            everybody.set()

    client.on_connect, client.on_message = subscribe, take
    host, port = address(url)
    try:
        client.connect(host, port)
    except OSError as error:
        remedy = "is the broker up, is the port open?"
        raise CheckError(f"{host}:{port}: {error.strerror or error}; {remedy}") from error
    client.loop_start()
    everybody.wait(HEAR)
    client.disconnect()
    client.loop_stop()
    text = "; ".join(heard.values())
    if missing := ", ".join(sorted(wanted - heard.keys())):
        remedy = "compare topics and devices with what it publishes; may the account read them?"
        raise CheckError(f"nothing usable of {missing} in {HEAR:.0f} s; {remedy} {text}".strip())
    return Found(text)


def _mapped(mapped: Mapped, topic: str, payload: bytes, clock: Clock) -> dict[str, str]:
    """What a message says of each device; of what is refused, the topic and the text."""
    said = {}
    try:
        for index, record in enumerate(records(payload, mapped)):
            found = read_record(record, index, topic, payload, mapped, clock())
            good, bad = plausible(found.values, {})
            told = "; ".join(filter(None, [telling(good, []), *found.refused, *bad.values()]))
            said[found.device] = f"{found.device}: {told}"
    except BadPayloadError as error:
        said[topic] = f"{topic}: {error}"
    return said
