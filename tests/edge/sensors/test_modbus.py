import asyncio
import itertools
import os
import pty
import random
import select
import struct
import threading
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from siteward_edge.config.modbus import Alarm, ModbusDevice, Register, Serial
from siteward_edge.sensors.modbus import line
from siteward_edge.sensors.modbus.registers import Decoded, blocks, decode, number, telling
from tests.edge.sensors.conftest import Bench
from tests.servers import free_port

REGISTERS = [
    Register(metric="crane_load", address=0, type="u16", scale=0.01),
    Register(metric="crane_tilt", address=1, type="i16", scale=0.01),
    Register(metric="crane_alarms", address=2, type="u32"),
    Register(metric="crane_wind", address=10, type="f32"),
]


def words() -> list[int]:
    table = [0] * 12
    table[0] = 450
    table[1] = 65536 - 25
    table[2:4] = [0x8000, 0x0001]
    table[10:12] = struct.unpack(">HH", struct.pack(">f", 7.5))
    return table


def instrument(unit: int, table: list[int]) -> SimDevice:
    return SimDevice(unit, SimData(0, values=table, datatype=DataType.REGISTERS))


@asynccontextmanager
async def serving(server: Any) -> AsyncIterator[None]:
    await server.serve_forever(background=True)
    try:
        yield
    finally:
        await server.shutdown()


def crane(port: int, framer: FramerType = FramerType.SOCKET) -> ModbusTcpServer:
    return ModbusTcpServer(instrument(1, words()), framer=framer, address=("127.0.0.1", port))


def device(port: int, registers: list[Register] = REGISTERS, **more: Any) -> ModbusDevice:
    settings = {"device": "crane-1", "host": "127.0.0.1", "port": port, "every_seconds": 0.05}
    return ModbusDevice.model_validate(settings | {"registers": registers} | more)


async def until(found: Callable[[], bool]) -> None:
    for _ in range(400):
        if found():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")


def test_neighbours_are_read_together_and_gaps_are_not_crossed() -> None:
    groups = blocks(list(reversed(REGISTERS)))
    assert [(b.table, b.start, b.count) for b in groups] == [("holding", 0, 4), ("holding", 10, 2)]
    shared = [
        Register(metric="hoist_door_open", address=5, bits=(0, 0)),
        Register(metric="hoist_floor", address=5, bits=(8, 15)),
        Register(metric="hoist_load", address=6, table="input"),
    ]
    assert [(b.table, b.count, len(b.registers)) for b in blocks(shared)] == [
        ("holding", 1, 2),
        ("input", 1, 1),
    ]
    many = [Register(metric="crane_load", address=n, type="u64") for n in range(0, 400, 4)]
    assert all(b.count <= 125 for b in blocks(many))


@pytest.mark.parametrize(
    ("kind", "code", "value"),
    [
        ("u16", "H", 54321),
        ("i16", "h", -12345),
        ("u32", "I", 4000000000),
        ("i32", "i", -2000000000),
        ("u64", "Q", 2**50),
        ("i64", "q", -(2**50)),
        ("f32", "f", -0.15625),
        ("f64", "d", 3.141592653589793),
    ],
)
@pytest.mark.parametrize("word_order", ["big", "little"])
@pytest.mark.parametrize("byte_order", ["big", "little"])
def test_every_type_is_decoded_in_every_order(
    kind: Any, code: str, value: float, word_order: Any, byte_order: Any
) -> None:
    packed = struct.pack(f">{code}", value)
    table = list(struct.unpack(f">{len(packed) // 2}H", packed))
    if byte_order == "little":
        table = [word >> 8 | (word & 255) << 8 for word in table]
    if word_order == "little":
        table.reverse()
    register = Register(
        metric="crane_load", address=0, type=kind, word_order=word_order, byte_order=byte_order
    )
    assert number(register, table) == value


def read(register: Register, *table: int) -> Decoded:
    decoded = Decoded()
    (block,) = blocks([register])
    decode(block, table, decoded)
    return decoded


