"""Databases for the worker's tests."""

from tests.databases import (
    database,
    migrated_file,
    postgres_database,
    postgres_url,
    sqlite_database,
)

__all__ = ["database", "migrated_file", "postgres_database", "postgres_url", "sqlite_database"]
