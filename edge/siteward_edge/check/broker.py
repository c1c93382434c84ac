"""A message to the broker and back, with the agent's own account and certificates."""

import queue
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final

import msgspec
import paho.mqtt.client as mqtt

from siteward_contracts.clock import Clock
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import Command
from siteward_contracts.topics import Kind, Topic
from siteward_edge.check.outcome import CheckError, Found
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.delivery.broker import BrokerError, address, client_of

ANSWER: Final = 5.0
"""Seconds for each step."""


def round_trip(
    config: EdgeConfig, clock: Clock, new_id: IdSource, monotonic: Callable[[], float]
) -> Found:
    """Signs in beside a running agent, sends a message and waits for it to come back.

    The message is a command to watch the agent itself, which has no camera of that name.
    """
    host, port = address(config.mqtt)
    topic = str(Topic(config.site, config.agent, Kind.COMMAND))
    steps: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    identity = new_id()
    try:
        client = client_of(config.mqtt, config.link, f"siteward-check-{identity}", True)
    except BrokerError as error:
        raise CheckError(str(error)) from error
    client.on_connect = lambda c, u, flags, reason, p: steps.put(("connected", reason))
    client.on_subscribe = lambda c, u, mid, reasons, p: steps.put(("subscribed", reasons))
    client.on_message = lambda c, u, message: steps.put(("heard", message.payload))
    began = monotonic()
    _connect(client, host, port)
    client.loop_start()
    try:
        refusal = _await(steps, "connected", f"{host}:{port} does not speak MQTT")
        if refusal.is_failure:
            raise CheckError(f"{host}:{port}: {refusal}; check user and password in mqtt")
        signed_in = monotonic()
        client.subscribe(topic, qos=1)
        reasons = _await(steps, "subscribed", f"{host}:{port} does not answer")
        if any(reason.is_failure for reason in reasons):
            raise CheckError(f"the account may not read {topic}; check the broker's ACL")
        sent = monotonic()
        command = Command(id=identity, ts=clock(), action="watch", seconds=1, fps=1)
        payload = msgspec.json.encode(command)
        client.publish(topic, payload, qos=1)
        silence = f"signed in, but a message on {topic} does not come back; check the broker's ACL"
        while _await(steps, "heard", silence) != payload:
            pass
        back = monotonic()
    finally:
        client.disconnect()
        client.loop_stop()
    return Found(
        f"{host}:{port}: signed in after {1e3 * (signed_in - began):.0f} ms, "
        f"there and back in {1e3 * (back - sent):.0f} ms"
    )


def _connect(client: mqtt.Client, host: str, port: int) -> None:
    client.connect_timeout = ANSWER
    try:
        client.connect(host, port)
    except ssl.SSLCertVerificationError as error:
        raise CheckError(
            f"{host}:{port}: the broker's certificate is not believed: {error.verify_message}; "
            "is link.tls.ca the authority that signed it, is it for this name?"
        ) from error
    except ssl.SSLError as error:
        raise CheckError(
            f"{host}:{port}: {error.reason or error}; does it speak TLS, does it want a certificate?"
        ) from error
    except socket.gaierror as error:
        raise CheckError(f"{host}: {error.strerror}; check the name and the DNS") from error
    except OSError as error:
        reason = error.strerror or error
        raise CheckError(f"{host}:{port}: {reason}; is the broker up, is the port open?") from error


def _await(steps: "queue.SimpleQueue[tuple[str, Any]]", wanted: str, otherwise: str) -> Any:
    try:
        while True:
            step, value = steps.get(timeout=ANSWER)
            if step == wanted:
                return value
    except queue.Empty:
        raise CheckError(otherwise) from None
