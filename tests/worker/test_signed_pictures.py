"""What the worker makes of signatures, keys and what agents say of their settings."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, select

from siteward_contracts import signatures
from siteward_contracts.decode import decode
from siteward_contracts.framing import pack
from siteward_contracts.messages import (
    AgentConfig,
    ConfigState,
    EvidenceHeader,
    EvidenceStatement,
    Status,
)
from siteward_ingest.delivery import Delivery
from siteward_ingest.open_store import open_store
from siteward_platform.act import acting
from siteward_platform.agent_keys import MOST_PENDING, decide_key
from siteward_platform.agent_settings import PATIENCE, set_camera
from siteward_platform.api.schemas.agents import CameraSettingsIn, KeyDecisionIn
from siteward_platform.database.models import AgentKey, AgentSettings, AgentState, LogEntry
from siteward_platform.database.session import reading
from siteward_platform.evidence import EvidenceStore
from siteward_platform.sealed_evidence import worth_of
from siteward_rules.money.hold_states import Actor
from tests.worker.site import NOW, PICTURE, SHA, SITE, deliver, new_id, picture, set_up
from tests.worker.test_judge import Bench

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = signatures.public_key(KEY)
ADMIN, SUPERVISOR = Actor("root", "admin"), Actor("wang", "supervisor")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bench(database: Engine, tmp_path: Path) -> Iterator[Bench]:
    set_up(database)
    store = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    yield Bench(database, store, tmp_path / "evidence")
    store.close()


def signed(
    body: bytes = PICTURE, key: Ed25519PrivateKey = KEY, lies: dict[str, Any] | None = None
) -> Delivery:
    """A picture as an agent sends it; ``lies`` are told in the statement."""
    sha256 = hashlib.sha256(body).hexdigest()
    honest = EvidenceStatement(sha256=sha256, site=SITE, device="cam-tower", ts=NOW)
    statement = msgspec.json.encode(msgspec.structs.replace(honest, **lies or {})).decode()
    header = EvidenceHeader(
        id=new_id(), ts=NOW, sha256=sha256, statement=statement,
        signature=signatures.sign(key, statement), key=signatures.public_key(key),
    )  # fmt: skip
    return deliver("cam-tower", "evidence", pack(header, body))


def agent_says(
    ts: datetime, config: ConfigState | None = None, key: str = PUBLIC, online: bool = True
) -> Delivery:
    message = Status(
        id=new_id(), ts=ts, online=online, agent="9", key=key, config=config, outbox=3,
        clock_offset=0.02, counts={"thinned": 4},
    )  # fmt: skip
    return deliver("agent", "status", msgspec.json.encode(message))


def decide(bench: Bench, state: str, key: str = PUBLIC) -> None:
    body = KeyDecisionIn.model_validate({"state": state, "reason": "compared by telephone"})
    with acting(bench.database, ADMIN, bench.now, lambda *_: None, 31) as act:
        decide_key(act, SITE, "agent", key, body)


def worth(bench: Bench, sha256: str = SHA) -> str | None:
    with reading(bench.database) as session:
        return worth_of(session, [sha256, None]).get(sha256)


def logged(bench: Bench) -> list[str]:
    with reading(bench.database) as session:
        actions = session.scalars(select(LogEntry.action).order_by(LogEntry.seq))
        return [action for action in actions if action.startswith("agent.")]


def test_a_picture_is_worth_what_its_key_is_worth(bench: Bench) -> None:
    bench.take(agent_says(NOW), signed())
    assert worth(bench) == "unknown_key"
    decide(bench, "accepted")
    assert worth(bench) == "verified", "the decision counts for what is already there"
    bench.now += MINUTE
    decide(bench, "revoked")
    assert worth(bench) == "verified", "it came while the key was nobody else's"
    late = b"\xff\xd8 later \xff\xd9"
    bench.take(signed(late))
    assert worth(bench, hashlib.sha256(late).hexdigest()) == "revoked_key"
    assert logged(bench) == ["agent.key_seen", "agent.key_accepted", "agent.key_revoked"]


def test_a_key_can_be_accepted_before_its_agent_was_heard(bench: Bench) -> None:
    decide(bench, "accepted")
    bench.take(agent_says(NOW), signed())
    assert worth(bench) == "verified"
    with reading(bench.database) as session:
        assert session.get_one(AgentKey, (SITE, PUBLIC)).last_seen == NOW


@pytest.mark.parametrize(
    "lie",
    [
        {"sha256": "b" * 64},
        {"site": "another-site"},
        {"device": "cam-yard"},
        {"ts": NOW - MINUTE},
        {"purpose": "daily"},
    ],
)
def test_a_statement_about_another_picture_is_a_bad_signature(
    bench: Bench, lie: dict[str, object]
) -> None:
    decide(bench, "accepted")
    bench.take(signed(lies=lie))
    assert worth(bench) == "bad_signature"
    assert bench.count("refused_total", reason="bad_signature") == 1
    assert EvidenceStore(bench.folder).path(SHA) is not None, "kept: it may prove the forgery"


def test_a_changed_statement_is_a_bad_signature_and_junk_is_no_reason_to_stop(
    bench: Bench,
) -> None:
    decide(bench, "accepted")
    header = EvidenceHeader(
        id=new_id(), ts=NOW, sha256=SHA, statement="not JSON", key=PUBLIC,
        signature=signatures.sign(KEY, "not JSON"),
    )  # fmt: skip
    bench.take(deliver("cam-tower", "evidence", pack(header, PICTURE)))
    assert worth(bench) == "bad_signature"
    bench.take(signed())
    assert worth(bench) == "verified", "the honest sender's copy counts"
    bench.take(deliver("cam-tower", "evidence", pack(
        msgspec.structs.replace(header, id=new_id()), PICTURE)))  # fmt: skip
    bench.take(picture(NOW))
    assert worth(bench) == "verified", "and nobody's copy takes it away"


def test_an_unsigned_picture_says_so_and_one_not_come_says_nothing(bench: Bench) -> None:
    bench.take(picture(NOW))
    assert worth(bench) == "unsigned"
    assert worth(bench, "c" * 64) is None


def test_another_sites_key_vouches_for_nothing_here(bench: Bench) -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    decide(bench, "accepted")
    bench.take(signed(key=stranger))
    assert worth(bench) == "unknown_key"


def test_a_flood_of_keys_does_not_flood_the_audit_log(bench: Bench) -> None:
    for n in range(MOST_PENDING + 30):
        bench.take(agent_says(NOW + n * timedelta(seconds=1), key=f"{n:064x}"))
    assert len(logged(bench)) == MOST_PENDING
    decide(bench, "accepted")
    bench.take(agent_says(NOW + MINUTE), signed())
    assert worth(bench) == "verified", "and the true key still gets in"


def test_how_an_agent_stands_is_kept_and_its_last_will_changes_nothing(bench: Bench) -> None:
    bench.take(agent_says(NOW))
    bench.take(agent_says(NOW + MINUTE, online=False, key=""))
    with reading(bench.database) as session:
        state = session.get_one(AgentState, (SITE, "agent"))
        assert (state.software, state.outbox, state.last_seen) == ("9", 3, NOW)
        assert (state.clock_offset, state.counts) == (0.02, {"thinned": 4})


def set_zone(bench: Bench, version: int, zone: str = "pit") -> None:
    body = CameraSettingsIn(version=version, settings={"danger_zones": [{"id": zone}]})
    with acting(bench.database, SUPERVISOR, bench.now, lambda *_: None, 31) as act:
        set_camera(act, SITE, "agent", "cam-tower", body)


def newest(bench: Bench) -> AgentSettings:
    with reading(bench.database) as session:
        query = select(AgentSettings).order_by(AgentSettings.version.desc()).limit(1)
        return session.scalars(query).one()


def test_settings_are_sent_until_the_agent_knows_them(bench: Bench) -> None:
    set_zone(bench, 0)
    bench.judge.tick()
    bench.judge.tick()
    assert len(bench.retained) == 1, "sent once while nobody says it did not come"
    topic, payload = bench.retained[0]
    sent = decode(topic, payload, bench.now).message
    assert isinstance(sent, AgentConfig)
    assert topic == f"siteward/v1/{SITE}/agent/config"
    assert (sent.version, sent.cameras) == (1, {"cam-tower": {"danger_zones": [{"id": "pit"}]}})

    bench.now += MINUTE
    bench.take(agent_says(NOW + PATIENCE / 2))
    bench.judge.tick()
    assert len(bench.retained) == 1, "it may be on its way"
    bench.take(agent_says(NOW + PATIENCE + MINUTE / 4))
    bench.judge.tick()
    assert bench.retained[0][1] != bench.retained[1][1], "a message of its own"
    assert json.loads(bench.retained[1][1])["version"] == 1

    bench.take(agent_says(NOW + MINUTE, ConfigState(version=1, applied=True)))
    bench.judge.tick()
    assert len(bench.retained) == 2
    assert newest(bench).applied is True


def test_a_refusal_is_kept_with_its_reasons_and_not_carried_on(bench: Bench) -> None:
    set_zone(bench, 0, "good")
    bench.take(agent_says(NOW, ConfigState(version=1, applied=True)))
    set_zone(bench, 1, "wrong")
    refusal = ConfigState(version=2, applied=False, problems=["cam-tower: polygon is missing"])
    bench.take(agent_says(NOW + MINUTE, refusal))
    bench.take(agent_says(NOW + 2 * MINUTE, refusal))
    row = newest(bench)
    assert (row.applied, row.problems) == (False, ["cam-tower: polygon is missing"])
    actions = [action for action in logged(bench) if "settings" in action]
    assert actions == [
        "agent.settings", "agent.settings_applied", "agent.settings", "agent.settings_refused",
    ], "each once"  # fmt: skip


def test_an_agent_that_outlived_a_lost_database_still_hears_the_next_change(bench: Bench) -> None:
    bench.take(agent_says(NOW, ConfigState(version=41, applied=True)))
    set_zone(bench, 0)
    assert newest(bench).version == 42


def test_times_of_a_status_are_compared_in_one_zone(bench: Bench) -> None:
    bench.take(agent_says(NOW.astimezone(UTC)))
    bench.take(agent_says(NOW - MINUTE, key="d" * 64))
    with reading(bench.database) as session:
        assert session.get(AgentKey, (SITE, "d" * 64)) is None, "older news changes nothing"
