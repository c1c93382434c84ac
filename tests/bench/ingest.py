"""Ingest: how fast the real process drains the real broker, and how fast charts are read."""

import gc
import os
import random
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec
import paho.mqtt.client as mqtt
import psutil
from paho.mqtt.enums import CallbackAPIVersion

from siteward_contracts.ids import new_id
from siteward_contracts.messages import Sample, Telemetry
from siteward_ingest.delivery import Delivery
from siteward_ingest.intake import RecentIds, sort
from siteward_ingest.mapping import points
from siteward_ingest.receiver import Receiver
from siteward_ingest.series import Point, SeriesKey, chart_width
from siteward_ingest.stores.sqlite import SqliteStore
from siteward_ingest.subscriber import TOPICS
from tests.ingest.process import SESSION, make_session
from tests.servers import free_port, mosquitto, running

_Result = TypeVar("_Result")
Figures = dict[str, float | int | str]

MESSAGES = 40_000
DEVICES = 100
METRICS = ("noise_laeq", "pm25", "pm10", "temperature", "humidity")


def ingest() -> Figures:
    """Drains 40,000 preloaded QoS 1 messages of five readings with durable commits."""
    with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder) / "mq") as port:
        broker = next(c for c in psutil.Process().children() if c.name() == "mosquitto")
        preload(port)
        bare = _bare_receiver(port)
        preload(port)
        metrics = free_port()
        environment = os.environ | {
            "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{port}",
            "SITEWARD_SERIES_URL": f"sqlite:///{folder}/series.db",
            "SITEWARD_QUARANTINE": f"{folder}/quarantine.db",
            "SITEWARD_METRICS_PORT": str(metrics),
        }
        command = [str(Path(sys.executable).parent / "siteward"), "ingest"]
        with _stopped(broker), running(command, env=environment) as process:
            _wait(lambda: _metric(metrics, "siteward_ingest_messages_total") == 0)
            used = psutil.Process(process.pid).cpu_times()
            before = used.user + used.system
            broker.resume()
            began = time.monotonic()
            _wait(lambda: _metric(metrics, "siteward_ingest_messages_total") >= MESSAGES)
            took = time.monotonic() - began
            used = psutil.Process(process.pid).cpu_times()
            cpu = used.user + used.system - before
            kept = _metric(metrics, "siteward_ingest_points_total")
        return {
            "messages": MESSAGES,
            "points": int(kept),
            "messages_per_second": round(MESSAGES / took),
            "points_per_second": round(kept / took),
            "messages_per_cpu_second": round(MESSAGES / cpu),
            "points_per_cpu_second": round(kept / cpu),
            "bare_receiver_messages_per_cpu_second": round(bare),
            "share_of_bare_receiver": round(MESSAGES / cpu / bare, 3),
        }


def stages() -> Figures:
    """Microseconds of CPU per message that each stage takes, beside the receiver's own."""
    gc.freeze()
    gc.set_threshold(50_000)  # as the process has it
    batches = [
        [Delivery(topic, payload, 1) for topic, payload in batch] for batch in _batched(1000)
    ]
    now, seen = datetime.now(UTC), RecentIds(200_000)
    decoded, taking = _us(lambda: [sort(batch, now, seen).accepted for batch in batches])
    _, mapping = _us(lambda: [[points(m.envelope, now) for m in batch] for batch in decoded])
    mapped = [[p for m in batch for p in m.points] for batch in decoded]
    with tempfile.TemporaryDirectory() as folder:
        unsealed = SqliteStore(Path(folder) / "unsealed.db", seal_after=sys.maxsize)
        _, storing = _us(lambda: _write_all(unsealed, mapped))
        unsealed.close()
        sealing_too = SqliteStore(Path(folder) / "sealed.db")
        _, both = _us(lambda: _write_all(sealing_too, mapped))
        sealing_too.close()
    return {
        "decode_check_dedupe_us": round(taking - mapping, 2),
        "map_us": mapping,
        "commit_us": storing,
        "seal_us": round(both - storing, 2),
    }


