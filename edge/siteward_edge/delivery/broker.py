"""How the broker is reached: address, account, TLS, and when to try again."""

import random
import socket
import ssl
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from siteward_edge.config.delivery import Link, Tls

SHORTEST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
"""Seconds between attempts to connect, doubling from the shorter to the longer."""
SEND_BUFFER: Final = 64 * 1024
"""Bytes the kernel may hold back. Its own choice grows to megabytes, and on a slow link a live
frame or a sign of life would wait behind them for minutes."""


class BrokerError(Exception):
    """The connection cannot be prepared; the text names the file and the remedy."""


def address(url: str) -> tuple[str, int]:
    """Host and port of ``mqtt://…`` or ``mqtts://…``."""
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or (8883 if parts.scheme == "mqtts" else 1883)


def client_of(url: str, link: Link, client_id: str, clean_session: bool = False) -> mqtt.Client:
    """A client that knows account and certificates and is not connected yet.

    Raises:
        BrokerError: A certificate or key cannot be used.
    """
    parts = urlsplit(url)
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=clean_session
    )
    if parts.scheme == "mqtts":
        client.tls_set_context(_tls(link.tls))
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    client.on_socket_open = _keep_little_back
    return client


def pause(attempt: int, rng: random.Random) -> float:
    """Seconds before attempt number ``attempt`` (from 0).

    Anywhere up to the doubled time, so that the agents of a city do not all come back in the
    second their broker does.
    """
    longest = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0 ** min(attempt, 10))
    return rng.uniform(SHORTEST_PAUSE / 2, longest)


def _tls(settings: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    if settings.ca is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # only this authority, not the system's
        _use(settings.ca, "authority", lambda: context.load_verify_locations(settings.ca))
    if settings.certificate is not None and settings.key is not None:
        certificate, key = settings.certificate, settings.key
        _use(key, "key", key.read_bytes)  # the next line would not say which of the two it misses
        _use(
            certificate,
            "certificate (and its key)",
            lambda: context.load_cert_chain(certificate, key),
        )
    return context


def _use(file: Path, what: str, load: Any) -> None:
    try:
        load()
    except (OSError, ssl.SSLError) as error:
        remedy = "give a PEM file that the agent's user may read"
        raise BrokerError(f"link.tls: {what} {file}: {error.strerror or error}; {remedy}") from None


def _keep_little_back(client: mqtt.Client, userdata: Any, sock: Any) -> None:
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
