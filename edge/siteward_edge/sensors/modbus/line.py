"""Polls the instruments of one Modbus line in turn: a TCP host, or a serial cable."""

import asyncio
import logging
import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from pymodbus import FramerType, ModbusException
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient

from siteward_edge.config.modbus import ModbusDevice
from siteward_edge.delivery.outbox import OutboxFullError
from siteward_edge.sensors.intake import Intake
from siteward_edge.sensors.measured import Measured
from siteward_edge.sensors.modbus.registers import Block, Decoded, blocks, decode

log = logging.getLogger(__name__)

MAX_PAUSE: Final = 60.0
"""Seconds between attempts once an instrument has long been silent."""

REFUSALS: Final = {
    1: "it has no such function; set table to the other of holding and input",
    2: "it has no such registers; check the map",
    3: "it does not give so many at once; check the map",
    4: "it is out of order, or its gateway has no such unit",
    6: "it is busy; poll it less often",
    10: "its gateway has no way to it; check unit",
    11: "its gateway gets no answer from it; check unit, wiring and power",
}
"""Exception code of the Modbus application protocol to what it means for who mends it."""

Client = AsyncModbusTcpClient | AsyncModbusSerialClient


class PollError(Exception):
    """The instrument did not answer, or refused; the text says which register and why."""


class LineError(PollError):
    """Nothing on the line can be reached."""


def client_of(device: ModbusDevice) -> Client:
    """A client that leaves retries and reconnecting to the poll loop."""
    if device.serial is not None:
        return AsyncModbusSerialClient(
            device.serial.port,
            baudrate=device.serial.baud,
            parity=device.serial.parity,
            bytesize=device.serial.data_bits,
            stopbits=device.serial.stop_bits,
            timeout=device.timeout_seconds,
            retries=0,
            reconnect_delay=0,
        )
    return AsyncModbusTcpClient(
        device.host or "",
        port=device.port,
        framer=FramerType.RTU if device.framing == "rtu" else FramerType.SOCKET,
        timeout=device.timeout_seconds,
        retries=0,
        reconnect_delay=0,
    )


async def read_once(client: Client, device: ModbusDevice) -> Decoded:
    """One reading of every register.

    Raises:
        LineError: The line cannot be reached.
        PollError: The instrument does not answer or refuses a register.
    """
    if not client.connected and not await client.connect():
        what = "check that it is plugged in and that the agent may open it"
        if device.serial is None:
            what = "check cable, address and port"
        raise LineError(f"{device.line} cannot be reached; {what}")
    decoded = Decoded()
    for block in blocks(device.registers):
        name = f"{device.line} unit {device.unit}, {block.table} {block.start}"
        try:
            words = await _words(client, device.unit, block)
            decode(block, words, decoded)
        except (ModbusException, OSError, TimeoutError) as error:
            hint = "check its address on the line and the wiring"
            raise PollError(f"{name}: {error}; {hint}") from error
        except (ValueError, struct.error) as error:
            raise PollError(f"{name}: {error}") from error
    return decoded


async def _words(client: Client, unit: int, block: Block) -> Sequence[int]:
    """The words of a block.

    Raises:
        ValueError: The instrument refuses them.
        ModbusException: It does not answer.
    """
    read = (
        client.read_holding_registers if block.table == "holding" else client.read_input_registers
    )
    answer = await read(block.start, count=block.count, device_id=unit)
    if answer.isError():
        last = block.start + block.count - 1
        code = getattr(answer, "exception_code", 0)
        why = REFUSALS.get(code, f"exception {code}; see the maker's list")
        raise ValueError(f"registers {block.start} to {last} refused: {why}")
    return answer.registers


@dataclass(slots=True)
class Turn:
    """Where the polling of one instrument stands.

    Attributes:
        device: The instrument.
        due: Loop time of its next poll.
        failures: In a row.
    """

    device: ModbusDevice
    due: float
    failures: int = 0


async def poll(line: Sequence[ModbusDevice], intake: Intake, rng: random.Random) -> None:
    """Polls the instruments of one line until cancelled.

    Who is due first is asked first. One that is silent costs the others its timeout, and is
    asked less and less often.
    """
    loop = asyncio.get_running_loop()
    client = client_of(line[0])
    turns = [Turn(device, loop.time()) for device in line]
    try:
        while True:
            turn = min(turns, key=lambda t: t.due)
            await asyncio.sleep(max(0.0, turn.due - loop.time()))
            await _poll_one(client, turn, intake, alone=len(turns) == 1)
            rest = pause(turn.device.every_seconds, turn.failures, rng)
            # Kept to its grid; what could not be kept up with is not made up for.
            turn.due = max(turn.due + rest, loop.time())
    finally:
        client.close()


async def _poll_one(client: Client, turn: Turn, intake: Intake, *, alone: bool) -> None:
    device = turn.device
    try:
        decoded = await read_once(client, device)
        await intake.take(_measured(device, decoded, intake))
    except PollError as error:
        if alone or isinstance(error, LineError):
            client.close()  # a gateway that lost its instrument often needs a new connection
        turn.failures += 1
        intake.outbox.count(f"modbus.failed.{device.device}")
        if turn.failures == 1:
            log.warning("%s: %s", device.device, error)
    except OutboxFullError as error:
        log.error("%s not kept: %s", device.device, error)
    except Exception:  # a strange instrument must not end the polling of the line
        log.exception("%s: poll failed", device.device)
        intake.outbox.count(f"modbus.failed.{device.device}")
        turn.failures += 1
    else:
        if turn.failures:
            log.info("%s answers again", device.device)
        turn.failures = 0


def _measured(device: ModbusDevice, decoded: Decoded, intake: Intake) -> Measured:
    return Measured(
        device=device.device,
        ts=intake.clock(),
        values=decoded.values,
        refused=tuple(decoded.refused),
        alarms=decoded.alarms,
        raw=msgspec.json.encode(decoded.values),
    )


def pause(every_seconds: float, failures: int, rng: random.Random) -> float:
    """Seconds until the next poll: the interval, doubled per failure, with jitter then."""
    if failures == 0:
        return every_seconds
    longest = max(MAX_PAUSE, every_seconds)
    doubled = every_seconds * 2.0 ** min(failures - 1, 10)
    return min(longest, doubled) * rng.uniform(0.75, 1.25)
