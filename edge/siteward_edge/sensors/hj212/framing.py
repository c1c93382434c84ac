"""Where an HJ 212 packet begins and ends in a stream, and its checksum. Pure.

Lengths and checksums follow the project's domain reference, section 3.7. Lengths count
bytes, also where a 2025 packet holds Chinese in UTF-8.
"""

from dataclasses import dataclass
from typing import Final, Literal

CrcForm = Literal["hj212", "modbus"]
CrcMode = Literal["hj212", "modbus", "either"]

MAX_SEGMENT: Final = 9999
"""Four digits can say no more; the standard's own limit of 1024 is broken by many boxes."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A data segment cut out of the stream with the checksum it claims."""

    segment: bytes
    crc: str

    @property
    def raw(self) -> bytes:
        """The packet as it came, without a line end."""
        return b"##%04d%s%s" % (len(self.segment), self.segment, self.crc.encode())


def crc_hj212(segment: bytes) -> str:
    """The standard's checksum: the byte meets the register after it was shifted."""
    register = 0xFFFF
    for byte in segment:
        register = _STEPS[(register >> 8) ^ byte]
    return f"{register:04X}"


def crc_modbus(segment: bytes) -> str:
    """What boxes compute whose makers took the polynomial for Modbus."""
    register = 0xFFFF
    for byte in segment:
        register = _STEPS[(register ^ byte) & 0xFF] ^ (register >> 8)
    return f"{register:04X}"


def _eight_steps(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


_STEPS: Final = [_eight_steps(low) for low in range(256)]
"""Eight steps of a register by its low byte; its high byte only shifts meanwhile."""


def cut(buffer: bytes) -> tuple[list[Framed | bytes], bytes]:
    """Cuts a TCP stream into packets.

    Returns:
        What is complete, in order: packets, and runs of bytes that are no packet; and the
        rest, to be put before what comes next. A missing CR LF is forgiven.
    """
    done: list[Framed | bytes] = []
    while buffer:
        start = buffer.find(b"##")
        if start < 0:
            keep = len(buffer) - 1 if buffer.endswith(b"#") else len(buffer)
            _add_junk(done, buffer[:keep])
            return done, buffer[keep:]
        _add_junk(done, buffer[:start])
        buffer = buffer[start:]
        if len(buffer) < 6:
            return done, buffer
        if not buffer[2:6].isdigit():
            _add_junk(done, buffer[:2])
            buffer = buffer[2:]
            continue
        end = 6 + int(buffer[2:6])
        if (wrong := _next_start(buffer, end)) is not None:
            _add_junk(done, buffer[:wrong])
            buffer = buffer[wrong:]
            continue
        if len(buffer) < end + 4:
            return done, buffer
        done.append(Framed(buffer[6:end], buffer[end : end + 4].decode("ascii", "replace")))
        buffer = buffer[end + 4 :]
    return done, b""


def _next_start(buffer: bytes, end: int) -> int | None:
    """Where another packet begins inside this one: its length was wrong."""
    inside = buffer.find(b"\r\n##", 6, end + 4)
    return inside + 2 if inside >= 0 else None


def _add_junk(done: list[Framed | bytes], junk: bytes) -> None:
    if junk.strip(b"\r\n"):
        done.append(junk)


def crc_matches(segment: bytes, claimed: str, mode: CrcMode) -> CrcForm | None:
    """Which checksum is claimed, of those allowed; lower case is forgiven."""
    claimed = claimed.upper()
    if mode != "modbus" and claimed == crc_hj212(segment):
        return "hj212"
    if mode != "hj212" and claimed == crc_modbus(segment):
        return "modbus"
    return None


def write(segment: bytes, form: CrcForm = "hj212") -> bytes:
    """Frames a data segment: length, checksum, CR LF.

    Raises:
        ValueError: It is too long for four digits; split it.
    """
    if len(segment) > MAX_SEGMENT:
        raise ValueError(f"{len(segment)} bytes; a packet holds at most {MAX_SEGMENT}, split it")
    crc = crc_hj212(segment) if form == "hj212" else crc_modbus(segment)
    return b"##%04d%s%s\r\n" % (len(segment), segment, crc.encode())
