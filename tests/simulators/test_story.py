"""The kindergarten case, told to the real broker, ingest, worker and API."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from siteward_contracts.clock import utc_now
from siteward_simulators.memory import OtherSeedError, recall
from siteward_simulators.office import Done, Office, RefusedError
from siteward_simulators.paper import filing, progress
from siteward_simulators.past import Story, Told
from siteward_simulators.publish import connect
from siteward_simulators.scorecard import score
from siteward_simulators.scorecard.reading import Platform
from siteward_simulators.story import tell
from siteward_simulators.world.calendar import Calendar
from siteward_simulators.world.scenario_file import SCENARIOS, load_scenario
from siteward_simulators.world.truth import Truth
from siteward_simulators.world.world import World
from tests.servers import free_port, mosquitto, running, wait_for_port

PAST = timedelta(days=37)  # what camera baselines look back on
PASSWORD = "admin-of-the-test"
KINDERGARTEN = load_scenario(SCENARIOS / "kindergarten.yaml")


@dataclass(frozen=True)
class Servers:
    api: str
    mqtt: str


@contextmanager
def platform(folder: Path) -> Iterator[Servers]:
    command = [sys.executable, "-m", "siteward_cli"]
    with ExitStack() as stack:
        port, http = stack.enter_context(mosquitto(folder / "broker")), free_port()
        (folder / "evidence").mkdir()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SITEWARD_")}
        environment = {
            **kept,
            "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{port}",
            "SITEWARD_SERIES_URL": f"sqlite:///{folder / 'series.db'}",
            "SITEWARD_QUARANTINE": str(folder / "quarantine.db"),
            "SITEWARD_DATABASE_URL": f"sqlite:///{folder / 'siteward.db'}",
            "SITEWARD_EVIDENCE_DIR": str(folder / "evidence"),
            "SITEWARD_HTTP_PORT": str(http),
            "SITEWARD_INITIAL_ADMIN_PASSWORD": PASSWORD,
            "SITEWARD_BACKDATING_DAYS": "120",
        }
        subprocess.run([*command, "db", "upgrade"], env=environment, check=True)
        for name in ("ingest", "worker", "api"):
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            process = stack.enter_context(
                running([*command, name], env=environment, stdout=log, stderr=log)
            )
        wait_for_port(http, process, 30)
        yield Servers(f"http://127.0.0.1:{http}", f"mqtt://127.0.0.1:{port}")


@contextmanager
def telling(folder: Path, servers: Servers) -> Iterator[Office]:
    """The story of the kindergarten, told in a thread for the length of a with block."""
    stop, now = threading.Event(), utc_now()
    kept = recall(folder / "simulate.json", 1, now, now - PAST)
    office = Office(servers.api, PASSWORD, Done(folder / "done.txt"), stop)
    world = World(KINDERGARTEN, 1, kept.anchor)
    story = Story(
        [KINDERGARTEN], {world.scenario.site: world}, office, Truth(folder / "truth.db"),
        folder / "simulate.json", utc_now, stop, lambda *_: None, None, {}, Told(kept.told_until), 0.0,
    )  # fmt: skip
    client = connect(servers.mqtt, "history", stop)
    thread = threading.Thread(target=tell, args=(story, kept, client, True))
    thread.start()
    try:
        yield office
    finally:
        stop.set()
        thread.join(30)
        client.disconnect()
        client.loop_stop()
        office.close()


def case(office: Office) -> dict[str, Any]:
    """The live claim once the rules have judged it and its wages are paid."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with contextlib.suppress(RefusedError):  # before the accounts and the project exist
            claim = office.claim("kindergarten", "主体封顶")
            if claim and claim["evaluated_at"] and float(claim["wage_paid"]) > 0:
                return claim
        time.sleep(0.5)
    raise AssertionError("the claim was never judged")


@pytest.mark.system
def test_the_kindergarten_case_plays_out_to_the_yuan_and_only_once(tmp_path: Path) -> None:
    with platform(tmp_path) as servers:
        with telling(tmp_path, servers) as office:
            claim = case(office)
            project = office.get("finance", "/projects/kindergarten")
            assert sorted(claim["flags"]) == ["FR-01", "FR-02", "FR-09", "FR-19", "FR-21"]
            assert (claim["state"], claim["held"]) == ("held", "2320000.00")
            assert (claim["wage_paid"], claim["works_paid"]) == ("580000.00", "0.00")
            assert project["contract"]["verified_value"] == "3500000.00"
            assert project["paid"] == "3180000.00"
            # The cameras' zones grow from 37.7 to 38.5 % while day 0 lasts.
            assert claim["comparison"]["camera"] == pytest.approx(38.1, abs=0.6)
            with Platform(servers.api) as reader:
                result = score.measure(tmp_path, reader, utc_now().timestamp())
            assert result.failures() == []
            assert all(t.recall == 1 for t in result.hazards.values() if t.true)
            assert all(t.precision == 1 for t in result.hazards.values() if t.reported)
            before = office.get("finance", "/projects/kindergarten/payments")
        (tmp_path / "done.txt").unlink()  # as if it had crashed before it could write it down
        with telling(tmp_path, servers) as office:
            case(office)
            time.sleep(1)
            assert office.get("finance", "/projects/kindergarten/payments") == before
            assert len(office.get("finance", "/claims?project=kindergarten")) == 3
            assert_refusals_are_told_and_the_rest_is_done(office)


def assert_refusals_are_told_and_the_rest_is_done(office: Office) -> None:
    calendar = Calendar(utc_now())
    beyond = KINDERGARTEN.live_claim.model_copy(
        update={"title": "超合同申请", "amount": Decimal("8000000.00")}
    )
    file = filing(KINDERGARTEN, calendar, beyond)[0]
    intruder = replace(
        filing(KINDERGARTEN, calendar, KINDERGARTEN.live_claim)[1], key="forged", who="inspector"
    )
    sound = replace(progress(KINDERGARTEN, calendar)[0], key="one more report")
    refused = office.do("kindergarten", [file, intruder, sound])
    assert len(refused) == 2
    assert "claim_exceeds_contract" in refused[0] and "超合同申请" in refused[0]
    assert "403" in refused[1]
    assert office.do("kindergarten", [sound]) == []


def test_a_folder_of_another_seed_is_refused_with_a_remedy(tmp_path: Path) -> None:
    now = utc_now()
    kept = recall(tmp_path / "simulate.json", 3, now, now - PAST)
    assert recall(tmp_path / "simulate.json", 3, now + PAST, now) == kept
    with pytest.raises(OtherSeedError, match="use --seed 3 or another --data folder"):
        recall(tmp_path / "simulate.json", 4, now, now)
