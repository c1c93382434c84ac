"""Sends what waits in the outbox, in order, and forgets only what the broker acknowledged."""

import dataclasses
import logging
import math
import queue
import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec
import paho.mqtt.client as mqtt

from siteward_contracts.clock import Clock
from siteward_contracts.messages import Command
from siteward_contracts.topics import BadTopicError, Kind, Topic, parse_topic, subscription
from siteward_edge.config.delivery import Link
from siteward_edge.delivery.broker import address, client_of, pause
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.delivery.pace import Pace

log = logging.getLogger(__name__)

WINDOW: Final = 100
"""Messages sent and not yet acknowledged; enough to fill a link, small enough to replay."""
WINDOW_BYTES: Final = 256 * 1024
"""Likewise; the last message may go beyond. A link too slow to carry so much within the time of
the keep-alive would be taken for dead: 70 kbit/s at 30 s."""
SETTLED_AT_ONCE: Final = 25
"""Acknowledged messages forgotten in one transaction while there is more to send: each is a
write to the disk that waits for it."""
BURST: Final = 4.0
"""Seconds of the allowed rate that may go out at once after a rest, so that a fresh detection
and its picture do not wait."""
POLL: Final = 0.2
"""Seconds between looks at the acknowledgements while there is nothing to send."""


@dataclasses.dataclass(frozen=True, slots=True)
class Callbacks:
    """What a publisher asks for and tells.

    Attributes:
        last_will: Makes the payload the broker publishes when the link dies. It is made when
            the link comes up, so its time is the connection's; the platform takes an offline
            status to be of when it hears it.
        command: Called with the device and the command, on the network thread.
        settings: Called with the payload that holds the platform's settings, likewise.
    """

    last_will: Callable[[], bytes]
    command: Callable[[str, Command], None]
    settings: Callable[[bytes], None]


