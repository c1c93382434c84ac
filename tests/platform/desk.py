"""The API as people meet it: one signed-in client per role, on real stores."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import Engine

from siteward_contracts.ids import new_id
from siteward_ingest.open_store import open_store
from siteward_ingest.series import Point, SeriesStore
from siteward_platform.act import acting
from siteward_platform.api.app import create_app
from siteward_platform.api.live import Live, Wire
from siteward_platform.api.metrics import Metrics
from siteward_platform.api.parts import Parts
from siteward_platform.database.models import Account, DeviceState, ZoneState
from siteward_platform.database.session import writing
from siteward_platform.evidence import EvidenceStore
from siteward_platform.open_data.oc4ids import Publisher
from siteward_platform.uploads import PartialFiles
from siteward_platform.worker.claims import evaluate_claim
from siteward_rules.money.holds import RULES
from tests.platform import kindergarten as k

NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
PUBLISHER = Publisher("晨曦街道办事处", "https://data.example.gov.cn/oc4ids.json", "oc4ids-abc123")
PASSWORD = "long enough word"
QUICK_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Cheap to check, so that a test may sign many people in."""


class Silence:
    """A wire that leads nowhere: these tests are about the database."""

    def start(self, listener: Callable[[str, bytes], None]) -> None: ...

    def stop(self) -> None: ...

    def publish(self, topic: str, payload: bytes) -> None: ...

    def listen(self, topic: str) -> None: ...

    def unlisten(self, topic: str) -> None: ...


