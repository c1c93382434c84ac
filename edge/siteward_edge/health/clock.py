"""How far a camera's clock is off, from the ``Date`` its server answers with.

Nothing is logged in for it: ``OPTIONS`` over RTSP and ``HEAD`` over HTTP are answered, or
refused, with the date all the same. Servers that send none say nothing about the clock.
"""

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from siteward_contracts.clock import Clock

PORTS: Final = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
ANSWER_SECONDS: Final = 3.0
LONGEST: Final = 16_384
"""Bytes of an answer's head."""
HALF_A_SECOND: Final = timedelta(seconds=0.5)
"""A date is cut to whole seconds; half a second later is right on average."""
ASKED_EVERY: Final = timedelta(hours=1)
LOOK: Final = 2.0
"""Seconds between looks for a camera that has just connected."""


def clock_offset(url: str, clock: Clock) -> float | None:
    """Seconds the camera's clock is ahead of ours, to about half a second.

    Args:
        url: ``rtsp://``, ``rtsps://``, ``http://`` or ``https://``; its user is not needed.
        clock: Ours.

    Returns:
        None when it has no such address, does not answer or tells no date.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        return None
    asked = clock()
    try:
        head = _head(parts)
        told = parsedate_to_datetime(str(BytesHeaderParser().parsebytes(head)["Date"]))
    except (OSError, ValueError, TypeError, MessageError):
        return None
    between = asked + (clock() - asked) / 2
    if told.tzinfo is None:
        told = told.replace(tzinfo=UTC)
    return (told + HALF_A_SECOND - between).total_seconds()


def keep_asking(
    url: str,
    connected: Callable[[], bool],
    tell: Callable[[float], object],
    clock: Clock,
    stop: threading.Event,
) -> None:
    """Asks after each connection and once an hour, until told to stop."""
    asked: datetime | None = None
    while not stop.wait(LOOK):
        if not connected():
            asked = None
        elif asked is None or clock() - asked >= ASKED_EVERY:
            asked = clock()
            offset = clock_offset(url, clock)
            if offset is not None:
                tell(offset)


def _head(parts: SplitResult) -> bytes:
    """The headers of the answer, without its first line."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    secure = parts.scheme in ("rtsps", "https")
    with socket.create_connection((host, port), ANSWER_SECONDS) as plain:
        line = _unproven().wrap_socket(plain, server_hostname=host) if secure else plain
        line.sendall(_question(parts, host, port))
        answer = b""
        while b"\r\n\r\n" not in answer and len(answer) < LONGEST:
            more = line.recv(4096)
            if not more:
                break
            answer += more
    return answer.partition(b"\r\n\r\n")[0].partition(b"\r\n")[2]


def _question(parts: SplitResult, host: str, port: int) -> bytes:
    if parts.scheme.startswith("rtsp"):
        address = parts._replace(netloc=f"{host}:{port}").geturl()
        return f"OPTIONS {address} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode()
    path = parts._replace(scheme="", netloc="").geturl() or "/"
    return f"HEAD {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()


def _unproven() -> ssl.SSLContext:
    """Cameras sign their own certificates; only the date is read, and nothing is sent."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