class Publisher:
    """One connection to the broker, kept up in the background.

    Args of the constructor:
        url: ``mqtt://user:password@host:port`` or ``mqtts://…``.
        link: How much of the link may be used, and its certificates.
        agent: Topic the status goes to, retained; the last will goes there too.
        outbox: What to send.
        callbacks: What it asks for and tells.
        clock: Paces what is sent.
        rng: Spreads attempts to connect.

    Raises:
        BrokerError: A certificate or key cannot be used.
    """

    def __init__(
        self,
        url: str,
        link: Link,
        agent: Topic,
        outbox: Outbox,
        callbacks: Callbacks,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        """Prepares the connection; :meth:`start` opens it."""
        self._url = url
        self._link = link
        self._outbox = outbox
        self._agent = agent
        self._callbacks = callbacks
        self._clock = clock
        self._rng = rng
        self._settings = str(dataclasses.replace(agent, kind=Kind.CONFIG))
        bytes_per_second = link.max_kbit * 125
        self._bytes = Pace(bytes_per_second, bytes_per_second * BURST)
        self._messages = Pace(link.max_messages, link.max_messages * BURST)
        self._in_flight: dict[int, tuple[int, int]] = {}  # paho's mid -> outbox seq, bytes
        self._on_the_way = 0  # bytes of what is in flight
        self._acknowledged: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._delivered: list[int] = []  # acknowledged, not yet settled
        self._unsettled = False  # whether that failed last time
        self._frames: dict[Topic, mqtt.MQTTMessageInfo] = {}
        self._attempt = 0
        self._connected = threading.Event()
        self._stopping = threading.Event()
        self._client = self._make_client()
        self._pump = threading.Thread(target=self._send_all, name="outbox", daemon=True)

    def start(self) -> None:
        """Connects now or as soon as the broker can be reached, and keeps sending."""
        self._client.connect_async(*address(self._url), self._link.keep_alive_seconds)
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
        info = self._client.publish(str(self._agent), payload, qos=1, retain=True)
        if wait:
            info.wait_for_publish(wait)

    def publish_frame(self, topic: Topic, payload: bytes) -> None:
        """Sends a live frame, unless the one before it is still waiting to leave."""
        before = self._frames.get(topic)
        if not self._connected.is_set() or (before is not None and not before.is_published()):
            return
        info = self._client.publish(str(topic), payload, qos=0)
        if info.rc == mqtt.MQTT_ERR_SUCCESS:
            self._frames[topic] = info

    def _make_client(self) -> mqtt.Client:
        client_id = f"siteward-edge-{self._agent.site}-{self._agent.device}"
        client = client_of(self._url, self._link, client_id)
        client.max_inflight_messages_set(WINDOW + 10)  # statuses beside the window

        def before_connecting(client: mqtt.Client, userdata: Any) -> None:
            client.will_set(str(self._agent), self._callbacks.last_will(), qos=1, retain=True)

        client.on_pre_connect = before_connecting
        client.on_connect = self._when_connected
        client.on_connect_fail = self._when_not_reached
        client.on_disconnect = self._when_disconnected
        client.on_publish = self._when_acknowledged
        client.on_message = self._when_message
        self._next_attempt(client)
        return client

    def _when_connected(
        self, client: mqtt.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        if reason.is_failure:
            log.warning("broker refused the connection: %s", reason)
            return
        log.info("connected to %s:%d", *address(self._url))
        self._attempt = 0
        self._frames.clear()  # what had not left is gone with the old connection
        commands = subscription(Kind.COMMAND, self._agent.site)
        client.subscribe([(commands, 0), (self._settings, 1)])
        self._connected.set()

    def _when_not_reached(self, client: mqtt.Client, userdata: Any) -> None:
        if self._attempt <= 1:
            log.warning("%s:%d cannot be reached; still trying", *address(self._url))
        self._next_attempt(client)

    def _when_disconnected(
        self, client: mqtt.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        self._connected.clear()
        log.warning("no link to the broker: %s", reason)
        self._next_attempt(client)

    def _next_attempt(self, client: mqtt.Client) -> None:
        """Decides when to try again; paho by itself would double without jitter."""
        seconds = pause(self._attempt, self._rng)
        self._attempt += 1
        client.reconnect_delay_set(seconds, seconds)  # type: ignore[arg-type]  # waits fractions

    def _when_acknowledged(
        self, client: mqtt.Client, userdata: Any, mid: int, reason: Any, properties: Any
    ) -> None:
        self._acknowledged.put(mid)

    def _when_message(self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        if message.topic == self._settings:
            self._callbacks.settings(bytes(message.payload))
            return
        try:
            device = parse_topic(message.topic).device
            command = msgspec.json.decode(message.payload, type=Command)
        except (BadTopicError, msgspec.DecodeError) as error:
            log.warning("command on %s not understood: %s", message.topic, error)
            self._outbox.count("bad_command")
            return
        self._callbacks.command(device, command)

    def _send_all(self) -> None:
        """Runs until stopped. Paho itself resends what was in flight when a link died."""
        while not self._stopping.is_set():
            try:
                self._send_some()
            except sqlite3.Error:  # a failing disk; what is stored stays stored
                log.exception("outbox cannot be read; trying again")
                self._stopping.wait(1)
        self._settle()

    def _send_some(self) -> None:
        self._hear_all()
        if len(self._delivered) >= SETTLED_AT_ONCE:
            self._settle()
        now = self._clock()
        room = min(WINDOW - len(self._in_flight), math.ceil(self._messages.left(now)))
        room_bytes = min(WINDOW_BYTES - self._on_the_way, math.ceil(self._bytes.left(now)))
        if room <= 0 or room_bytes <= 0:
            self._rest(max(self._bytes.wait(), self._messages.wait()) or POLL)
            return
        if not self._connected.wait(POLL):
            self._settle()
            return
        batch = self._outbox.take(room, room_bytes)
        for waiting in batch:
            info = self._client.publish(waiting.topic, waiting.payload, qos=1)
            self._in_flight[info.mid] = (waiting.seq, len(waiting.payload))
            self._on_the_way += len(waiting.payload)
            self._bytes.spend(len(waiting.payload))
            self._messages.spend(1)
        if not batch:
            self._settle()
            self._outbox.wait(POLL)

    def _rest(self, seconds: float) -> None:
        """Waits for room on the link or for an acknowledgement, whichever comes first."""
        try:
            self._heard(self._acknowledged.get(timeout=min(seconds, POLL)))
        except queue.Empty:
            self._settle()

    def _hear_all(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._heard(self._acknowledged.get_nowait())

    def _heard(self, mid: int) -> None:
        """Notes an acknowledgement; a status or a frame has none of our numbers."""
        seq, size = self._in_flight.pop(mid, (None, 0))
        self._on_the_way -= size
        if seq is not None:
            self._delivered.append(seq)

    def _settle(self) -> None:
        """Forgets what was acknowledged; on a full disk later, and sending goes on."""
        self._hear_all()
        if not self._delivered:
            return
        try:
            self._outbox.settle(self._delivered)
        except sqlite3.OperationalError as error:
            if not self._unsettled:
                log.error("delivered messages cannot be forgotten yet: %s", error)
            self._unsettled = True
        else:
            self._delivered.clear()
            self._unsettled = False
