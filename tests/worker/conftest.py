"""The platform's databases, for the worker's tests too."""

from tests.platform.conftest import (
    database,
    postgres_database,
    postgres_url,
    sqlite_database,
)

__all__ = ["database", "postgres_database", "postgres_url", "sqlite_database"]
