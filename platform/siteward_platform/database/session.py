"""Opens the relational database and hands out transactions.

Readers and writers are told apart because SQLite lets one writer in at a time: a writer that
says so at once (BEGIN IMMEDIATE) waits its turn, one that turns writer midway fails.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_MILLISECONDS: Final = 10_000
_LOOK_EVERY: Final = 0.002
"""Seconds between a waiting writer's looks at the lock. SQLite's own waiting backs off to 100 ms
and never gets in beside a writer that pauses for 20 ms between long transactions."""
_LOOKS: Final = 15_000
"""After 30 s without a gap something is wrong, and the caller hears of it."""
_WRITER: Final = "siteward_writer"


def open_database(url: str) -> Engine:
    """An engine for a SQLAlchemy URL (``sqlite:////…/siteward.db``, ``postgresql+psycopg://…``)."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_MILLISECONDS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session on one consistent snapshot; nothing is committed."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with Session(connection, expire_on_commit=False) as session:
            yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session committed when the block ends well and rolled back when it raises."""
    with (
        engine.connect().execution_options(**{_WRITER: True}) as connection,
        Session(connection, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event says BEGIN, not the driver
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    if not options.get(_WRITER):
        connection.exec_driver_sql("BEGIN")
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 0")
    for _ in range(_LOOKS):
        try:
            cursor.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(_LOOK_EVERY)
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    cursor.close()
    if not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")
