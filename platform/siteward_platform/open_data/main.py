"""``siteward export``: files for others."""

import json
import sys
from pathlib import Path

import click
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from siteward_contracts.clock import SHANGHAI, utc_now
from siteward_platform.database.migrate import OldDatabaseError, open_migrated
from siteward_platform.database.session import reading
from siteward_platform.open_data.oc4ids import package
from siteward_platform.open_data.publication import publisher_of
from siteward_platform.refusals import RefusedError
from siteward_platform.settings import DatabaseSettings, OpenDataSettings


@click.group(name="export")
def command() -> None:
    """Write files for others."""


@command.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File; else the screen.")
def oc4ids(output: Path | None) -> None:
    """Write the published projects as an OC4IDS project package.

    Settings come from the environment: SITEWARD_DATABASE_URL, SITEWARD_PUBLISHER,
    SITEWARD_OPEN_DATA_URL and, once registered, SITEWARD_OC4IDS_PREFIX.
    """
    try:
        publisher = publisher_of(OpenDataSettings())
        url = DatabaseSettings().database_url
    except ValidationError as error:
        names = ", ".join(
            f"SITEWARD_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()
        )
        raise click.ClickException(names) from error
    if publisher is None:
        raise click.ClickException(
            "nobody is named as publisher: set SITEWARD_PUBLISHER and SITEWARD_OPEN_DATA_URL"
        )
    try:
        database = open_migrated(url)
    except (SQLAlchemyError, OldDatabaseError) as error:
        raise click.ClickException(str(error)) from error
    try:
        with reading(database) as session:
            found = package(session, publisher, utc_now().astimezone(SHANGHAI).date())
    except RefusedError as error:
        raise click.ClickException(
            "no project is published: PUT /api/v1/projects/{project}/publication"
        ) from error
    except SQLAlchemyError as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.dispose()
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"wrote {len(found['projects'])} projects to {output}")
