"""Publishes messages through the ordinary door: MQTT, QoS 1, bounded in flight."""

import threading
import time
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from siteward_simulators.history import Outgoing

IN_FLIGHT: Final = 200
"""Messages published and not yet acknowledged."""
PATIENCE: Final = 60.0
"""Seconds without any acknowledgement after which the broker is given up."""


class BrokerError(Exception):
    """The broker cannot be reached or stopped answering."""


def connect(url: str, client_id: str, stop: threading.Event) -> mqtt.Client:
    """Opens a connection that restores itself; waits until the broker has answered.

    Raises:
        BrokerError: The URL is none, or nobody answers within ``PATIENCE`` seconds.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise BrokerError(f"{url!r} is no broker; write mqtt://host:port")
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id)
    client.max_inflight_messages_set(IN_FLIGHT)
    if parts.username:
        client.username_pw_set(parts.username, parts.password)
    if parts.scheme == "mqtts":
        client.tls_set()
    client.connect_async(parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883))
    client.loop_start()
    deadline = time.monotonic() + PATIENCE
    while not client.is_connected():
        if stop.wait(0.05) or time.monotonic() > deadline:
            client.loop_stop()
            raise BrokerError(f"no broker answers at {url}; start one or mend --mqtt")
    return client


def publish(client: mqtt.Client, outgoing: Iterable[Outgoing]) -> int:
    """Publishes in order and returns how many the broker has acknowledged: all of them.

    Args:
        client: A connected client of ``connect``.
        outgoing: What to publish.

    Raises:
        BrokerError: No acknowledgement came for ``PATIENCE`` seconds.
    """
    room = threading.Semaphore(IN_FLIGHT)
    before = client.on_publish
    client.on_publish = lambda *_: room.release()
    sent = 0
    try:
        for message in outgoing:
            _wait(room)
            client.publish(message.topic, message.payload, qos=1)
            sent += 1
        for _ in range(IN_FLIGHT):
            _wait(room)
    finally:
        client.on_publish = before
    return sent


def _wait(room: threading.Semaphore) -> None:
    if not room.acquire(timeout=PATIENCE):
        raise BrokerError(f"the broker acknowledged nothing for {PATIENCE:.0f} s")
