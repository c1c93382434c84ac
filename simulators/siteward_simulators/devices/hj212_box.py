"""A dust and noise box: sends HJ 212-2017 packets over TCP, as strictly as the standard asks."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from siteward_contracts.clock import SHANGHAI, Clock
from siteward_simulators.world.state import SiteState

_log = logging.getLogger(__name__)

FACTORS: Final[dict[str, tuple[str, str]]] = {
    # factor code: (our metric, number format); HJ 212-2017 annex B, DB codes for dust
    "a34004": ("pm25", ".1f"),
    "a34002": ("pm10", ".1f"),
    "a34001": ("tsp", ".1f"),
    "LA": ("noise_laeq", ".1f"),
    "a01007": ("wind_speed", ".1f"),
    "a01008": ("wind_direction", ".0f"),
    "a01001": ("temperature", ".1f"),
    "a01002": ("humidity", ".1f"),
    "a01006": ("pressure", ".3f"),
}
PERIOD: Final = timedelta(seconds=10)
RETRY_SECONDS: float = 2.0
"""Between two tries to connect."""
SPOILT_EVERY: Final = 240
"""One packet in so many reaches the line damaged: about every 40 minutes."""
FAULTY_EVERY: Final = 90
"""One packet in so many flags its PM10 sensor D (fault) while it checks itself."""


def crc(segment: bytes) -> str:
    """HJ 212's checksum: the high byte is folded in before each byte, unlike Modbus'."""
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ byte
        for _ in range(8):
            register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    return f"{register:04X}"


def packet(
    mn: str, at: datetime, readings: Mapping[str, float], flags: Mapping[str, str] | None = None
) -> bytes:
    """A real-time data packet (ST=39, CN=2011) that asks for an acknowledgement.

    Args:
        mn: The box's id, up to 24 characters.
        at: When it was measured.
        readings: Metric to value; only the metrics of ``FACTORS`` are sent.
        flags: Metric to data flag where it is not N.
    """
    local = at.astimezone(SHANGHAI)
    parts = [f"DataTime={local:%Y%m%d%H%M%S}"]
    for code, (metric, form) in FACTORS.items():
        if metric in readings:
            flag = (flags or {}).get(metric, "N")
            parts.append(f"{code}-Rtd={readings[metric]:{form}},{code}-Flag={flag}")
    stamp = f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"
    head = f"QN={stamp};ST=39;CN=2011;PW=123456;MN={mn};Flag=5"
    segment = f"{head};CP=&&{';'.join(parts)}&&".encode("ascii")
    return b"##%04d%b%b\r\n" % (len(segment), segment, crc(segment).encode())


def spoilt(good: bytes) -> bytes:
    """The packet with one digit changed on the line, so that its checksum does not fit."""
    at = good.rindex(b"-Rtd=") + len(b"-Rtd=")
    return good[:at] + (b"8" if good[at : at + 1] != b"8" else b"3") + good[at + 1 :]


def readings(state: SiteState) -> dict[str, float]:
    """What the box's sensors show; empty where the site has no box."""
    if state.air is None:
        return {}
    air, weather = state.air, state.weather
    return {
        "pm25": air.pm25,
        "pm10": air.pm10,
        "tsp": air.tsp,
        "noise_laeq": air.noise,
        "wind_speed": weather.wind,
        "wind_direction": weather.wind_direction % 360,
        "temperature": weather.temperature,
        "humidity": weather.humidity,
        "pressure": weather.pressure,
    }


async def run_box(mn: str, port: int, ask: Callable[[], SiteState], clock: Clock) -> None:
    """Sends until cancelled; reconnects every few seconds while nobody listens."""
    sent = 0
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(RETRY_SECONDS)
            continue
        answers = asyncio.create_task(_read_away(reader))
        try:
            while not answers.done():
                sent += 1
                flags = {"pm10": "D"} if sent % FAULTY_EVERY == 0 else {}
                data = packet(mn, clock(), readings(ask()), flags)
                writer.write(spoilt(data) if sent % SPOILT_EVERY == 0 else data)
                await writer.drain()
                await asyncio.sleep(PERIOD.total_seconds())
        except OSError as error:
            _log.info("box %s: %s; connecting again", mn, error)
        finally:
            answers.cancel()
            writer.close()
        await asyncio.sleep(RETRY_SECONDS)


async def _read_away(reader: asyncio.StreamReader) -> None:
    """Acknowledgements (CN=9014); ends when the other side hangs up."""
    while await reader.read(4096):
        pass
