"""Settings of the platform's processes, from the environment (docs/architecture.md)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseSettings):
    """Where the relational database is."""

    model_config = SettingsConfigDict(env_prefix="SITEWARD_", extra="ignore")

    database_url: str


class PlatformSettings(DatabaseSettings):
    """What the worker and the API share."""

    mqtt_url: str
    series_url: str
    series_token: SecretStr | None = None
    evidence_dir: Path


class WorkerSettings(PlatformSettings):
    """The worker's. ``metrics_port`` 0 is off; ``metrics_host`` 0.0.0.0 lets others scrape."""

    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    metrics_host: str = "127.0.0.1"


class ApiSettings(PlatformSettings):
    """The API's. ``web_origins`` are origins besides its own that may open the live socket."""

    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=1, le=65535)] = 8000
    backdating_days: Annotated[int, Field(ge=0)] = 31
    initial_admin_password: SecretStr | None = None
