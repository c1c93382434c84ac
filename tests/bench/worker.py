"""What the worker costs: messages per CPU second, and a message's way to its alert."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

from prometheus_client import CollectorRegistry

from siteward_ingest.delivery import Delivery
from siteward_ingest.open_store import open_store
from siteward_platform.database import migrate
from siteward_platform.database.session import open_database
from siteward_platform.evidence import EvidenceStore
from siteward_platform.rule_sets import shipped_packs
from siteward_platform.worker.judge import Judge
from siteward_platform.worker.metrics import Metrics
from tests.servers import mosquitto
from tests.worker.site import NOW, intrusion, set_up, telemetry
from tests.worker.test_process import Broker, worker

_METRICS = {
    "noise_laeq": 52.0, "pm10": 80.0, "tsp": 300.0, "humidity": 40.0, "wind_speed": 3.0,
}  # fmt: skip
_TEN = timedelta(seconds=10)


def worker_messages() -> dict[str, float | int | str]:
    """The worker without a broker: decode, judge, commit to SQLite, batches of 1,000."""
    with tempfile.TemporaryDirectory() as name, _judge(Path(name)) as judge:
        batch = list(_messages(20_000))
        cpu, wall = time.process_time(), time.perf_counter()
        for start in range(0, len(batch), 1_000):
            judge.take(batch[start : start + 1_000])
        return {
            "messages_per_second": round(len(batch) / (time.perf_counter() - wall)),
            "messages_per_cpu_second": round(len(batch) / (time.process_time() - cpu)),
        }


def worker_latency() -> dict[str, float | int | str]:
    """From publishing a detection to hearing its alert's event, over a real broker, idle."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = open_database(f"sqlite:///{folder / 'siteward.db'}")
        migrate.upgrade(database)
        set_up(database)
        open_store(f"sqlite:///{folder / 'series.db'}").close()
        with mosquitto(folder / "broker") as port:
            client = Broker(port)
            environment = {
                **os.environ,
                "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{port}",
                "SITEWARD_SERIES_URL": f"sqlite:///{folder / 'series.db'}",
                "SITEWARD_DATABASE_URL": f"sqlite:///{folder / 'siteward.db'}",
                "SITEWARD_EVIDENCE_DIR": str(folder / "evidence"),
            }
            with worker(environment, folder):
                took = [_way(client, n) for n in range(55)][5:]
            client.close()
    return {
        "detection_to_event_ms_p50": round(1_000 * median(took), 1),
        "detection_to_event_ms_p95": round(1_000 * quantiles(took, n=20)[-1], 1),
    }


def _way(client: Broker, n: int) -> float:
    """A day apart, so that every detection is an incident of its own."""
    ts = datetime.now(UTC) - timedelta(days=60 - n)
    client.events.clear()
    began = time.monotonic()
    client.publish(intrusion(ts, f"t{n}", evidence=None))
    client.wait_for(lambda event: event["event"] == "alert" and event["state"] == "firing")
    took = time.monotonic() - began
    client.publish(intrusion(ts + timedelta(hours=1), f"t{n}", "end", evidence=None))
    time.sleep(0.1)  # idle again
    return took


@contextmanager
def _judge(folder: Path) -> Iterator[Judge]:
    database = open_database(f"sqlite:///{folder / 'siteward.db'}")
    migrate.upgrade(database)
    set_up(database)
    store = open_store(f"sqlite:///{folder / 'series.db'}")
    yield Judge(
        database=database,
        series=store,
        evidence=EvidenceStore(folder / "evidence"),
        packs=shipped_packs(),
        publish=lambda _topic, _payload: None,
        retain=lambda _topic, _payload: None,
        clock=lambda: NOW,
        metrics=Metrics(CollectorRegistry()),
    )
    store.close()
    database.dispose()


def _messages(count: int) -> Iterator[Delivery]:
    random = Random(1)
    start = NOW - timedelta(days=2)
    for n in range(count // 4):
        ts = start + n * timedelta(seconds=30)
        dust = {name: value * random.uniform(0.95, 1.05) for name, value in _METRICS.items()}
        yield telemetry("dust", [(ts, dust)])
        for camera in ("cam-tower", "cam-2"):
            yield telemetry(camera, [(ts, {"camera_ok": 1.0, "camera_fps": 8.0})])
        crane = {"crane_wind": 9 * random.random(), "crane_moment_pct": 92 * random.random()}
        yield telemetry("crane", [(ts, crane)])
