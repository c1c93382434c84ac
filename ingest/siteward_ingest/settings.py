"""Settings of ``siteward ingest``, from the environment (prefix ``SITEWARD_``)."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class IngestSettings(BaseSettings):
    """What ingest needs to know; docs/architecture.md lists what is shared with others."""

    model_config = SettingsConfigDict(env_prefix="SITEWARD_", env_ignore_empty=True)

    mqtt_url: str = Field(description="mqtt[s]://[user:password@]host[:port]")
    mqtt_ingest_client_id: str = Field(
        "siteward-ingest", min_length=1, description="Names the session the broker keeps for us."
    )
    series_url: str = Field(description="sqlite:////path or influxdb+http[s]://host?org=&bucket=")
    series_token: SecretStr | None = None
    quarantine: Path = Field(description="SQLite file of refused messages.")
    metrics_port: int = Field(0, ge=0, le=65535, description="0 is off.")
    metrics_host: str = Field("127.0.0.1", description="0.0.0.0 where another machine scrapes.")
    ingest_batch: int = Field(
        1000, ge=1, le=100_000, description="Messages per commit; the broker's window caps it."
    )
    ingest_linger: float = Field(
        0.05, ge=0, le=5, description="Seconds to gather a batch after its first message."
    )
    ingest_remembered_ids: int = Field(
        200_000, ge=1, description="Message ids known again; about 100 bytes each."
    )


class QuarantineSettings(BaseSettings):
    """What the quarantine commands need."""

    model_config = SettingsConfigDict(env_prefix="SITEWARD_", env_ignore_empty=True)

    quarantine: Path
    mqtt_url: str = "mqtt://127.0.0.1:1883"
