import asyncio
import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import ModbusTcpServer

from siteward_contracts.decode import decode
from siteward_contracts.messages import Telemetry
from siteward_edge.config.modbus import ModbusDevice, Register
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.sensors.modbus import line as modbus
from tests.servers import free_port

NOW = datetime(2026, 3, 1, tzinfo=UTC)
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


@asynccontextmanager
async def crane(port: int, table: list[int]) -> AsyncIterator[None]:
    block = ModbusSequentialDataBlock(1, table)  # type: ignore[no-untyped-call]
    context = ModbusServerContext(ModbusDeviceContext(hr=block), single=True)
    server = ModbusTcpServer(context, address=("127.0.0.1", port))
    task = asyncio.create_task(server.serve_forever())
    try:
        await asyncio.sleep(0.1)
        yield
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]
        await asyncio.gather(task, return_exceptions=True)


def device(port: int, registers: list[Register]) -> ModbusDevice:
    return ModbusDevice(
        device="crane-1", host="127.0.0.1", port=port, every_seconds=0.05, registers=registers
    )


def test_neighbours_are_read_together_and_gaps_are_not_crossed() -> None:
    groups = modbus.runs(list(reversed(REGISTERS)))
    assert [[r.address for r in group] for group in groups] == [[0, 1, 2], [10]]


@pytest.mark.parametrize(
    ("failures", "low", "high"), [(0, 5, 5), (1, 3.75, 6.25), (3, 15, 25), (30, 45, 75)]
)
def test_a_silent_device_is_asked_less_often(failures: int, low: float, high: float) -> None:
    rng = random.Random(1)
    assert all(low <= modbus.pause(5, failures, rng) <= high for _ in range(100))


def test_a_crane_is_polled_through_an_outage_of_it(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.db", 10**7)
    port = free_port()
    ids = iter(f"{n:032}" for n in range(10**6))

    async def run() -> None:
        polling = asyncio.create_task(
            modbus.poll(
                device(port, REGISTERS), "s", outbox, lambda: NOW, ids.__next__, random.Random(1)
            )
        )
        for round_ in (1, 2):
            async with crane(port, words()):
                before = outbox.depth
                for _ in range(200):
                    await asyncio.sleep(0.05)
                    if outbox.depth >= before + 3:
                        break
                assert outbox.depth >= before + 3, f"round {round_}"
            await asyncio.sleep(0.3)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)

    asyncio.run(run())
    assert outbox.counts()["modbus.failed.crane-1"] >= 1
    (first,) = outbox.take(1)
    message = decode(first.topic, first.payload, NOW).message
    assert isinstance(message, Telemetry)
    assert message.samples[0].readings == pytest.approx(
        {"crane_load": 4.5, "crane_tilt": -0.25, "crane_alarms": 0x80000001, "crane_wind": 7.5}
    )
    outbox.close()


def test_a_register_the_device_lacks_is_named(tmp_path: Path) -> None:
    async def run() -> None:
        port = free_port()
        async with crane(port, words()):
            wanted = device(port, [Register(metric="crane_load", address=500)])
            client = modbus.client_of(wanted)
            with pytest.raises(modbus.PollError, match="registers 500 to 500 refused"):
                await modbus.read_once(client, wanted)
            client.close()

    asyncio.run(run())


def test_an_absent_device_says_so() -> None:
    async def run() -> None:
        wanted = device(free_port(), REGISTERS)
        with pytest.raises(modbus.PollError, match="cannot be reached"):
            await modbus.read_once(modbus.client_of(wanted), wanted)

    asyncio.run(run())


def test_values_no_crane_can_have_are_left_out_with_a_remedy() -> None:
    good, refused = modbus.plausible({"crane_load": 655.35, "crane_wind": 3, "crane_tilt": 1e99})
    assert good == {"crane_wind": 3}
    assert len(refused) == 2
    assert "check its address, type and scale" in refused[0]
    assert modbus.plausible({"crane_wind": float("nan")})[0] == {}
