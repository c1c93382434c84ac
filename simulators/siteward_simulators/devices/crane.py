"""The tower crane's controller: a Modbus TCP server with the holding registers below."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from siteward_simulators.world.state import Crane, SiteState

REFRESH: Final = 0.5
"""Seconds between updates of the registers, as a PLC's cycle toward its gateway."""


@dataclass(frozen=True, slots=True)
class Register:
    """A value: zero-based holding register, high word first where it takes two.

    Attributes:
        metric: Its name in the catalogue.
        field: The field of ``Crane`` it shows.
        address: First register.
        type: How it is coded.
        scale: Register value times this is in the metric's unit.
    """

    metric: str
    field: str
    address: int
    type: Literal["u16", "i16", "u32"]
    scale: float


REGISTERS: Final = (
    Register("crane_load", "load", 0, "u16", 0.01),
    Register("crane_rated_load", "rated_load", 1, "u16", 0.01),
    Register("crane_moment_pct", "moment_pct", 2, "u16", 0.1),
    Register("crane_radius", "radius", 3, "u16", 0.1),
    Register("crane_slew", "slew", 4, "i16", 0.1),
    Register("crane_height", "height", 5, "i16", 0.1),
    Register("crane_tilt", "tilt", 6, "i16", 0.01),
    Register("crane_wind", "wind", 7, "u16", 0.1),
    Register("crane_alarms", "alarms", 8, "u32", 1),
)
SIZE: Final = 10
UNIT: Final = 1
WRITE_REGISTERS: Final = 16
"""Modbus function code: write multiple holding registers."""


def words(crane: Crane) -> list[int]:
    """The register table of a crane, each value held within what its type can say."""
    table = [0] * SIZE
    for register in REGISTERS:
        low, high = {"u16": (0, 65535), "i16": (-32768, 32767), "u32": (0, 2**32 - 1)}[
            register.type
        ]
        value = round(getattr(crane, register.field) / register.scale)
        value = min(high, max(low, value))
        if register.type == "u32":
            table[register.address : register.address + 2] = divmod(value, 65536)
        else:
            table[register.address] = value % 65536
    return table


async def run_crane(port: int, ask: Callable[[], SiteState]) -> None:
    """Serves one crane on loopback until cancelled."""
    block = SimData(0, values=[0] * SIZE, datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(UNIT, block), address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    try:
        while True:
            crane = ask().crane
            if crane is not None:
                await server.async_setValues(UNIT, WRITE_REGISTERS, 0, words(crane))
            await asyncio.sleep(REFRESH)
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]