def test_bits_enumerations_scale_and_offset() -> None:
    door = Register(metric="hoist_door_open", address=0, bits=(3, 3))
    assert read(door, 0b1000).values == {"hoist_door_open": 1}
    assert read(door, 0b0111).values == {"hoist_door_open": 0}
    floor = Register(metric="hoist_floor", address=0, bits=(8, 15), offset=-2)
    assert read(floor, 0x0C00).values == {"hoist_floor": 10}
    state = Register(metric="hoist_door_open", address=0, values={0: 0, 1: 1, 255: 0})
    assert read(state, 255).values == {"hoist_door_open": 0}
    assert read(state, 7).values == {}
    assert "is 7, which is none of 0, 1, 255" in read(state, 7).refused[0]


@given(st.lists(st.integers(0, 65535), min_size=2, max_size=2))
def test_an_alarm_word_says_its_hazards_on_and_off_whatever_its_value(table: list[int]) -> None:
    alarms = {
        1: Alarm(name="overload", hazard="crane_overload"),
        2: Alarm(name="collision", hazard="crane_collision"),
        5: Alarm(name="collision ahead", hazard="crane_collision"),
        13: Alarm(name="upper limit"),
    }
    register = Register(metric="crane_alarms", address=0, type="u32", alarms=alarms)
    decoded = read(register, *table)
    word = table[0] << 16 | table[1]
    assert decoded.values == {"crane_alarms": word}
    assert decoded.alarms.keys() == {"crane_overload", "crane_collision"}
    assert bool(decoded.alarms["crane_overload"]) is bool(word >> 1 & 1)
    assert bool(decoded.alarms["crane_collision"]) is bool(word >> 2 & 1 or word >> 5 & 1)
    assert ("upper limit" in decoded.names) is bool(word >> 13 & 1)


def test_alarms_are_told_in_words() -> None:
    assert telling({"crane_load": 4.5}, ["overload"]) == "crane_load 4.5, alarm: overload"


@pytest.mark.parametrize(
    ("failures", "low", "high"), [(0, 5, 5), (1, 3.75, 6.25), (3, 15, 25), (30, 45, 75)]
)
def test_a_silent_device_is_asked_less_often(failures: int, low: float, high: float) -> None:
    rng = random.Random(1)
    assert all(low <= line.pause(5, failures, rng) <= high for _ in range(100))


@pytest.mark.parametrize("framing", ["tcp", "rtu"])
def test_a_crane_is_polled_through_an_outage_of_it(bench: Bench, framing: str) -> None:
    port = free_port()
    framer = FramerType.RTU if framing == "rtu" else FramerType.SOCKET
    wanted = device(port, framing=framing)

    async def run() -> None:
        intake = bench.intake(crane_1=wanted)
        polling = asyncio.create_task(line.poll([wanted], intake, random.Random(1)))
        for _ in (1, 2):
            async with serving(crane(port, framer)):
                enough = bench.outbox.depth + 3
                await until(partial(lambda depth: bench.outbox.depth >= depth, enough))
            await asyncio.sleep(0.3)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)

    asyncio.run(run())
    assert bench.outbox.counts()["modbus.failed.crane-1"] >= 1
    assert bench.samples()[0].readings == pytest.approx(
        {"crane_load": 4.5, "crane_tilt": -0.25, "crane_alarms": 0x80000001, "crane_wind": 7.5}
    )


def test_an_alarm_of_a_crane_begins_and_ends_as_a_hazard(bench: Bench) -> None:
    alarms = {0: Alarm(name="wind", hazard="crane_wind"), 13: Alarm(name="upper limit")}
    word = Register(metric="crane_alarms", address=2, type="u32", alarms=alarms)
    port = free_port()
    wanted = device(port, [word])

    async def run() -> None:
        server = crane(port)
        polling = asyncio.create_task(
            line.poll([wanted], bench.intake(crane_1=wanted), random.Random(1))
        )
        async with serving(server):
            await until(lambda: bench.findings() == [("crane_wind", "begin")])
            await server.async_setValues(1, 16, 2, [0, 1 << 13])
            await until(lambda: bench.findings()[1:] == [("crane_wind", "end")])
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)

    asyncio.run(run())
    begin, end = bench.detections()
    assert begin.track == end.track
    assert begin.detail == "wind"
    assert bench.values("sensor_ok")[0] == 1, "a crane that warns is a crane that works"


