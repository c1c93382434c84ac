"""The API's one connection to the broker: live frames in, events and watch commands out.

A session of its own without memory: frames and events are only worth something now, and what
must not be lost goes through the database.
"""

import logging
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

_log = logging.getLogger(__name__)

Listener = Callable[[str, bytes], None]
"""Takes a topic and a payload, on the client's own thread."""


class Broker:
    """A client that reconnects by itself and then listens to what it listened to before."""

    def __init__(self, url: str) -> None:
        """Prepares a client; nothing is sent before :meth:`start`.

        Args:
            url: ``mqtt[s]://[user:password@]host[:port]``.

        Raises:
            ValueError: The URL has another form.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(f"SITEWARD_MQTT_URL: {url!r} is not mqtt[s]://[user:password@]host")
        self._address = (parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883))
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            self._client.tls_set()
        self._client.reconnect_delay_set(1, 15)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._topics: dict[str, None] = {}

    def start(self, listener: Listener) -> None:
        """Connects in the background and goes on trying."""

        def arrived(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
            listener(message.topic, bytes(message.payload))

        self._client.on_message = arrived
        self._client.connect_async(*self._address, keepalive=30)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnects."""
        self._client.disconnect()
        self._client.loop_stop()

    def is_up(self) -> bool:
        """Whether the broker is connected now."""
        return self._client.is_connected()

    def publish(self, topic: str, payload: bytes) -> None:
        """Sends at most once; while the broker is away, nothing is sent."""
        if self.is_up():
            self._client.publish(topic, payload, qos=0)

    def listen(self, topic: str) -> None:
        """Subscribes, now and after every reconnection."""
        self._topics[topic] = None
        if self.is_up():
            self._client.subscribe(topic)

    def unlisten(self, topic: str) -> None:
        """Unsubscribes."""
        self._topics.pop(topic, None)
        if self.is_up():
            self._client.unsubscribe(topic)

    def _connected(
        self,
        client: mqtt.Client,
        _data: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            _log.warning("broker_refused reason=%s", reason)
            return
        for topic in list(self._topics):
            client.subscribe(topic)

    def _disconnected(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            _log.warning("broker_lost reason=%s", reason)
