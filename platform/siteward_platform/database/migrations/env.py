"""Runs migrations on the engine that ``database.migrate`` passes in."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Engine

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
    with engine.connect() as connection:
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
        connection.commit()


_run(context.config.attributes["engine"])
