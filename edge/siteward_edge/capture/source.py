"""What a camera's pictures are taken from, and in how many ways that may fail."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from urllib.parse import urlsplit

from siteward_edge.config.camera import Camera

STALL_SECONDS: Final = 4.0
"""Silence after which a source is opened anew, unless its camera says otherwise."""


class Cause(StrEnum):
    """Why no pictures come, in the words of ``CameraStatus.cause``."""

    NO_SIGNAL = "no signal"
    """Nothing answers at the address, or it ended."""
    STALLED = "stalled"
    """It was open, and then nothing came any more."""
    CORRUPT = "corrupt"
    """Something comes that is no picture, or only damaged ones."""
    REFUSED = "refused"
    """The address answers, but does not serve this."""
    PASSWORD = "wrong password"  # noqa: S105 - a word for people, no secret
    """It wants another user or password."""


class SourceError(Exception):
    """A source cannot be opened, broke off or sends what cannot be used; the text says why.

    Attributes:
        cause: In a word.
        since: Since when, where that is before the moment it was raised.
    """

    def __init__(
        self, text: str, cause: Cause = Cause.NO_SIGNAL, since: datetime | None = None
    ) -> None:
        """Takes the text for people, and the rest for programs."""
        super().__init__(text)
        self.cause = cause
        self.since = since


def ignore(word: str) -> None:
    """Counts nothing: the default of what is told ``damaged``, ``refused`` or ``reopened``."""


@dataclass(frozen=True, slots=True)
class Source:
    """What to open.

    Attributes:
        url: ``rtsp://``, ``http://``, ``usb:///dev/video0``, ``file:///clip`` or ``folder:///path``.
        transport: How RTSP brings the video.
        stall_seconds: Silence after which it is opened anew.
    """

    url: str
    transport: Literal["tcp", "udp"] = "tcp"
    stall_seconds: float = STALL_SECONDS

    @property
    def scheme(self) -> str:
        """The part of the address before the colon."""
        return urlsplit(self.url).scheme

    @property
    def name(self) -> str:
        """Its address without user and password, fit for logs."""
        return hidden(self.url)


def source_of(camera: Camera) -> Source:
    """What a camera's configuration says to open."""
    return Source(camera.url, camera.transport, camera.health.stall_seconds)


def hidden(url: str) -> str:
    """An address without its user and password, fit for logs."""
    parts = urlsplit(url)
    if parts.password is None and parts.username is None:
        return url
    host = parts.hostname or ""
    return parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()
