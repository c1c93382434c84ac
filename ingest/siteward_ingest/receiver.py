"""The MQTT side: batches of deliveries that are acknowledged only when told.

Built on paho-mqtt with an own loop (docs/decisions/0011-mqtt-client.md): one thread reads,
commits and acknowledges, so nothing has to be locked and the broker's in-flight window
bounds what waits in memory.
"""

import logging
import select
import ssl
from collections.abc import Callable
from random import Random
from struct import pack
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from siteward_ingest.delivery import Delivery

log = logging.getLogger(__name__)

_READ_AHEAD: Final = 64 * 1024
"""Bytes; paho alone asks the kernel three times per message, which is a quarter of its time."""
_QUIET: Final = 0.005
"""Seconds without a message after which a batch is not worth waiting for."""
_TICK: Final = 0.2
"""Seconds; how long a request to stop may go unnoticed."""
_FIRST_RETRY: Final = 0.2
_LAST_RETRY: Final = 15.0
_PUBACK: Final = 0x40


def retry_delay(attempt: int, random: Random) -> float:
    """Seconds before attempt 1, 2, …: doubles up to 15 s, half of it random."""
    ceiling = min(_LAST_RETRY, _FIRST_RETRY * 2.0 ** min(attempt - 1, 10))
    return ceiling * random.uniform(0.5, 1)


def _send(sock: "mqtt.SocketLike", data: bytes) -> None:
    sent = 0
    while sent < len(data):
        try:
            sent += sock.send(data[sent:])
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            select.select([], [sock], [], _TICK)


class Receiver(mqtt.Client):
    """A persistent session that hands out what arrived and acknowledges it on demand.

    Attributes:
        session: Counts connections; deliveries of an earlier one can no longer be acknowledged
            (the broker sends them again).
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        topics: list[str],
        monotonic: Callable[[], float],
        random: Random,
    ) -> None:
        """Prepares a session; nothing is sent before the first :meth:`collect`.

        Args:
            url: ``mqtt[s]://[user:password@]host[:port]``.
            client_id: Names the session at the broker; the same after a restart.
            topics: Filters to subscribe to at QoS 1.
            monotonic: Seconds that never run backwards.
            random: Spreads retries.

        Raises:
            ValueError: The URL has another form.
        """
        super().__init__(CallbackAPIVersion.VERSION2, client_id, clean_session=False)
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(f"SITEWARD_MQTT_URL: {url!r} is not mqtt[s]://[user:password@]host")
        self.manual_ack_set(True)  # before connecting: the first message comes with the CONNACK
        self.connect_timeout = 1.5
        if parts.username:
            self.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            self.tls_set()
        self.on_connect = self._subscribe
        self.on_subscribe = self._subscribed
        self.on_disconnect = self._lost
        self.on_message = self._arrived
        self.session = 0
        self._address = (parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883))
        self._topics = topics
        self._monotonic, self._random = monotonic, random
        self._inbox: list[Delivery] = []
        self._ahead, self._ahead_at = b"", 0
        self._attempt, self._retry_at = 0, 0.0

    def collect(self, limit: int, linger: float, stop: Callable[[], bool]) -> list[Delivery]:
        """Waits for messages and returns those that arrived; maybe none when told to stop.

        Args:
            limit: Messages at most.
            linger: Seconds to wait for more after the first.
            stop: Whether to give up waiting.
        """
        deadline = None
        while not stop():
            now = self._monotonic()
            self._drain(limit)
            if len(self._inbox) >= limit:
                break
            if self._inbox:
                deadline = deadline or now + linger
                if not self._wait(min(_QUIET, deadline - now)):
                    break
            else:
                self._wait(_TICK)
        batch, self._inbox = self._inbox[:limit], self._inbox[limit:]
        return batch

    def pause(self, seconds: float, limit: int, stop: Callable[[], bool]) -> None:
        """Keeps the session alive while the caller cannot take more than ``limit`` messages."""
        end = self._monotonic() + seconds
        while not stop() and (left := end - self._monotonic()) > 0:
            self._drain(limit)
            if len(self._inbox) < limit:
                self._wait(min(_TICK, left))
            else:  # the rest waits in the kernel and at the broker
                select.select([], [], [], min(_TICK, left))
                self.loop_misc()

    def acknowledge(self, batch: list[Delivery], session: int) -> bool:
        """Tells the broker that the messages are kept, in one write.

        Returns False where the connection they came by is gone; they will come again.
        """
        sock = self.socket()
        if sock is None or session != self.session:
            return False
        acks = b"".join(pack("!BBH", _PUBACK, 2, m.mid) for m in batch if m.mid)
        try:
            while self.want_write():
                self.loop_write()
            _send(sock, acks)
        except OSError as error:
            log.warning("acknowledging failed, the messages will come again: %s", error)
            return False
        return True

    def reconnect(self) -> MQTTErrorCode:
        """Connects anew; what was read and not yet handed out will come again."""
        self._ahead, self._ahead_at = b"", 0
        self._inbox.clear()
        self.session += 1
        return super().reconnect()

    def _wait(self, seconds: float) -> bool:
        """Services the connection for a while; true when the broker sent something."""
        sock = self.socket()
        if sock is None:
            self._connect_when_due(seconds)
            return False
        if self._ahead_at < len(self._ahead):
            return True
        writers = [sock] if self.want_write() else []
        readable, writable, _ = select.select([sock], writers, [], max(0, seconds))
        if writable:
            self.loop_write()
        self.loop_misc()
        return bool(readable)

    def _connect_when_due(self, seconds: float) -> None:
        wait = self._retry_at - self._monotonic()
        if wait > 0:
            select.select([], [], [], min(wait, seconds))
            return
        self._attempt += 1
        self._retry_at = self._monotonic() + retry_delay(self._attempt, self._random)
        try:
            self.connect(*self._address, keepalive=60)
        except OSError as error:
            host, port = self._address
            log.warning("broker %s:%d is not reachable: %s", host, port, error)

    def _drain(self, limit: int) -> None:
        while len(self._inbox) < limit and self.socket() is not None:
            before = len(self._inbox)
            self.loop_read()
            if len(self._inbox) == before and self._ahead_at >= len(self._ahead):
                return

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._ahead_at >= len(self._ahead):
            if bufsize > _READ_AHEAD:
                return super()._sock_recv(bufsize)
            self._ahead, self._ahead_at = super()._sock_recv(_READ_AHEAD), 0
        start, self._ahead_at = self._ahead_at, self._ahead_at + bufsize
        return self._ahead[start : start + bufsize]

    def _arrived(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError as error:
            topic = error.object.decode("utf-8", "backslashreplace")
        self._inbox.append(Delivery(topic, bytes(message.payload), message.mid))

    def _subscribe(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            log.error("the broker refused the session: %s", reason)
            return
        self._attempt = 0
        log.info("connected to %s:%d", *self._address)
        self.subscribe([(topic, 1) for topic in self._topics])

    def _lost(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            log.warning("connection lost: %s; what was not acknowledged comes again", reason)

    def _subscribed(
        self,
        _client: mqtt.Client,
        _data: Any,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        for topic, reason in zip(self._topics, reasons, strict=False):
            if reason.is_failure:
                log.error("the broker refused the subscription to %s: %s", topic, reason)
