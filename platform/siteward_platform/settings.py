"""Settings of the platform's processes, from the environment (docs/architecture.md)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class DatabaseSettings(BaseSettings):
    """Where the relational database is."""

    model_config = SettingsConfigDict(env_prefix="SITEWARD_", extra="ignore")

    database_url: str


class StoreSettings(DatabaseSettings):
    """Where the database and the time series are."""

    series_url: str
    series_token: SecretStr | None = None


class EvidenceSettings(DatabaseSettings):
    """Where the database and the evidence pictures are."""

    evidence_dir: Path


class OpenDataSettings(BaseSettings):
    """Who publishes open data, and where it is found; without both nothing is published."""

    model_config = SettingsConfigDict(env_prefix="SITEWARD_", extra="ignore")

    publisher: str | None = None
    open_data_url: str | None = None
    oc4ids_prefix: Annotated[str, Field(pattern=r"^(oc4ids-[a-z0-9]{6})?$")] = ""
    open_data_licence: str = "https://creativecommons.org/licenses/by/4.0/"


class PlatformSettings(StoreSettings):
    """What the worker and the API share. ``webhook_hosts`` are the hosts events may be sent to."""

    mqtt_url: str
    evidence_dir: Path
    webhook_hosts: Annotated[frozenset[str], NoDecode] = frozenset()

    @field_validator("webhook_hosts", mode="before")
    @classmethod
    def _split(cls, text: object) -> object:
        if not isinstance(text, str):
            return text
        return {part.strip().lower() for part in text.split(",") if part.strip()}


class WorkerSettings(PlatformSettings):
    """The worker's. ``metrics_port`` 0 is off; ``metrics_host`` 0.0.0.0 lets others scrape.

    The audit log's head of each day is filed in ``anchor_dir``.
    """

    anchor_dir: Path | None = None
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    metrics_host: str = "127.0.0.1"


class ApiSettings(PlatformSettings, OpenDataSettings):
    """The API's. ``web_origins`` are origins besides its own that may open the live socket."""

    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=1, le=65535)] = 8000
    backdating_days: Annotated[int, Field(ge=0)] = 31
    initial_admin_password: SecretStr | None = None
