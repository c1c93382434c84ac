"""MQTT topics ``siteward/v1/{site}/{device}/{kind}`` and their parser."""

import re
from dataclasses import dataclass
from enum import StrEnum

ROOT = "siteward/v1"
EVENTS = f"{ROOT}/_events"
SLUG_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
_SLUG = re.compile(SLUG_PATTERN)


class Kind(StrEnum):
    """What a topic's payload is."""

    TELEMETRY = "telemetry"
    DETECTION = "detection"
    PROGRESS = "progress"
    EVIDENCE = "evidence"
    STATUS = "status"
    FRAME = "frame"
    COMMAND = "command"
    CONFIG = "config"


class BadTopicError(ValueError):
    """The topic is not one of ours; the text says what part is wrong."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Where a message comes from and what it is.

    Attributes:
        site: Slug of the site, equal to the project's id.
        device: Slug of the device within the site.
        kind: What the payload is.
    """

    site: str
    device: str
    kind: Kind

    def __str__(self) -> str:
        """The topic as MQTT wants it."""
        return f"{ROOT}/{self.site}/{self.device}/{self.kind}"


def parse_topic(text: str) -> Topic:
    """Reads a topic.

    Raises:
        BadTopicError: The text has another shape, a bad slug or an unknown kind.
    """
    parts = text.split("/")
    if len(parts) != 5 or parts[0] != "siteward" or parts[1] != "v1":
        raise BadTopicError(f"expected {ROOT}/{{site}}/{{device}}/{{kind}}, got {text!r}")
    _, _, site, device, kind = parts
    for name, slug in (("site", site), ("device", device)):
        if not _SLUG.fullmatch(slug):
            raise BadTopicError(f"{name} {slug!r} does not match {SLUG_PATTERN}")
    try:
        return Topic(site, device, Kind(kind))
    except ValueError:
        raise BadTopicError(f"kind {kind!r} is none of {', '.join(Kind)}") from None


def subscription(kind: Kind, site: str = "+", device: str = "+") -> str:
    """The MQTT filter for one kind of message, from everywhere unless told otherwise."""
    return f"{ROOT}/{site}/{device}/{kind}"


def events_topic(project: str) -> str:
    """Where the worker and the API announce what changed in a project."""
    return f"{EVENTS}/{project}"