def once(wanted: ModbusDevice) -> Decoded:
    async def run() -> Decoded:
        client = line.client_of(wanted)
        try:
            return await line.read_once(client, wanted)
        finally:
            client.close()

    return asyncio.run(run())


def test_a_register_the_device_lacks_is_named() -> None:
    async def run() -> None:
        port = free_port()
        async with serving(crane(port)):
            wanted = device(port, [Register(metric="crane_load", address=500)])
            client = line.client_of(wanted)
            with pytest.raises(
                line.PollError, match=r"registers 500 to 500 refused: .* check the map"
            ):
                await line.read_once(client, wanted)
            client.close()

    asyncio.run(run())


def test_an_absent_device_says_so() -> None:
    with pytest.raises(line.LineError, match="cannot be reached; check cable, address and port"):
        once(device(free_port()))
    cable = ModbusDevice(device="w", serial=Serial(port="/dev/absent"), registers=REGISTERS)
    with pytest.raises(line.LineError, match="/dev/absent cannot be reached; check that it is"):
        once(cable)


@contextmanager
def cable() -> Iterator[tuple[str, str]]:
    """Two serial ports joined back to back."""
    ends = [pty.openpty(), pty.openpty()]
    for pair in ends:
        for fd in pair:
            tty.setraw(fd)
    masters = [master for master, _ in ends]
    stop_read, stop_write = os.pipe()

    def pump() -> None:
        while True:
            ready, _, _ = select.select([*masters, stop_read], [], [])
            if stop_read in ready:
                return
            for fd in ready:
                os.write(masters[1 - masters.index(fd)], os.read(fd, 1024))

    thread = threading.Thread(target=pump)
    thread.start()
    try:
        yield os.ttyname(ends[0][1]), os.ttyname(ends[1][1])
    finally:
        os.write(stop_write, b"x")
        thread.join()
        for fd in (stop_read, stop_write, *itertools.chain(*ends)):
            os.close(fd)


def test_instruments_of_a_serial_line_are_polled_in_turn_and_a_silent_one_hardly_delays(
    bench: Bench,
) -> None:
    def on(port: str, name: str, unit: int) -> ModbusDevice:
        return ModbusDevice(
            device=name,
            serial=Serial(port=port, baud=115200),
            unit=unit,
            every_seconds=0.1,
            timeout_seconds=0.3,
            registers=[Register(metric="pit_top_horizontal", address=0, scale=0.01)],
        )

    async def run(ours: str, theirs: str) -> None:
        server = ModbusSerialServer(
            [instrument(1, [450] * 4), instrument(3, [75] * 4)],
            framer=FramerType.RTU,
            port=theirs,
            baudrate=115200,
            ignore_missing_devices=True,
        )
        devices = [on(ours, f"pit-{unit}", unit) for unit in (1, 2, 3)]
        intake = bench.intake(pit_1=devices[0], pit_2=devices[1], pit_3=devices[2])
        async with serving(server):
            polling = asyncio.create_task(line.poll(devices, intake, random.Random(1)))
            await asyncio.sleep(3)
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)

    with cable() as (ours, theirs):
        asyncio.run(run(ours, theirs))
    assert bench.values("pit_top_horizontal").count(4.5) >= 8
    assert bench.values("pit_top_horizontal").count(0.75) >= 8
    assert bench.outbox.counts().keys() == {"modbus.failed.pit-2"}
    assert bench.outbox.counts()["modbus.failed.pit-2"] <= 6
