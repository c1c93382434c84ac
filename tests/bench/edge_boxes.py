"""Fifty HJ 212 boxes that send every second: what hearing them costs."""

import asyncio
import multiprocessing
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from siteward_contracts.clock import SHANGHAI
from siteward_contracts.ids import new_id
from siteward_edge.config.hj212 import Hj212, Hj212Device
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.sensors.hj212.framing import write
from siteward_edge.sensors.hj212.server import serving
from siteward_edge.sensors.intake import Intake

BOXES: Final = 50
SECONDS: Final = 30


def boxes() -> dict[str, float | int | str]:
    """Figures of the agent's server, whose boxes are another process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    others = context.Process(target=_send_all, args=(theirs,))
    others.start()
    with tempfile.TemporaryDirectory() as folder:
        cpu, kept = asyncio.run(_serve(Path(folder), ours))
    delays: list[float] = ours.recv()
    others.join()
    return {
        "boxes": BOXES,
        "packets_per_second": round(len(delays) / SECONDS, 1),
        "answered_of_sent": f"{len(delays)} of {BOXES * SECONDS}",
        "messages_kept": kept,
        "cpu_percent_of_a_core": round(100 * cpu / SECONDS, 1),
        "cpu_ms_per_packet": round(1e3 * cpu / len(delays), 2),
        "answer_ms_median": round(1e3 * median(delays), 1),
        "answer_ms_p99": round(1e3 * quantiles(delays, n=100)[-1], 1),
    }


async def _serve(folder: Path, others: Connection) -> tuple[float, int]:
    """Serves until the boxes are done; processor seconds used, and messages kept."""
    devices = [Hj212Device(mn=_mn(n), device=f"box-{n}") for n in range(BOXES)]
    outbox = Outbox(folder / "outbox.db", 10**9)
    named = {device.device: device for device in devices}
    intake = Intake("bench", named, outbox, lambda: datetime.now(UTC), new_id)
    settings = Hj212(listen="127.0.0.1:0", devices=devices)
    async with serving(settings, "bench", intake) as server:
        others.send(server.sockets[0].getsockname()[1])
        before = time.process_time()
        while not others.poll():
            await asyncio.sleep(0.2)
        used = time.process_time() - before
    kept = outbox.depth
    outbox.close()
    return used, kept


def _mn(number: int) -> str:
    return f"BOX{number:021d}"


def _send_all(server: Connection) -> None:
    port = server.recv()

    async def run() -> list[float]:
        delays = await asyncio.gather(*(_box(n, port) for n in range(BOXES)))
        return [delay for some in delays for delay in some]

    server.send(asyncio.run(run()))


async def _box(number: int, port: int) -> list[float]:
    """Sends once a second, at a moment of its own; seconds each answer took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(number / BOXES)
    began = time.monotonic()
    delays = []
    for second in range(SECONDS):
        await asyncio.sleep(max(0.0, began + second - time.monotonic()))
        sent = time.monotonic()
        writer.write(_packet(number, second))
        await reader.readuntil(b"\r\n")
        delays.append(time.monotonic() - sent)
    writer.close()
    return delays


def _packet(number: int, second: int) -> bytes:
    now = datetime.now(SHANGHAI)
    values = {
        "a34004": 50 + second % 7,
        "a34002": 120 + second % 9,
        "a34001": 240 + second % 8,
        "LA": 60 + second % 5,
        "a01007": 3 + second % 10 / 10,
        "a01008": 130 + second % 11,
        "a01001": 21.6,
        "a01002": 57.3,
        "a01006": 101.32,
    }
    data = ";".join(f"{code}-Rtd={value},{code}-Flag=N" for code, value in values.items())
    head = f"QN={now:%Y%m%d%H%M%S}000;ST=39;CN=2011;PW=123456;MN={_mn(number)};Flag=5"
    return write(f"{head};CP=&&DataTime={now:%Y%m%d%H%M%S};{data}&&".encode())
