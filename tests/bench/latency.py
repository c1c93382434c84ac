"""How long a whole demo takes to be ready, and an intrusion's way into a browser's socket."""

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec
import paho.mqtt.client as mqtt
import yaml
from paho.mqtt.enums import CallbackAPIVersion
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from siteward_contracts.messages import Detection
from siteward_contracts.topics import Kind, parse_topic, subscription
from tests.servers import free_port

PASSWORD: Final = "siteward-demo"
SECONDS: Final = 300.0
"""Long enough for some twenty intrusions: each site has one every one to three minutes."""

Incident = tuple[str, str, str]
"""Site, device and zone."""


def latency() -> dict[str, float | int | str]:
    """Figures of one fresh demo, watched for five minutes with all cameras on the wall."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        with _demo(folder, port) as ready_seconds:
            ways = _watch(folder, f"http://127.0.0.1:{port}")
    if len(ways) < 2:
        raise RuntimeError(f"only {len(ways)} intrusions in {SECONDS:.0f} s; see the demo's logs")
    return {
        "demo ready s": ready_seconds,
        "intrusions": len(ways),
        "confirming frame to alert in socket p50 ms": round(median(ways) * 1000),
        "confirming frame to alert in socket p95 ms": round(
            quantiles(ways, n=20, method="inclusive")[-1] * 1000
        ),
        "confirming frame to alert in socket max ms": round(max(ways) * 1000),
    }


@contextmanager
def _demo(folder: Path, port: int) -> Iterator[float]:
    """A running demo; yields the seconds it said it took to be ready."""
    command = [sys.executable, "-m", "siteward_cli", "demo", "--port", str(port)]
    output = folder / "demo.out"
    with output.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--data", str(folder / "data")], stdout=out, stderr=subprocess.STDOUT
        )
        try:
            yield _ready(process, output)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _ready(process: "subprocess.Popen[bytes]", output: Path) -> float:
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"ready http\S+\s+\((\d+) s\)", output.read_text("utf-8")):
            return float(found[1])
        time.sleep(0.2)
    raise RuntimeError(f"the demo is not ready:\n{output.read_text('utf-8')[-2000:]}")


def _watch(folder: Path, url: str) -> list[float]:
    """Seconds from the frame that confirmed each intrusion to its alert in the socket."""
    seen: dict[Incident, datetime] = {}
    broker = _listen(folder / "data", seen)
    try:
        with httpx.Client(
            base_url=f"{url}/api/v1", headers={"X-Requested-With": "siteward"}
        ) as api:
            api.post("/session", json={"username": "supervisor", "password": PASSWORD})
            cookie = "; ".join(f"{c.name}={c.value}" for c in api.cookies.jar)
            live = f"ws://{urlsplit(url).netloc}/api/v1/live"
            headers = {"Cookie": cookie, "Origin": url}
            with connect(live, additional_headers=headers, max_size=None) as socket:
                projects = api.get("/projects").json()
                cameras = [f"{p['id']}/{c}" for p in projects for c in p["cameras"]]
                socket.send(json.dumps({"watch": cameras, "fps": 5}))
                return [
                    (at - ts).total_seconds()
                    for at, alert in _alerts(socket, api)
                    if (ts := seen.pop((alert["project"], alert["device"], alert["zone"]), None))
                ]
    finally:
        broker.disconnect()
        broker.loop_stop()


def _alerts(
    socket: ClientConnection, api: httpx.Client
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """When the socket said that an alert fires, and the alert."""
    deadline = time.monotonic() + SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            message = socket.recv(timeout=left)
        except (TimeoutError, ConnectionClosed):
            return
        if isinstance(message, bytes):
            continue
        event = json.loads(message)
        if event["event"] != "alert" or event["state"] != "firing":
            continue
        at = datetime.now(UTC)
        alert = api.get(f"/alerts/{event['id']}").json()
        if alert.get("kind") == "intrusion" and at - datetime.fromisoformat(
            alert["started_at"]
        ) < timedelta(minutes=1):
            yield at, alert


def _listen(data: Path, seen: dict[Incident, datetime]) -> mqtt.Client:
    """Notes the confirming frame's time of every intrusion the agents publish."""
    config = yaml.safe_load(next((data / "edge").glob("*.yaml")).read_text("utf-8"))
    where = urlsplit(config["mqtt"])
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bench-latency")

    def on_message(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        topic = parse_topic(message.topic)
        detection = msgspec.json.decode(message.payload, type=Detection)
        if (detection.kind, detection.phase) == ("intrusion", "begin"):
            seen[topic.site, topic.device, detection.zone or ""] = detection.ts

    client.on_message = on_message
    client.connect(where.hostname or "127.0.0.1", where.port or 1883)
    client.subscribe(subscription(Kind.DETECTION), qos=1)
    client.loop_start()
    return client
