"""``siteward worker``: wires broker, databases and rules, and runs until SIGTERM."""

import gc
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from random import Random
from types import FrameType

import click
from prometheus_client import CollectorRegistry, start_http_server
from pydantic import ValidationError

from siteward_contracts.clock import utc_now
from siteward_contracts.config_file import ConfigError
from siteward_ingest.open_store import open_store
from siteward_ingest.receiver import Receiver
from siteward_ingest.series import StoreError
from siteward_platform.database import migrate
from siteward_platform.database.session import open_database
from siteward_platform.evidence import EvidenceStore
from siteward_platform.rule_sets import shipped_packs
from siteward_platform.settings import WorkerSettings
from siteward_platform.webhooks import courier
from siteward_platform.webhooks.courier import Courier, http_post
from siteward_platform.worker.judge import Judge
from siteward_platform.worker.loop import TOPICS, run
from siteward_platform.worker.metrics import Metrics

_BATCH = 1000
_LINGER = 0.02
_GRACE = 1.5
"""Seconds to finish the batch in hand; after that it is left for the broker to send again."""


@click.command()
def command() -> None:
    """Run the rules on what sites send, until stopped.

    Settings come from the environment: SITEWARD_MQTT_URL, SITEWARD_SERIES_URL,
    SITEWARD_DATABASE_URL, SITEWARD_EVIDENCE_DIR and, if wanted, SITEWARD_SERIES_TOKEN,
    SITEWARD_METRICS_PORT, SITEWARD_WEBHOOK_HOSTS.
    """
    try:
        settings = WorkerSettings()
    except ValidationError as error:
        lines = [
            f"SITEWARD_{str(e['loc'][0]).upper()}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)
        ]
        raise click.ClickException("\n".join(lines)) from error
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level="INFO")
    logging.getLogger("alembic").setLevel("WARNING")
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)
        signal.setitimer(signal.ITIMER_REAL, _GRACE)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGALRM, lambda _number, _frame: sys.exit(0))
    _serve(settings, lambda: bool(stopping))


def _serve(settings: WorkerSettings, stop: Callable[[], bool]) -> None:
    random, registry = Random(), CollectorRegistry()
    try:
        packs = shipped_packs()
        database = open_database(settings.database_url)
        found = migrate.revision(database)
        receiver = Receiver(settings.mqtt_url, "siteward-worker", TOPICS, time.monotonic, random)
        token = settings.series_token.get_secret_value() if settings.series_token else None
        series = open_store(settings.series_url, token, read_only=True)
    except (ConfigError, StoreError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if found != migrate.newest():
        raise click.ClickException(
            f"the database is at {found or 'nothing'}, this version needs {migrate.newest()}: "
            "run 'siteward db upgrade'"
        )
    _serve_metrics(settings, registry)

    def publish(topic: str, payload: bytes) -> None:
        receiver.publish(topic, payload, qos=0)

    def retain(topic: str, payload: bytes) -> None:
        receiver.publish(topic, payload, qos=1, retain=True)

    metrics = Metrics(registry)
    judge = Judge(
        database=database,
        series=series,
        evidence=EvidenceStore(settings.evidence_dir),
        packs=packs,
        publish=publish,
        retain=retain,
        clock=utc_now,
        metrics=metrics,
        anchor_dir=settings.anchor_dir,
    )
    messenger = Courier(
        database=database,
        post=http_post(),
        hosts=settings.webhook_hosts,
        clock=utc_now,
        random=random,
        count=lambda outcome: metrics.messages_out.labels(outcome).inc(),
    )
    # A daemon: a receiver that hangs must not keep the worker from ending. What it was sending
    # is sent again under the same id.
    stopped = threading.Event()
    threading.Thread(target=courier.run, args=(messenger, stopped), daemon=True).start()
    gc.freeze()
    gc.set_threshold(50_000)  # a batch makes thousands of objects and no cycles
    run(receiver, judge, _BATCH, _LINGER, time.monotonic, random, stop)
    stopped.set()
    receiver.disconnect()
    series.close()
    database.dispose()


def _serve_metrics(settings: WorkerSettings, registry: CollectorRegistry) -> None:
    if not settings.metrics_port:
        return
    try:
        start_http_server(settings.metrics_port, settings.metrics_host, registry)
    except OSError as error:
        raise click.ClickException(
            f"SITEWARD_METRICS_PORT: cannot listen on {settings.metrics_port}: {error.strerror}; "
            "choose another or 0"
        ) from error
