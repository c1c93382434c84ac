"""From the registers of an instrument to values and alarms. Pure."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from siteward_edge.config.modbus import Register

_CODES: Final = {
    "u16": ">H",
    "i16": ">h",
    "u32": ">I",
    "i32": ">i",
    "u64": ">Q",
    "i64": ">q",
    "f32": ">f",
    "f64": ">d",
}
MAX_WORDS: Final = 125
"""Registers one request may ask for (Modbus application protocol, functions 3 and 4)."""


def width(register: Register) -> int:
    """How many registers a value takes."""
    return int(register.type[1:]) // 16


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that stand side by side and are read at one instant."""

    table: str
    start: int
    count: int
    registers: tuple[Register, ...]


def blocks(registers: Sequence[Register]) -> list[Block]:
    """Groups registers for reading; several may look at the same words.

    Gaps are not read across: many instruments refuse addresses they do not know.
    """
    found: list[Block] = []
    for register in sorted(registers, key=lambda r: (r.table, r.address, width(r))):
        end = register.address + width(register)
        if found:
            last = found[-1]
            count = max(last.count, end - last.start)
            touches = register.address <= last.start + last.count
            if last.table == register.table and touches and count <= MAX_WORDS:
                found[-1] = Block(last.table, last.start, count, (*last.registers, register))
                continue
        found.append(Block(register.table, register.address, width(register), (register,)))
    return found


@dataclass(slots=True)
class Decoded:
    """What one look at an instrument gave.

    Attributes:
        values: Metric to value in its unit.
        alarms: Hazard kind to the alarms that say so, empty where none does.
        names: The alarms that are on, hazards or not.
        refused: What could not be decoded and why.
    """

    values: dict[str, float] = field(default_factory=dict)
    alarms: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def decode(block: Block, words: Sequence[int], into: Decoded) -> None:
    """Adds what the words of a block say.

    Raises:
        ValueError: There are fewer or more words than were asked for.
    """
    if len(words) != block.count:
        raise ValueError(f"{len(words)} registers came, {block.count} were asked for")
    for register in block.registers:
        offset = register.address - block.start
        whole = number(register, words[offset : offset + width(register)])
        _decode_alarms(register, int(whole) if register.alarms else 0, into)
        raw = whole if register.bits is None else _bits(int(whole), *register.bits)
        if register.values:
            if raw not in register.values:
                known = ", ".join(map(str, register.values))
                into.refused.append(f"{register.metric} is {raw:g}, which is none of {known}")
                continue
            raw = register.values[int(raw)]
        into.values[register.metric] = raw * register.scale + register.offset


def number(register: Register, words: Sequence[int]) -> float:
    """The number that words hold, before a bit field is taken out of it and before scaling."""
    ordered = words if register.word_order != "little" else list(reversed(words))
    byte_order = ">H" if register.byte_order != "little" else "<H"
    packed = b"".join(struct.pack(byte_order, word) for word in ordered)
    found: float = struct.unpack(_CODES[register.type], packed)[0]
    return found


def _bits(value: int, first: int, last: int) -> int:
    return value >> first & ((1 << (last - first + 1)) - 1)


def _decode_alarms(register: Register, value: int, into: Decoded) -> None:
    for bit, alarm in register.alarms.items():
        on = bool(value >> bit & 1)
        if on:
            into.names.append(alarm.name)
        if alarm.hazard is not None:
            said = into.alarms.get(alarm.hazard, "")
            into.alarms[alarm.hazard] = ", ".join(filter(None, [said, alarm.name if on else ""]))


def telling(values: Mapping[str, float], names: Sequence[str]) -> str:
    """Values and alarms for a reader."""
    parts = [f"{name} {value:g}" for name, value in values.items()]
    return ", ".join([*parts, *(f"alarm: {name}" for name in names)])
