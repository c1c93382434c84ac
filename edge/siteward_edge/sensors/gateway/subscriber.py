"""Hears a gateway's messages and acknowledges each once what it says is on disk."""

import asyncio
import logging
import random
import threading
from typing import Any, Final

import paho.mqtt.client as mqtt

from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.gateways import Gateway
from siteward_edge.delivery.broker import address, client_of, pause
from siteward_edge.delivery.outbox import OutboxFullError
from siteward_edge.sensors.gateway.mapping import (
    BadPayloadError,
    matches,
    measured,
    records,
    subscription,
)
from siteward_edge.sensors.intake import Intake

log = logging.getLogger(__name__)

STOP: Final = 1.0
"""Seconds the connection gets to end."""
RETRY: Final = 5.0
"""Seconds before what the disk did not take is tried again."""


class Subscriber:
    """One connection to a gateway's broker; runs until cancelled."""

    def __init__(
        self, gateway: Gateway, config: EdgeConfig, intake: Intake, rng: random.Random
    ) -> None:
        """Prepares the connection.

        Raises:
            BrokerError: A certificate or key cannot be used.
        """
        self._gateway = gateway
        self._url = gateway.url or config.mqtt
        self._intake = intake
        self._rng = rng
        self._attempt = 0
        self._arrived: asyncio.Queue[mqtt.MQTTMessage] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        # The broker keeps for this name what comes while the agent is away.
        name = f"siteward-edge-{config.site}-{config.agent}-{gateway.name}"
        self._client = client_of(self._url, config.link, name)
        self._client.manual_ack_set(True)
        self._client.on_connect = self._when_connected
        self._client.on_connect_fail = lambda *_: self._next_attempt()
        self._client.on_disconnect = lambda *_: self._next_attempt()
        self._client.on_message = self._when_message
        self._next_attempt()

    async def run(self) -> None:
        """Takes what comes, in order."""
        host, port = address(self._url)
        self._client.connect_async(host, port)
        self._client.loop_start()
        try:
            while True:
                message = await self._arrived.get()
                while not await self._take(message.topic, bytes(message.payload)):
                    await asyncio.sleep(RETRY)  # meanwhile the broker keeps what follows
                self._client.ack(message.mid, message.qos)
        finally:
            self._client.disconnect()
            # Paho waits for a connection attempt in progress, however long that takes.
            ending = threading.Thread(target=self._client.loop_stop, daemon=True)
            ending.start()
            await asyncio.to_thread(ending.join, STOP)

    async def _take(self, topic: str, payload: bytes) -> bool:
        """Stores what a message says; False when the disk did not take it."""
        for mapped in self._gateway.messages:
            if not matches(mapped, topic):
                continue
            try:
                for index, record in enumerate(records(payload, mapped)):
                    try:
                        found = measured(
                            record, index, topic, payload, mapped, self._intake.clock()
                        )
                    except BadPayloadError as error:
                        self._refuse(topic, payload, error)
                        continue
                    await self._intake.take(found)
            except BadPayloadError as error:
                self._refuse(topic, payload, error)
            except OutboxFullError as error:
                log.error("%s: message on %s not kept: %s", self._gateway.name, topic, error)
                return False
        return True

    def _refuse(self, topic: str, payload: bytes, error: BadPayloadError) -> None:
        log.warning("%s: message on %s refused: %s", self._gateway.name, topic, error)
        source = f"{self._gateway.name}:{topic}"
        self._intake.outbox.reject(self._intake.clock(), source, error.reason, payload)

    def _when_connected(
        self, client: mqtt.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        if reason.is_failure:
            log.warning("%s: its broker refused the connection: %s", self._gateway.name, reason)
            return
        self._attempt = 0
        client.subscribe([(subscription(mapped), 1) for mapped in self._gateway.messages])

    def _when_message(self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        self._loop.call_soon_threadsafe(self._arrived.put_nowait, message)

    def _next_attempt(self) -> None:
        if self._attempt == 1:
            log.warning("%s: %s:%d cannot be reached", self._gateway.name, *address(self._url))
        seconds = pause(self._attempt, self._rng)
        self._attempt += 1
        self._client.reconnect_delay_set(seconds, seconds)  # type: ignore[arg-type]
