"""Instruments polled over Modbus: where they are and what their registers mean."""

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from siteward_contracts.catalog import HAZARDS, METRICS
from siteward_contracts.config_file import ConfigError, ConfigProblem, Document, load
from siteward_edge.config.section import Section, Slug, unique
from siteward_edge.config.sensors import Judged, MetricName

Order = Literal["big", "little"]
RegisterType = Literal["u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"]


def _hazard(kind: str) -> str:
    if kind not in HAZARDS:
        raise ValueError(f"no such hazard; known: {', '.join(HAZARDS)}")
    return kind


class Alarm(Section):
    """One bit of an alarm word.

    Attributes:
        name: What the instrument means by it, for the reader.
        hazard: Which hazard of the catalogue it reports; none for a limit switch and the like.
    """

    name: str
    hazard: Annotated[str, AfterValidator(_hazard)] | None = None


class Register(Section):
    """One value in a Modbus instrument.

    Attributes:
        metric: Our name of it.
        address: Zero-based register; 32-bit values take two, 64-bit ones four.
        table: Where it stands: holding registers (function 3) or input registers (4).
        type: How it is coded.
        word_order: Of a value of several registers, the map's unless said.
        byte_order: Within a register, the map's unless said.
        bits: First and last bit of a field within the value, 0 the lowest; one bit twice.
        values: Raw value to what it stands for; others are refused.
        scale: Value read times this, plus ``offset``, is in the metric's unit.
        offset: Added after scaling.
        alarms: Bit to what it says, for an alarm word.
    """

    metric: MetricName
    address: int = Field(ge=0, le=65535)
    table: Literal["holding", "input"] = "holding"
    type: RegisterType = "u16"
    word_order: Order | None = None
    byte_order: Order | None = None
    bits: tuple[int, int] | None = None
    values: dict[int, float] = Field(default_factory=dict)
    scale: float = 1.0
    offset: float = 0.0
    alarms: dict[Annotated[int, Field(ge=0, le=63)], Alarm] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> "Register":
        width = int(self.type[1:])
        if self.type[0] == "f" and (self.bits or self.alarms or self.values):
            raise ValueError("bits, values and alarms need an integer type; a float has none")
        if self.bits and not 0 <= self.bits[0] <= self.bits[1] < width:
            raise ValueError(f"bits must be [first, last], 0 to {width - 1}, first not after last")
        if any(bit >= width for bit in self.alarms):
            raise ValueError(f"{self.type} has bits 0 to {width - 1}; widen type")
        return self


Registers = Annotated[list[Register], AfterValidator(unique("metric", lambda r: r.metric))]


class RegisterMap(Section):
    """A file that says what the registers of one kind of instrument mean.

    Attributes:
        instrument: What it describes, for the reader.
        word_order: ``big`` where the high word comes first.
        byte_order: ``big``, as Modbus asks; ``little`` for those that swap bytes.
        registers: Its values.
    """

    instrument: str
    word_order: Order = "big"
    byte_order: Order = "big"
    registers: Registers = Field(min_length=1)


class Serial(Section):
    """A serial line, e.g. RS-485, on which instruments speak Modbus RTU."""

    port: str
    baud: int = Field(default=9600, ge=300, le=4_000_000)
    parity: Literal["N", "E", "O"] = "N"
    data_bits: Literal[7, 8] = 8
    stop_bits: Literal[1, 2] = 1


class ModbusDevice(Judged):
    """An instrument polled at fixed intervals.

    Attributes:
        device: Its name in topics.
        host: Address of the instrument or of its gateway.
        port: TCP port there.
        framing: ``rtu`` where a serial server passes RTU telegrams through.
        serial: The line it hangs on, instead of ``host``. Devices on one line are polled in turn.
        unit: Its address on the line.
        every_seconds: Between polls.
        timeout_seconds: How long an answer may take.
        map: Register map: the name of one that comes with the agent, or a file beside this one.
        word_order: Of ``registers``, unless they say.
        byte_order: Of ``registers``, unless they say.
        registers: Its values; over those of the map.
    """

    device: Slug
    host: str | None = None
    port: int = Field(default=502, ge=1, le=65535)
    framing: Literal["tcp", "rtu"] = "tcp"
    serial: Serial | None = None
    unit: int = Field(default=1, ge=0, le=247)
    every_seconds: float = Field(default=5, gt=0)
    timeout_seconds: float = Field(default=1, gt=0, le=30)
    map: str | None = None
    word_order: Order = "big"
    byte_order: Order = "big"
    registers: Registers = Field(default_factory=list)

    @model_validator(mode="after")
    def _reachable(self) -> "ModbusDevice":
        if (self.host is None) == (self.serial is None):
            raise ValueError("give either host (and port) or serial")
        if not self.registers and self.map is None:
            raise ValueError("says nothing to read; give map or registers")
        return self

    @property
    def line(self) -> str:
        """What it shares with the devices that are polled in turn with it."""
        return self.serial.port if self.serial else f"{self.host}:{self.port}"


def _same_line(devices: list[ModbusDevice]) -> list[ModbusDevice]:
    first: dict[str, ModbusDevice] = {}
    for device in devices:
        other = first.setdefault(device.line, device)
        if (device.serial, device.framing) != (other.serial, other.framing):
            raise ValueError(
                f"{device.device} and {other.device} share {device.line} with different settings; "
                "make them the same"
            )
    return devices


ModbusDevices = Annotated[list[ModbusDevice], AfterValidator(_same_line)]


def shipped_maps() -> dict[str, Traversable]:
    """The register maps that come with the agent, by name."""
    folder = resources.files("siteward_edge.sensors.modbus").joinpath("maps")
    return {
        file.name.removesuffix(".yaml"): file
        for file in sorted(folder.iterdir(), key=lambda f: f.name)
        if file.name.endswith(".yaml")
    }


def with_maps(
    devices: list[ModbusDevice], document: Document
) -> tuple[list[ModbusDevice], list[ConfigProblem]]:
    """Reads the maps that devices name; returns the devices complete, and what is wrong."""
    done, problems = [], []
    for index, device in enumerate(devices):
        path = ("modbus", index, "map")
        try:
            registers = list(_registers(device, document.file.parent))
        except ConfigError as error:
            problems += error.problems
            continue
        except LookupError:
            known = ", ".join(shipped_maps())
            message = f"no register map {device.map!r}"
            problems.append(
                document.problem(
                    path, message, f"give the path of a file ending in .yaml, or one of {known}"
                )
            )
            continue
        done.append(device.model_copy(update={"registers": registers}))
    return done, problems


def _registers(device: ModbusDevice, folder: Path) -> Iterator[Register]:
    """The registers of its map that it does not give itself, and its own."""
    own = {register.metric for register in device.registers}
    if device.map is not None:
        with resources.as_file(_map_file(device.map, folder)) as file:
            found = load(file, RegisterMap)
        for register in found.registers:
            if register.metric not in own:
                yield _ordered(register, found.word_order, found.byte_order)
    for register in device.registers:
        yield _ordered(register, device.word_order, device.byte_order)


def _ordered(register: Register, word_order: Order, byte_order: Order) -> Register:
    orders = {
        "word_order": register.word_order or word_order,
        "byte_order": register.byte_order or byte_order,
    }
    return register.model_copy(update=orders)


def _map_file(name: str, folder: Path) -> Traversable:
    if name.endswith((".yaml", ".yml")):
        return folder / name
    return shipped_maps()[name]


def unit_of(register: Register) -> str:
    """The unit its metric is in."""
    return METRICS[register.metric].unit
