"""Databases for the platform's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from siteward_platform.database import migrate
from siteward_platform.database.session import open_database, writing
from tests.platform.desk import Desk, desk_on
from tests.platform.postgres import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One PostgreSQL server for the whole run."""
    with postgres() as url:
        yield url


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database."""
    engine = open_database(f"sqlite:///{tmp_path / 'siteward.db'}")
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Engine]:
    """A migrated, empty schema on the real PostgreSQL."""
    engine = open_database(postgres_url)
    with writing(engine) as session:
        session.execute(text("DROP SCHEMA public CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.system)])
def database(request: pytest.FixtureRequest) -> Engine:
    """The same test on both databases."""
    engine: Engine = request.getfixturevalue(f"{request.param}_database")
    return engine


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