def query() -> Figures:
    """Reads a year of one-minute points of one series among twenty."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.db"
        end = datetime(2026, 11, 24, tzinfo=UTC)
        start = end - timedelta(days=365)
        filled = time.monotonic()
        _fill(path, start, end)
        filled = time.monotonic() - filled
        store = SqliteStore(path, read_only=True)
        key = SeriesKey("site-1", "dust-1", METRICS[0])
        width = chart_width(start, end, 500)
        drawn = store.buckets(key, start, end, width)
        figures: Figures = {
            "points": 20 * 365 * 1440,
            "fill_points_per_second": round(20 * 365 * 1440 / filled),
            "bytes_per_point": round(path.stat().st_size / (20 * 365 * 1440), 1),
            "year_buckets": len(drawn),
            "year_ms": _median_ms(lambda: store.buckets(key, start, end, width)),
            "day_raw_ms": _median_ms(lambda: store.raw(key, end - timedelta(days=1), end)),
            "latest_ms": _median_ms(lambda: store.latest("site-1")),
        }
        store.close()
        return figures


def preload(port: int) -> None:
    """Puts the messages into the queue of ingest's session."""
    make_session(port)
    publisher = mqtt.Client(CallbackAPIVersion.VERSION2, "preload")
    publisher.max_inflight_messages_set(1000)
    publisher.connect("127.0.0.1", port)
    publisher.loop_start()
    sent = [publisher.publish(topic, payload, qos=1) for topic, payload in _messages()]
    for info in sent:
        info.wait_for_publish()
    publisher.disconnect()
    publisher.loop_stop()


def _messages() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(7)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=8)
    for index in range(MESSAGES):
        ts = start + timedelta(minutes=index // DEVICES)
        readings = {metric: round(chance.uniform(25, 60), 1) for metric in METRICS}
        message = Telemetry(id=new_id(), ts=ts, samples=[Sample(ts=ts, readings=readings)])
        topic = f"siteward/v1/site-1/dust-{index % DEVICES}/telemetry"
        yield topic, msgspec.json.encode(message)


def _batched(size: int) -> Iterator[list[tuple[str, bytes]]]:
    messages = _messages()
    while batch := list(islice(messages, size)):
        yield batch


def _write_all(store: SqliteStore, batches: list[list[Point]]) -> None:
    for batch in batches:
        store.write(batch)


def _us(work: Callable[[], _Result]) -> tuple[_Result, float]:
    before = time.process_time()
    result = work()
    return result, round((time.process_time() - before) / MESSAGES * 1e6, 2)


def _bare_receiver(port: int) -> float:
    """Messages per CPU second of our receiver alone: received and acknowledged, not kept."""
    url = f"mqtt://127.0.0.1:{port}"
    receiver = Receiver(url, SESSION, TOPICS, time.monotonic, random.Random(7))
    before, taken = time.process_time(), 0
    while taken < MESSAGES:
        batch = receiver.collect(1000, 0.05, lambda: False)
        receiver.acknowledge(batch, receiver.session)
        taken += len(batch)
    receiver.disconnect()
    return taken / (time.process_time() - before)


def _fill(path: Path, start: datetime, end: datetime) -> None:
    chance = random.Random(7)
    store = SqliteStore(path)
    minutes = int((end - start).total_seconds()) // 60
    for first in range(0, minutes, 120):
        store.write(
            [
                Point("site-1", f"dust-{d}", metric, ts, chance.uniform(25, 60))
                for minute in range(first, min(first + 120, minutes))
                for ts in [start + timedelta(minutes=minute)]
                for d in range(1, 5)
                for metric in METRICS
            ]
        )
    store.close()


@contextmanager
def _stopped(process: psutil.Process) -> Iterator[None]:
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def _metric(port: int, name: str) -> float:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return -1
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def _wait(done: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("ingest did not finish")
        time.sleep(0.1)


def _median_ms(work: Callable[[], object], rounds: int = 7) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 2)