class Desk:
    """The running API with a clock that tests move."""

    def __init__(self, database: Engine, series: SeriesStore, folder: Path, wire: Wire) -> None:
        self.database, self.series = database, series
        self.now = NOW
        self.published: list[tuple[str, bytes]] = []
        self.webhook_hosts: set[str] = set()
        self.folder = folder
        self.evidence = EvidenceStore(folder / "evidence")
        self.web = folder / "web"
        self.web.mkdir(exist_ok=True)
        self.wire = wire
        self.app = self.build()
        self.url = ""
        self._clients: dict[str, httpx.Client] = {}

    def build(self) -> FastAPI:
        metrics = Metrics()
        parts = Parts(
            database=self.database,
            series=self.series,
            evidence=self.evidence.path,
            keep_evidence=self.evidence.put,
            clock=lambda: self.now,
            publish=self.publish,
            broker_is_up=lambda: True,
            backdating_days=31,
            web=self.web,
            reports=self.web.with_name("reports"),
            partial_files=PartialFiles(self.folder / "arriving", self.evidence),
            webhook_hosts=self.webhook_hosts,
            publisher=PUBLISHER,
        )
        live = Live(self.wire, lambda: self.now, new_id, time.monotonic, metrics)
        return create_app(parts, live, metrics, lambda: 0.0)

    def publish(self, topic: str, payload: bytes) -> None:
        self.published.append((topic, payload))

    def stranger(self) -> httpx.Client:
        """Somebody who has not signed in, from our own page."""
        return httpx.Client(base_url=self.url, headers={"X-Requested-With": "siteward"}, timeout=20)

    def person(self, role: str, name: str | None = None) -> httpx.Client:
        """Somebody of a role, signed in; the same name is the same person."""
        name = name or role.replace("_", "-")
        if name not in self._clients:
            self.make_account(role, name)
            client = self.stranger()
            body = {"username": name, "password": PASSWORD}
            assert client.post("/api/v1/session", json=body).status_code == 200
            self._clients[name] = client
        return self._clients[name]

    def sign_all_off(self) -> None:
        """Closes the connections of everybody."""
        for client in self._clients.values():
            client.close()

    @staticmethod
    def display_name(name: str) -> str:
        """What people see instead of an account's name."""
        return f"{name.title()}（街道）"

    def make_account(self, role: str, name: str) -> None:
        with writing(self.database) as session:
            session.add(
                Account(
                    username=name,
                    display_name=self.display_name(name),
                    role=role,
                    password_hash=QUICK_HASH,
                    created_at=self.now,
                )
            )

    def setup(self) -> None:
        """The kindergarten, honest so far: 3.5 million accepted, 2.6 million paid."""
        ok(self.person("admin").put(f"/api/v1/projects/{k.PROJECT}", json=k.SETUP))
        chief, finance = self.person("chief_supervisor"), self.person("finance")
        department = self.person("department")
        base = f"/api/v1/projects/{k.PROJECT}"
        day = "2026-05-20"
        ok(department.post(f"{base}/reports", json=report("structure", 80)))
        ok(chief.post(f"{base}/measurements", json=measurement("structure", 70)))
        ok(department.post(f"{base}/milestones/base/claim", json={"claimed_on": day}))
        accepted = {"accepted": True, "accepted_on": day}
        ok(chief.post(f"{base}/milestones/base/acceptance", json=accepted))
        payment = {
            "amount": "2600000.00", "wage_amount": "520000.00", "paid_on": day,
            "payee_account": "6222000011112222", "bank_reference": "B-1",
        }  # fmt: skip
        ok(finance.post(f"{base}/payments", json=payment))

    def camera_history(self, blind_hours: float) -> None:
        """35 days of camera health that end now, blind for the last hours but one."""
        start = self.now - timedelta(days=35)
        blind_to = self.now - timedelta(hours=1)
        blind_from = blind_to - timedelta(hours=blind_hours)
        self.series.write(
            [
                Point(
                    k.PROJECT, "cam-1", "camera_ok", ts, 0.0 if blind_from <= ts < blind_to else 1
                )
                for n in range(35 * 144)
                if (ts := start + timedelta(minutes=10 * n))
            ]
        )

    def camera_sees(self, state: str, percent: float, evidence: str | None = None) -> None:
        with writing(self.database) as session:
            session.merge(
                ZoneState(
                    project_id=k.PROJECT,
                    zone="main",
                    state=state,
                    percent=percent,
                    confidence=0.93,
                    coverage=0.95,
                    uncertain=False,
                    measured_at=self.now,
                    evidence=evidence,
                )
            )
            session.merge(
                DeviceState(
                    project_id=k.PROJECT,
                    device="cam-1",
                    health="ok",
                    since=self.now,
                    last_seen=self.now,
                    last_good=self.now,
                    fps=8.0,
                )
            )

    def anomalous_claim(self) -> int:
        """The claim of the acceptance scenario, filed, signed and evaluated by the rules."""
        self.setup()
        change = {"account": "6222999988887777", "changed_on": "2026-06-09", "reason": "账户变更"}
        url = f"/api/v1/projects/{k.PROJECT}/payee-account"
        ok(self.person("finance").put(url, json=change))
        self.camera_history(blind_hours=41)
        self.camera_sees("s2_formwork", 35)
        return self.file(k.CLAIM)

    def file(self, body: dict[str, Any], sign: bool = True) -> int:
        department = self.person("department")
        filed = ok(department.post(f"/api/v1/projects/{k.PROJECT}/claims", json=body))
        number: int = filed["id"]
        if sign:
            self.act("chief_supervisor", number, "signature", k.SIGNATURE)
        self.evaluate(number)
        return number

    def evaluate(self, claim: int) -> None:
        """What the worker does within seconds."""
        with acting(self.database, RULES, self.now, self.publish, 31) as act:
            evaluate_claim(act, self.series, claim)

    def act(self, role: str, claim: int, action: str, body: Any = None) -> dict[str, Any]:
        done: dict[str, Any] = ok(
            self.person(role).post(f"/api/v1/claims/{claim}/{action}", json=body)
        )
        return done

    def refuse(
        self, role: str, claim: int, action: str, body: Any = None, name: str | None = None
    ) -> tuple[int, str]:
        answer = self.person(role, name).post(f"/api/v1/claims/{claim}/{action}", json=body)
        assert answer.is_error, answer.text
        failure = answer.json()
        assert failure["message"]
        return answer.status_code, failure["code"]

    def claim(self, number: int, role: str = "supervisor") -> dict[str, Any]:
        claim: dict[str, Any] = ok(self.person(role).get(f"/api/v1/claims/{number}"))
        return claim


def report(item: str, percent: float, day: str = "2026-05-20") -> dict[str, Any]:
    return {"work_item": item, "percent": percent, "reported_on": day}


def measurement(item: str, percent: float, day: str = "2026-05-20") -> dict[str, Any]:
    return {"work_item": item, "percent": percent, "measured_on": day}


def ok(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


@contextmanager
def desk_on(database: Engine, folder: Path, wire: Wire | None = None) -> Iterator[Desk]:
    """Serves the API on loopback with the real server."""
    series = open_store(f"sqlite:///{folder / 'series.db'}")
    desk = Desk(database, series, folder, wire or Silence())
    with serving(desk.app) as desk.url:
        yield desk
        desk.sign_all_off()
    series.close()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Runs an application in a thread; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
