"""Where messages wait and where they go."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from siteward_edge.config.section import Section


class OutboxFile(Section):
    """Where messages wait until the broker has them.

    Attributes:
        path: SQLite file, on a disk that outlives the process.
        max_bytes: Payload bytes kept; beyond it telemetry is thinned, oldest first.
        max_days: Telemetry older than this is given up; detections and evidence never are.
    """

    path: Path
    max_bytes: int = Field(default=2_000_000_000, ge=100_000)
    max_days: float = Field(default=30, gt=0)


class Tls(Section):
    """Certificates for ``mqtts://``.

    Attributes:
        ca: Authority that signed the broker's certificate; the system's when left out.
        certificate: The agent's own certificate, where the broker asks for one.
        key: Its private key.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _pair(self) -> "Tls":
        if (self.certificate is None) != (self.key is None):
            given, other = ("certificate", "key") if self.certificate else ("key", "certificate")
            raise ValueError(f"{given} is given without {other}; give both or none")
        return self


class Link(Section):
    """How much of the link the agent may use.

    Attributes:
        max_kbit: Kilobits per second of stored messages, in the long run.
        max_messages: Stored messages per second, in the long run.
        keep_alive_seconds: The broker calls the agent dead after one and a half of it.
        tls: Certificates.
    """

    max_kbit: float = Field(default=2_000, ge=8)
    max_messages: float = Field(default=500, ge=1)
    keep_alive_seconds: int = Field(default=30, ge=5, le=1200)
    tls: Tls = Tls()


def _broker(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError("must be mqtt://host:port or mqtts://host:port")
    return url


Broker = Annotated[str, AfterValidator(_broker)]
