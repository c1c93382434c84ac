"""Opens a camera with low delay, and says in our words why it does not open."""

import errno
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import av
import av.error
from av.container import InputContainer

from siteward_edge.capture.source import Cause, Source, SourceError

OPEN_SECONDS: Final = 8.0
"""A camera that has not answered by then is tried again."""
LOW_DELAY: Final = {"flags": "low_delay", "analyzeduration": "200000", "probesize": "50000"}
"""Cuts the age of the first picture from 2.8 s to 0.1 s over FFmpeg's defaults (measured). Not
``nobuffer``: it throws away what was read while probing, which is the key picture cameras begin
with; at one in five seconds the first picture to be believed came after 5.3 s instead of 0.5 s, and
later ones were no older."""
TCP_QUEUE: Final = "8"
"""RTP packets to wait for a missing one. None are late over TCP, but a camera that cannot send fast
enough leaves packets out, and only with a queue does FFmpeg look whether one is missing."""
UDP_BUFFER: Final = "1048576"
"""Bytes the kernel may hold for us: a key picture comes in one burst, and what does not fit is lost.
Capped by ``net.core.rmem_max``."""
_HTTP: Final = (av.error.HTTPClientError, av.error.HTTPServerError)
_ANSWERED: Final = frozenset({errno.ECONNREFUSED, errno.ENOENT, errno.EACCES, errno.EBUSY})


def open_source(source: Source) -> InputContainer:
    """Opens a stream, a device or a file.

    Raises:
        av.error.FFmpegError: As FFmpeg says it; see :func:`as_source_error`.
    """
    parts = urlsplit(source.url)
    timeout = (OPEN_SECONDS, source.stall_seconds)
    if parts.scheme == "file":
        return av.open(unquote(parts.path), timeout=timeout)
    if parts.scheme == "usb":
        options = dict(parse_qsl(parts.query))
        return av.open(parts.path, format="v4l2", options=options, timeout=timeout)
    options = dict(LOW_DELAY)
    if parts.scheme.startswith("rtsp"):
        options["rtsp_transport"] = source.transport
        if source.transport == "udp":
            options["buffer_size"] = UDP_BUFFER
        else:
            options["reorder_queue_size"] = TCP_QUEUE
    return av.open(source.url, options=options, timeout=timeout)


def as_source_error(source: Source, error: Exception, opened: bool) -> SourceError:
    """An error of FFmpeg in our words, without the password its own text would show.

    Args:
        source: What was read.
        error: What FFmpeg said.
        opened: Whether the source had been open.
    """
    reason = getattr(error, "strerror", None) or type(error).__name__
    if isinstance(error, av.error.ExitError | TimeoutError):
        cause = Cause.STALLED if opened else Cause.NO_SIGNAL
        return SourceError(
            f"{source.name} sent nothing in time; check the camera's power, address and load", cause
        )
    cause, remedy = _meaning(source, error, opened)
    return SourceError(f"{source.name}: {reason}; {remedy}", cause)


def _meaning(source: Source, error: Exception, opened: bool) -> tuple[Cause, str]:
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        return Cause.PASSWORD, "check user and password in the address"
    if isinstance(error, _HTTP):
        return Cause.REFUSED, "check the stream's path"
    if isinstance(error, av.error.InvalidDataError) and (opened or source.scheme != "rtsp"):
        return Cause.CORRUPT, "check that this is a video stream, and the line to the camera"
    if opened:
        return Cause.NO_SIGNAL, "check the camera's power and the line to it"
    if getattr(error, "errno", None) in _ANSWERED:
        remedy = "is it there, may this user read it, does another program hold it?"
        if source.scheme in ("file", "usb"):
            return Cause.REFUSED, remedy
        return Cause.REFUSED, "check the port, and whether the camera's service is on"
    return Cause.NO_SIGNAL, "check the camera's address, power and network"
