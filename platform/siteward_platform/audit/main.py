"""``siteward audit``: verifies the audit log."""

import re

import click
from pydantic import ValidationError
from sqlalchemy import desc, select

from siteward_platform.audit.log import GENESIS, entries, verify
from siteward_platform.database.models import LogEntry
from siteward_platform.database.session import open_database, reading
from siteward_platform.settings import DatabaseSettings


@click.group()
def command() -> None:
    """Verify the audit log."""


@command.command(name="verify")
@click.option("--url", default=None, help="SQLAlchemy URL; SITEWARD_DATABASE_URL unless given.")
@click.option("--head", default=None, help="SEQ:HASH as an earlier run printed it.")
def verify_log(url: str | None, head: str | None) -> None:
    """Walk the hash chain; the first broken entry is named and the exit status is 1."""
    with reading(open_database(url or _database_url())) as session:
        broken = verify(entries(session), _head(head))
        last = session.scalars(select(LogEntry).order_by(desc(LogEntry.seq)).limit(1)).first()
    if broken:
        raise click.ClickException(f"entry {broken.seq}: {broken.reason}")
    seq, digest = (last.seq, last.hash) if last else (0, GENESIS)
    click.echo(f"audit log: {seq} entries, unbroken; head {seq}:{digest}")


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d+:[0-9a-f]{64}", text):
        raise click.BadParameter("give SEQ:HASH as 'siteward audit verify' printed it")
    seq, digest = text.split(":")
    return int(seq), digest


def _database_url() -> str:
    try:
        return DatabaseSettings().database_url
    except ValidationError as error:
        raise click.ClickException(
            "no database is named: set SITEWARD_DATABASE_URL or give --url"
        ) from error
