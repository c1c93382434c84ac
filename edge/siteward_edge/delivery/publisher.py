"""Sends what waits in the outbox, in order, and forgets only what the broker acknowledged."""

import dataclasses
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from siteward_contracts.messages import Command
from siteward_contracts.topics import BadTopicError, Kind, Topic, parse_topic, subscription
from siteward_edge.delivery.outbox import Outbox

log = logging.getLogger(__name__)

WINDOW: Final = 100
"""Messages sent and not yet acknowledged; enough to fill a link, small enough to replay."""
KEEP_ALIVE: Final = 15
"""Seconds; a dead link is noticed by the broker after one and a half of it."""
POLL: Final = 0.2
"""Seconds between looks at the acknowledgements while there is nothing to send."""
RECONNECT: Final = (1, 30)
"""Seconds before the first and before a late attempt to connect again."""


class Publisher:
    """One connection to the broker, kept up in the background.

    Args of the constructor:
        url: ``mqtt://user:password@host:port`` or ``mqtts://…``.
        site: Whose commands to hear.
        agent: Topic the status goes to, retained; the last will goes there too.
        outbox: What to send.
        last_will: Makes the payload the broker publishes when the link dies.
        on_command: Called with the device and the command, on the network thread.
        on_settings: Called with the payload that holds the platform's settings, likewise.
    """

    def __init__(
        self,
        url: str,
        site: str,
        agent: Topic,
        outbox: Outbox,
        last_will: Callable[[], bytes],
        on_command: Callable[[str, Command], None],
        on_settings: Callable[[bytes], None],
    ) -> None:
        """Prepares the connection; :meth:`start` opens it."""
        self._outbox = outbox
        self._agent = str(agent)
        self._site = site
        self._on_command = on_command
        self._on_settings = on_settings
        self._settings = str(dataclasses.replace(agent, kind=Kind.CONFIG))
        self._in_flight: dict[int, int] = {}  # paho's mid -> outbox seq
        self._acknowledged: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._delivered: list[int] = []  # acknowledged, not yet settled
        self._connected = threading.Event()
        self._stopping = threading.Event()
        self._client = self._make_client(url, last_will)
        self._pump = threading.Thread(target=self._send_all, name="outbox", daemon=True)

    def start(self) -> None:
        """Connects now or as soon as the broker can be reached, and keeps sending."""
        self._client.connect_async(self._host, self._port, keepalive=KEEP_ALIVE)
        self._client.loop_start()
        self._pump.start()

    def stop(self, farewell: bytes) -> None:
        """Publishes the last status and disconnects; takes two seconds at worst."""
        self._stopping.set()
        self._pump.join(0.5)
        if self._connected.is_set():
            self.publish_status(farewell, wait=0.5)
        self._client.disconnect()
        # Paho waits for a connection attempt in progress, however long that takes.
        ending = threading.Thread(target=self._client.loop_stop, daemon=True)
        ending.start()
        ending.join(1)

    @property
    def connected(self) -> bool:
        """Whether the broker is there now."""
        return self._connected.is_set()

    def publish_status(self, payload: bytes, wait: float = 0) -> None:
        """Sends a status, retained; without a link it is not kept, the next one says more."""
        if not self._connected.is_set():
            return
        info = self._client.publish(self._agent, payload, qos=1, retain=True)
        if wait:
            info.wait_for_publish(wait)

    def publish_frame(self, topic: Topic, payload: bytes) -> None:
        """Sends a live frame, if there is a link."""
        if self._connected.is_set():
            self._client.publish(str(topic), payload, qos=0)

    def _make_client(self, url: str, last_will: Callable[[], bytes]) -> mqtt.Client:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"siteward-edge-{self._site}-{self._agent.split('/')[3]}",
            clean_session=False,
        )
        if parts.scheme == "mqtts":
            client.tls_set()
        if parts.username:
            client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        client.max_inflight_messages_set(WINDOW + 10)  # statuses beside the window
        client.reconnect_delay_set(*RECONNECT)

        def before_connecting(client: mqtt.Client, userdata: Any) -> None:
            client.will_set(self._agent, last_will(), qos=1, retain=True)

        client.on_pre_connect = before_connecting
        client.on_connect = self._when_connected
        client.on_disconnect = self._when_disconnected
        client.on_publish = self._when_acknowledged
        client.on_message = self._when_message
        return client

    def _when_connected(
        self, client: mqtt.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        if reason.is_failure:
            log.warning("broker refused the connection: %s", reason)
            return
        log.info("connected to %s:%d", self._host, self._port)
        client.subscribe([(subscription(Kind.COMMAND, self._site), 0), (self._settings, 1)])
        self._connected.set()

    def _when_disconnected(
        self, client: mqtt.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        self._connected.clear()
        log.warning("no link to the broker: %s", reason)

    def _when_acknowledged(
        self, client: mqtt.Client, userdata: Any, mid: int, reason: Any, properties: Any
    ) -> None:
        self._acknowledged.put(mid)

    def _when_message(self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        if message.topic == self._settings:
            self._on_settings(bytes(message.payload))
            return
        try:
            device = parse_topic(message.topic).device
            command = msgspec.json.decode(message.payload, type=Command)
        except (BadTopicError, msgspec.DecodeError) as error:
            log.warning("command on %s not understood: %s", message.topic, error)
            self._outbox.count("bad_command")
            return
        self._on_command(device, command)

    def _send_all(self) -> None:
        """Runs until stopped. Paho itself resends what was in flight when a link died."""
        while not self._stopping.is_set():
            try:
                self._send_some()
            except sqlite3.Error:  # a full or failing disk; what is stored stays stored
                log.exception("outbox cannot be read or settled; trying again")
                self._stopping.wait(1)
        with suppress(sqlite3.Error):
            self._settle()

    def _send_some(self) -> None:
        self._settle()
        room = WINDOW - len(self._in_flight)
        if room <= 0:
            with suppress(queue.Empty):
                self._settled_by(self._acknowledged.get(timeout=POLL))
            return
        if not self._connected.wait(POLL):
            return
        batch = self._outbox.take(room)
        for waiting in batch:
            info = self._client.publish(waiting.topic, waiting.payload, qos=1)
            self._in_flight[info.mid] = waiting.seq
        if not batch:
            self._outbox.wait(POLL)

    def _settle(self) -> None:
        while True:
            try:
                self._settled_by(self._acknowledged.get_nowait())
            except queue.Empty:
                break
        if self._delivered:
            self._outbox.settle(self._delivered)
            self._delivered.clear()

    def _settled_by(self, mid: int) -> None:
        """Notes an acknowledgement; a status has none of our numbers."""
        seq = self._in_flight.pop(mid, None)
        if seq is not None:
            self._delivered.append(seq)
