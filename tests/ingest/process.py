"""The real ``siteward ingest`` process, and messages to send it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt import publish
from paho.mqtt.enums import CallbackAPIVersion
from prometheus_client.parser import text_string_to_metric_families

from siteward_contracts.ids import new_id
from siteward_contracts.messages import Sample, Telemetry
from siteward_ingest.quarantine import Quarantine, Refused
from siteward_ingest.subscriber import TOPICS
from tests.servers import free_port, running

SESSION = "siteward-ingest"
SITEWARD = str(Path(sys.executable).parent / "siteward")
TOPIC = "siteward/v1/garden/dust-1/telemetry"


@dataclass(frozen=True)
class Ingest:
    process: subprocess.Popen[bytes]
    folder: Path
    metrics_port: int

    def metric(self, name: str, **labels: str) -> float:
        """A counter's value; 0 where it has not been counted, -1 where nobody answers."""
        try:
            address = f"http://127.0.0.1:{self.metrics_port}/metrics"
            with urllib.request.urlopen(address, timeout=5) as answer:
                text = answer.read().decode()
        except OSError:
            return -1
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == f"siteward_ingest_{name}" and labels.items() <= sample.labels.items()
        )

    def quarantined(self) -> list[Refused]:
        quarantine = Quarantine(self.folder / "quarantine.db")
        try:
            return quarantine.all()
        finally:
            quarantine.close()


def environment(folder: Path, port: int, series_url: str | None = None) -> dict[str, str]:
    return os.environ | {
        "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{port}",
        "SITEWARD_SERIES_URL": series_url or f"sqlite:///{folder}/series.db",
        "SITEWARD_QUARANTINE": f"{folder}/quarantine.db",
    }


@contextmanager
def ingest(
    folder: Path, port: int, series_url: str | None = None, batch: int = 1000
) -> Iterator[Ingest]:
    """Runs the process on a session that the broker already knows."""
    metrics = free_port()
    variables = environment(folder, port, series_url) | {
        "SITEWARD_METRICS_PORT": str(metrics),
        "SITEWARD_INGEST_BATCH": str(batch),
    }
    with running([SITEWARD, "ingest"], env=variables, stderr=subprocess.DEVNULL) as process:
        started = Ingest(process, folder, metrics)
        wait_until(lambda: started.metric("messages_total") >= 0 or process.poll() is not None)
        yield started


def make_session(port: int) -> None:
    """Makes ingest's session at the broker, so that messages queue before it starts."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, SESSION, clean_session=False)
    client.on_connect = _subscribe
    client.on_subscribe = _leave
    client.connect("127.0.0.1", port)
    client.loop_forever()


def _subscribe(client: mqtt.Client, *_: Any) -> None:
    client.subscribe([(topic, 1) for topic in TOPICS])


def _leave(client: mqtt.Client, *_: Any) -> None:
    client.disconnect()


def send(port: int, *messages: tuple[str, bytes]) -> None:
    """Publishes at QoS 1; returns when the broker has them all."""
    packets = [(topic, payload, 1, False) for topic, payload in messages]
    publish.multiple(packets, hostname="127.0.0.1", port=port)  # type: ignore[arg-type]


def telemetry(ts: datetime, message_id: str | None = None, **readings: float) -> bytes:
    sample = Sample(ts=ts, readings=readings or {"pm10": 40.0})
    return msgspec.json.encode(Telemetry(id=message_id or new_id(), ts=ts, samples=[sample]))


def numbered(start: datetime, count: int) -> list[tuple[str, bytes]]:
    """Messages a second apart, each with its own values: half and a quarter of its number."""
    return [
        (TOPIC, telemetry(start + timedelta(seconds=n), pm10=n / 2, pm25=n / 4))
        for n in range(count)
    ]


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition did not come true")
        time.sleep(0.05)
