"""``siteward api``: wires the API and serves it until SIGTERM."""

import errno
import logging
import signal
import socket
import time
from pathlib import Path
from types import FrameType
from typing import Final

import click
import uvicorn
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

import siteward_platform
from siteward_contracts.clock import utc_now
from siteward_contracts.ids import new_id
from siteward_ingest.open_store import open_store
from siteward_ingest.series import StoreError
from siteward_platform.accounts import create_first_admin
from siteward_platform.api.app import create_app
from siteward_platform.api.broker import Broker
from siteward_platform.api.live import Live
from siteward_platform.api.metrics import Metrics
from siteward_platform.api.parts import Parts
from siteward_platform.database import migrate
from siteward_platform.database.session import open_database
from siteward_platform.evidence import EvidenceStore
from siteward_platform.open_data.publication import publisher_of
from siteward_platform.settings import ApiSettings
from siteward_platform.uploads import PartialFiles

WEB: Final = Path(siteward_platform.__file__).with_name("web")
_LARGEST_REQUEST_OVER_LIVE: Final = 64 * 1024


@click.command()
def command() -> None:
    """Serve the web app and the API until stopped.

    Settings come from the environment: SITEWARD_DATABASE_URL, SITEWARD_SERIES_URL,
    SITEWARD_MQTT_URL, SITEWARD_EVIDENCE_DIR and, if wanted, SITEWARD_SERIES_TOKEN,
    SITEWARD_HTTP_HOST, SITEWARD_HTTP_PORT, SITEWARD_BACKDATING_DAYS,
    SITEWARD_INITIAL_ADMIN_PASSWORD, SITEWARD_WEBHOOK_HOSTS.
    """
    try:
        settings = ApiSettings()
    except ValidationError as error:
        lines = [
            f"SITEWARD_{str(e['loc'][0]).upper()}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)
        ]
        raise click.ClickException("\n".join(lines)) from error
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level="INFO")
    logging.getLogger("alembic").setLevel("WARNING")
    _serve(settings)


def _serve(settings: ApiSettings) -> None:
    metrics = Metrics()
    try:
        broker = Broker(settings.mqtt_url)
        parts = _parts(settings, broker)
    except (SQLAlchemyError, StoreError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if settings.initial_admin_password:
        password = settings.initial_admin_password.get_secret_value()
        create_first_admin(parts.database, password, utc_now())
    listener = _listen(settings.http_host, settings.http_port)
    live = Live(broker, utc_now, new_id, time.monotonic, metrics)
    config = uvicorn.Config(
        create_app(parts, live, metrics, time.monotonic),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
        ws_max_size=_LARGEST_REQUEST_OVER_LIVE,
        server_header=False,
    )
    # Once it has closed, uvicorn raises the signal again; an orderly end is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        parts.series.close()
        parts.database.dispose()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _parts(settings: ApiSettings, broker: Broker) -> Parts:
    database = open_database(settings.database_url)
    found = migrate.revision(database)
    if found != migrate.newest():
        raise click.ClickException(
            f"the database is at {found or 'nothing'}, this version needs {migrate.newest()}: "
            "run 'siteward db upgrade'"
        )
    evidence = EvidenceStore(settings.evidence_dir)
    token = settings.series_token.get_secret_value() if settings.series_token else None
    return Parts(
        database=database,
        series=open_store(settings.series_url, token, read_only=True),
        evidence=evidence.path,
        keep_evidence=evidence.put,
        clock=utc_now,
        publish=broker.publish,
        broker_is_up=broker.is_up,
        backdating_days=settings.backdating_days,
        web=WEB,
        reports=settings.evidence_dir / "reports",
        partial_files=PartialFiles(settings.evidence_dir / "arriving", evidence),
        webhook_hosts=settings.webhook_hosts,
        publisher=publisher_of(settings),
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} on {host} is in use: set SITEWARD_HTTP_PORT to a free one"
            raise click.ClickException(message) from error
        raise click.ClickException(f"cannot listen on {host}:{port}: {error}") from error
