"""Databases and desks for the platform's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.databases import (
    database,
    migrated_file,
    postgres_database,
    postgres_url,
    sqlite_database,
)
from tests.platform.desk import Desk, desk_on

__all__ = ["database", "migrated_file", "postgres_database", "postgres_url", "sqlite_database"]


@pytest.fixture
def desk(database: Engine, tmp_path: Path) -> Iterator[Desk]:
    """The API on both databases."""
    with desk_on(database, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_desk(sqlite_database: Engine, tmp_path: Path) -> Iterator[Desk]:
    """The API on SQLite, for what no database can change."""
    with desk_on(sqlite_database, tmp_path) as made:
        yield made
