"""``siteward db``: creates and migrates the relational database."""

import click
from pydantic import ValidationError

from siteward_platform.database import migrate
from siteward_platform.database.session import open_database
from siteward_platform.settings import DatabaseSettings

_URL = click.option(
    "--url", help="SQLAlchemy URL; SITEWARD_DATABASE_URL unless given.", default=None
)


@click.group()
def command() -> None:
    """Create and migrate the database."""


@command.command()
@_URL
def upgrade(url: str | None) -> None:
    """Run every migration that has not run yet."""
    engine = open_database(_url(url))
    before = migrate.revision(engine)
    migrate.upgrade(engine)
    click.echo(f"database: {before or 'empty'} -> {migrate.revision(engine)}")


@command.command()
@_URL
def check(url: str | None) -> None:
    """Say whether the database has the schema this version needs."""
    found = migrate.revision(open_database(_url(url)))
    if found != migrate.newest():
        raise click.ClickException(
            f"the database is at {found or 'nothing'}, this version needs {migrate.newest()}: "
            "run 'siteward db upgrade'"
        )
    click.echo(f"database: {found}")


def _url(url: str | None) -> str:
    if url:
        return url
    try:
        return DatabaseSettings().database_url
    except ValidationError as error:
        raise click.ClickException(
            "no database is named: set SITEWARD_DATABASE_URL or give --url"
        ) from error
