"""Where messages wait and where they go."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from siteward_edge.config.section import Section


class OutboxFile(Section):
    """Where messages wait until the broker has them.

    Attributes:
        path: SQLite file, on a disk that outlives the process.
        max_bytes: Payload bytes kept; beyond it telemetry is thinned, oldest first.
    """

    path: Path
    max_bytes: int = Field(default=2_000_000_000, ge=100_000)


def _broker(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError("must be mqtt://host:port or mqtts://host:port")
    return url


Broker = Annotated[str, AfterValidator(_broker)]
