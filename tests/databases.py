"""Migrated databases, made once a run and copied for every test that asks for one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from siteward_platform.database import migrate
from siteward_platform.database.session import open_database
from tests.platform.postgres import postgres


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file nobody else opens."""
    file = tmp_path_factory.mktemp("migrated") / "siteward.db"
    engine = open_database(f"sqlite:///{file}")
    migrate.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One PostgreSQL server for the whole run, with a migrated database to copy from."""
    with postgres() as url:
        _administer(url, "CREATE DATABASE migrated")
        engine = open_database(_named(url, "migrated"))
        migrate.upgrade(engine)
        engine.dispose()
        yield url


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database."""
    file = shutil.copy(migrated_file, tmp_path / "siteward.db")
    engine = open_database(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Engine]:
    """A migrated, empty database on the real PostgreSQL."""
    _administer(postgres_url, "DROP DATABASE IF EXISTS tested WITH (FORCE)")
    _administer(postgres_url, "CREATE DATABASE tested TEMPLATE migrated")
    engine = open_database(_named(postgres_url, "tested"))
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.system)])
def database(request: pytest.FixtureRequest) -> Engine:
    """The same test on both databases."""
    engine: Engine = request.getfixturevalue(f"{request.param}_database")
    return engine


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
