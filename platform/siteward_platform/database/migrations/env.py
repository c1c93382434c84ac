"""Runs migrations on the engine that ``database.migrate`` passes in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Engine

from siteward_platform.database import models  # noqa: F401 - fills the metadata
from siteward_platform.database.base import Base
from siteward_platform.database.types import UtcDateTime, Yuan


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    if kind == "type" and isinstance(item, UtcDateTime | Yuan):
        name = type(item).__name__
        autogen.imports.add(f"from siteward_platform.database.types import {name}")
        return f"{name}()"
    return False


def _run(engine: Engine) -> None:
    with engine.connect() as connection, _tables_may_be_rebuilt(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=_render,
            compare_type=True,
            include_object=context.config.attributes.get("include"),
        )
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite":
                _check_references(connection)
        connection.commit()


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by dropping it, which rows that refer to it would forbid."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # Said to the driver, since within a transaction SQLite does not hear it.
    connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.connection.cursor().execute("PRAGMA foreign_keys = ON")


def _check_references(connection: Connection) -> None:
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if lost:
        raise RuntimeError(f"the migration would leave rows that refer to nothing: {lost[:5]}")


_run(context.config.attributes["engine"])
