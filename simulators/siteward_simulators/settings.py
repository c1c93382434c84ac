"""What the simulators read from the environment."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class OfficeSettings(BaseSettings):
    """The demo's admin, who makes everybody else's account."""

    model_config = SettingsConfigDict(env_prefix="SITEWARD_DEMO_", extra="ignore")

    admin_password: SecretStr
