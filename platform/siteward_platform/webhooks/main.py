"""``siteward webhooks``: what other systems were told, and what could not be delivered."""

import click
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from siteward_platform.database.migrate import OldDatabaseError, open_migrated
from siteward_platform.database.models import WebhookDelivery
from siteward_platform.database.session import reading
from siteward_platform.settings import DatabaseSettings
from siteward_platform.webhooks.subscriptions import counts, list_webhooks


@click.group(name="webhooks")
def command() -> None:
    """Show what other systems were told."""


@command.command(name="list")
@click.option("--url", default=None, help="SQLAlchemy URL; SITEWARD_DATABASE_URL unless given.")
def list_all(url: str | None) -> None:
    """List webhooks, and every message that is dead or failing; exit status 1 if one is dead."""
    try:
        database = open_migrated(url or DatabaseSettings().database_url)
    except ValidationError as error:
        raise click.ClickException(
            "no database is named: set SITEWARD_DATABASE_URL or give --url"
        ) from error
    except (SQLAlchemyError, OldDatabaseError) as error:
        raise click.ClickException(str(error)) from error
    failing = select(WebhookDelivery).where(
        WebhookDelivery.state != "delivered", WebhookDelivery.attempts > 0
    )
    hooks = Table("webhook", "name", "address", "waiting", "delivered", "dead", "", box=None)
    messages = Table("message", "webhook", "about", "kind", "state", "attempts", "why", box=None)
    dead = False
    try:
        with reading(database) as session:
            for hook in list_webhooks(session):
                found = counts(session, hook.id)
                numbers = [str(found.get(s, 0)) for s in ("waiting", "delivered", "dead")]
                ended = "" if hook.ended_at is None else f"ended {hook.ended_at:%Y-%m-%d}"
                hooks.add_row(str(hook.id), hook.name, hook.url, *numbers, ended)
            for one in session.scalars(failing.order_by(WebhookDelivery.seq)):
                dead |= one.state == "dead"
                messages.add_row(
                    one.id, str(one.webhook_id), one.lane, one.kind, one.state, str(one.attempts),
                    one.error or f"HTTP {one.status}",
                )  # fmt: skip
    except SQLAlchemyError as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.dispose()
    console = Console()
    console.print(hooks)
    if messages.row_count:
        console.print(messages)
    if dead:
        click.echo("send a dead message again: POST /api/v1/webhooks/ID/deliveries/MESSAGE/again")
        raise click.exceptions.Exit(1)
