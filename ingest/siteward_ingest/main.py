"""``siteward ingest``: wires broker, store and quarantine, and runs until SIGTERM."""

import gc
import json
import logging
import signal
import sys
import time
from random import Random
from ssl import create_default_context
from types import FrameType
from typing import Final, TypeVar
from urllib.parse import unquote, urlsplit

import click
from paho.mqtt import publish
from prometheus_client import CollectorRegistry, start_http_server
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from siteward_contracts.clock import utc_now
from siteward_ingest.intake import Intake
from siteward_ingest.metrics import Metrics
from siteward_ingest.open_store import open_store
from siteward_ingest.quarantine import Quarantine, QuarantineError, Refused
from siteward_ingest.receiver import Receiver
from siteward_ingest.series import StoreError
from siteward_ingest.settings import IngestSettings, QuarantineSettings
from siteward_ingest.subscriber import TOPICS, run

_S = TypeVar("_S", bound=BaseSettings)

_GRACE: Final = 1.5
"""Seconds to finish the batch in hand; after that it is left for the broker to send again."""


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Take messages from the broker to the time-series store until stopped.

    Settings come from the environment: SITEWARD_MQTT_URL, SITEWARD_SERIES_URL,
    SITEWARD_QUARANTINE and, if wanted, SITEWARD_SERIES_TOKEN, SITEWARD_METRICS_PORT.
    """
    if context.invoked_subcommand is None:
        _serve(_settings(IngestSettings))


def _serve(settings: IngestSettings) -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level="INFO")
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)
        signal.setitimer(signal.ITIMER_REAL, _GRACE)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGALRM, lambda _number, _frame: sys.exit(0))
    registry = CollectorRegistry()
    metrics, random = Metrics(registry), Random()
    try:
        receiver = Receiver(
            settings.mqtt_url, settings.mqtt_ingest_client_id, TOPICS, time.monotonic, random
        )
        token = settings.series_token.get_secret_value() if settings.series_token else None
        store = open_store(settings.series_url, token)
        quarantine = Quarantine(settings.quarantine)
    except (ValueError, StoreError, QuarantineError) as error:
        raise click.ClickException(str(error)) from error
    _serve_metrics(settings, registry)
    intake = Intake(
        store, quarantine, metrics, utc_now, time.monotonic, settings.ingest_remembered_ids
    )
    gc.freeze()
    gc.set_threshold(50_000)  # a batch makes thousands of objects and no cycles
    run(
        receiver,
        intake,
        metrics,
        settings.ingest_batch,
        settings.ingest_linger,
        random,
        lambda: bool(stopping),
    )
    receiver.disconnect()
    store.close()
    quarantine.close()


def _serve_metrics(settings: IngestSettings, registry: CollectorRegistry) -> None:
    if not settings.metrics_port:
        return
    try:
        start_http_server(settings.metrics_port, settings.metrics_host, registry)
    except OSError as error:
        raise click.ClickException(
            f"SITEWARD_METRICS_PORT: cannot listen on {settings.metrics_port}: {error.strerror}; "
            "choose another or 0"
        ) from error


@command.group("quarantine")
def quarantine_commands() -> None:
    """Look at refused messages and send them again."""


@quarantine_commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def list_command(as_json: bool) -> None:
    """List refused messages, newest first."""
    quarantine = _quarantine()
    for record in quarantine.all():
        click.echo(json.dumps(_outline(record)) if as_json else _line(record))
    if not as_json and quarantine.evicted:
        click.echo(f"{quarantine.evicted} older ones made room and are gone.")


@quarantine_commands.command("show")
@click.argument("number", metavar="ID", type=int)
def show_command(number: int) -> None:
    """Show one refused message with its payload."""
    record = _record(_quarantine(), number)
    for name, value in _outline(record).items():
        click.echo(f"{name}: {value}")
    click.echo(record.payload.decode("utf-8", "backslashreplace"))


@quarantine_commands.command("replay")
@click.argument("number", metavar="ID", type=int)
def replay_command(number: int) -> None:
    """Publish a refused message again; it comes back here if it is still refused."""
    quarantine = _quarantine()
    record = _record(quarantine, number)
    if not record.is_whole:
        raise click.ClickException(
            f"{number} is {record.size} bytes and only the first {len(record.payload)} were kept; "
            f"send the original again (sha256 {record.sha256})"
        )
    broker = urlsplit(_settings(QuarantineSettings).mqtt_url)
    login: publish.AuthParameter | None = None
    if broker.username:
        login = {"username": unquote(broker.username), "password": unquote(broker.password or "")}
    tls = create_default_context() if broker.scheme == "mqtts" else None
    try:
        publish.single(
            record.topic,
            record.payload,
            qos=1,
            hostname=broker.hostname or "127.0.0.1",
            port=broker.port or (8883 if broker.scheme == "mqtts" else 1883),
            auth=login,
            tls=tls,  # type: ignore[arg-type] # takes a context, says its source
        )
    except (OSError, ValueError) as error:
        raise click.ClickException(f"the broker did not take it: {error}") from error
    quarantine.remove(number)
    click.echo(f"{number} published to {record.topic} and taken out of the quarantine.")


def _quarantine() -> Quarantine:
    path = _settings(QuarantineSettings).quarantine
    if not path.exists():
        raise click.ClickException(f"SITEWARD_QUARANTINE: there is no {path}")
    try:
        return Quarantine(path)
    except QuarantineError as error:
        raise click.ClickException(str(error)) from error


def _record(quarantine: Quarantine, number: int) -> Refused:
    record = quarantine.get(number)
    if record is None:
        raise click.ClickException(
            f"nothing in quarantine has number {number}; see 'siteward ingest quarantine list'"
        )
    return record


def _outline(record: Refused) -> dict[str, str | int]:
    return {
        "id": record.id,
        "received_at": record.received_at.isoformat(),
        "topic": record.topic,
        "reason": record.reason,
        "detail": record.detail,
        "size": record.size,
        "sha256": record.sha256,
        "times": record.times,
    }


def _line(record: Refused) -> str:
    at = record.received_at.isoformat(timespec="seconds")
    times = f" x{record.times}" if record.times > 1 else ""
    return f"{record.id}  {at}  {record.reason}{times}  {record.topic}  {record.detail}"


def _settings(kind: type[_S]) -> _S:
    """Reads settings; a mistake names the variable."""
    try:
        return kind()
    except ValidationError as error:
        lines = [
            f"SITEWARD_{str(e['loc'][0]).upper()}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)
        ]
        raise click.ClickException("\n".join(lines)) from error
