"""Polls instruments that speak Modbus TCP: cranes, hoists, wind gauges."""

import asyncio
import logging
import math
import random
import struct
from collections.abc import Sequence
from typing import Final

import msgspec
from pymodbus import ModbusException
from pymodbus.client import AsyncModbusTcpClient

from siteward_contracts.catalog import METRICS
from siteward_contracts.clock import Clock
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import Sample, Telemetry
from siteward_contracts.topics import Kind, Topic
from siteward_edge.config.modbus import ModbusDevice, Register
from siteward_edge.delivery.outbox import Outbox, OutboxFullError, Outgoing

log = logging.getLogger(__name__)

WORDS: Final = {"u16": 1, "i16": 1, "u32": 2, "i32": 2, "f32": 2}
_CODES: Final = {"u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "f32": ">f"}
MAX_WORDS: Final = 125
"""Registers one request may ask for (Modbus application protocol, function 3)."""
TIMEOUT: Final = 3.0
"""Seconds to wait for a connection or an answer."""
MAX_PAUSE: Final = 60.0
"""Seconds between attempts once a device has long been silent."""


class PollError(Exception):
    """The device did not answer, or refused; the text says which register and why."""


def runs(registers: Sequence[Register]) -> list[list[Register]]:
    """Groups registers that stand side by side, so that each group is read at one instant.

    Gaps are not read across: many devices refuse addresses they do not know.
    """
    groups: list[list[Register]] = []
    for register in sorted(registers, key=lambda r: r.address):
        if groups:
            first, last = groups[-1][0], groups[-1][-1]
            end = register.address + WORDS[register.type]
            if register.address == last.address + WORDS[last.type] and (
                end - first.address <= MAX_WORDS
            ):
                groups[-1].append(register)
                continue
        groups.append([register])
    return groups


def value_of(register: Register, words: Sequence[int]) -> float:
    """Decodes a register's words, high word first, and scales."""
    packed = b"".join(struct.pack(">H", word) for word in words)
    return float(struct.unpack(_CODES[register.type], packed)[0]) * register.scale


async def read_once(client: AsyncModbusTcpClient, device: ModbusDevice) -> dict[str, float]:
    """One reading of every register.

    Raises:
        PollError: The device cannot be reached or refuses a register.
    """
    values: dict[str, float] = {}
    try:
        if not client.connected and not await client.connect():
            raise PollError(f"{device.host}:{device.port} cannot be reached; check cable and port")
        for group in runs(device.registers):
            start = group[0].address
            count = group[-1].address + WORDS[group[-1].type] - start
            answer = await client.read_holding_registers(start, count=count, device_id=device.unit)
            if answer.isError():
                raise PollError(f"registers {start} to {start + count - 1} refused: {answer}")
            for register in group:
                offset = register.address - start
                words = answer.registers[offset : offset + WORDS[register.type]]
                values[register.metric] = value_of(register, words)
    except (ModbusException, OSError, struct.error) as error:
        raise PollError(f"{device.host}:{device.port}: {error}") from error
    return values


def client_of(device: ModbusDevice) -> AsyncModbusTcpClient:
    """A client that leaves reconnecting to the poll loop."""
    return AsyncModbusTcpClient(
        device.host, port=device.port, timeout=TIMEOUT, retries=0, reconnect_delay=0
    )


async def poll(
    device: ModbusDevice,
    site: str,
    outbox: Outbox,
    clock: Clock,
    new_id: IdSource,
    rng: random.Random,
) -> None:
    """Polls until cancelled; a silent device is asked less and less often."""
    topic = Topic(site, device.device, Kind.TELEMETRY)
    client = client_of(device)
    failures = 0
    try:
        while True:
            try:
                values = await read_once(client, device)
                if failures:
                    log.info("%s answers again", device.device)
                failures = 0
                _store(device, topic, values, outbox, clock, new_id)
            except PollError as error:
                client.close()
                failures += 1
                outbox.count(f"modbus.failed.{device.device}")
                if failures == 1:
                    log.warning("%s: %s", device.device, error)
            except OutboxFullError as error:
                log.error("%s not kept: %s", device.device, error)
            except Exception:  # a strange device must not end the polling of itself
                log.exception("%s: poll failed", device.device)
                outbox.count(f"modbus.failed.{device.device}")
                failures += 1
            await asyncio.sleep(pause(device.every_seconds, failures, rng))
    finally:
        client.close()


def pause(every_seconds: float, failures: int, rng: random.Random) -> float:
    """Seconds until the next poll: the interval, doubled per failure, with jitter then."""
    if failures == 0:
        return every_seconds
    longest = max(MAX_PAUSE, every_seconds)
    doubled = every_seconds * 2.0 ** min(failures - 1, 10)
    return min(longest, doubled) * rng.uniform(0.75, 1.25)


def plausible(values: dict[str, float]) -> tuple[dict[str, float], list[str]]:
    """Splits readings into believable ones and reasons against the others."""
    good: dict[str, float] = {}
    refused: list[str] = []
    for name, value in values.items():
        metric = METRICS[name]
        if math.isfinite(value) and metric.low <= value <= metric.high:
            good[name] = value
        else:
            refused.append(
                f"{name} {value:g} is outside {metric.low:g} to {metric.high:g} {metric.unit}; "
                "check its address, type and scale"
            )
    return good, refused


def _store(
    device: ModbusDevice,
    topic: Topic,
    values: dict[str, float],
    outbox: Outbox,
    clock: Clock,
    new_id: IdSource,
) -> None:
    good, refused = plausible(values)
    now = clock()
    if refused:
        outbox.reject(now, device.device, "implausible", msgspec.json.encode(values))
        log.warning("%s: %s", device.device, "; ".join(refused))
    if good:
        message = Telemetry(id=new_id(), ts=now, samples=[Sample(ts=now, readings=good)])
        outbox.put([Outgoing(topic, msgspec.json.encode(message))])
