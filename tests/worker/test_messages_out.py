"""``siteward worker`` as a process tells other systems, and ends in peace beside one that hangs."""

import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from siteward_ingest.open_store import open_store
from siteward_platform.act import acting
from siteward_platform.api.schemas.webhooks import WebhookIn
from siteward_platform.database.models import WebhookDelivery
from siteward_platform.database.session import reading
from siteward_platform.webhooks.subscriptions import make_webhook
from siteward_platform.webhooks.subscriptions import test_webhook as send_test
from siteward_rules.money.hold_states import Actor
from tests.platform.receiver import Receiver, receiver
from tests.servers import mosquitto
from tests.worker.site import set_up
from tests.worker.test_process import eventually, worker

pytestmark = pytest.mark.system


def subscribe(database: Engine, to: Receiver) -> None:
    body = WebhookIn(name="财政", url=to.url, kinds=["claim.state"])
    who, now = Actor("admin", "admin"), datetime.now(UTC)
    with acting(database, who, now, lambda _topic, _payload: None, 31) as act:
        send_test(act, make_webhook(act, body, {to.host}).id)


def test_a_hanging_receiver_stops_neither_the_worker_nor_the_message(
    tmp_path: Path, sqlite_database: Engine
) -> None:
    set_up(sqlite_database)
    open_store(f"sqlite:///{tmp_path / 'series.db'}").close()
    with mosquitto(tmp_path / "mosquitto") as port, receiver() as finance:
        environment = {
            **os.environ,
            "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{port}",
            "SITEWARD_SERIES_URL": f"sqlite:///{tmp_path / 'series.db'}",
            "SITEWARD_DATABASE_URL": f"sqlite:///{tmp_path / 'siteward.db'}",
            "SITEWARD_EVIDENCE_DIR": str(tmp_path / "evidence"),
            "SITEWARD_WEBHOOK_HOSTS": f" {finance.host}, other.example ",
        }
        finance.behave = lambda _: 0
        subscribe(sqlite_database, finance)
        with worker(environment, tmp_path) as process:
            eventually(lambda: len(finance.received) == 1)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            assert time.monotonic() - began < 5
        finance.behave = lambda _: 204
        with worker(environment, tmp_path):
            eventually(lambda: len(finance.received) == 2)

            def delivered() -> bool:
                with reading(sqlite_database) as session:
                    return session.query(WebhookDelivery).one().state == "delivered"

            eventually(delivered)
        first, second = finance.received
        assert first.id == second.id
