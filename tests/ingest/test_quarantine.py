import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from siteward_ingest.main import command
from siteward_ingest.quarantine import KEPT_PAYLOAD, Quarantine, QuarantineError, refused
from tests.ingest.process import TOPIC, ingest, make_session, send, telemetry, wait_until
from tests.servers import free_port, mosquitto

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def run(path: Path, *arguments: str, port: int = 1) -> Result:
    variables = {"SITEWARD_QUARANTINE": str(path), "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{port}"}
    return CliRunner().invoke(command, ["quarantine", *arguments], env=variables)


def test_a_long_payload_keeps_its_head_and_its_hash(tmp_path: Path) -> None:
    payload = b"x" * (10 * 1024 * 1024)
    quarantine = Quarantine(tmp_path / "q.db")
    quarantine.add([refused(NOW, TOPIC, "too_large", "10 MB", payload)])
    (record,) = quarantine.all()
    assert (record.size, record.payload) == (len(payload), payload[:KEPT_PAYLOAD])
    assert record.sha256 == hashlib.sha256(payload).hexdigest()
    assert not record.is_whole
    quarantine.close()


def test_the_oldest_make_room_and_are_counted(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path / "q.db", max_bytes=20 * 1024)
    for n in range(10):
        quarantine.add([refused(NOW, TOPIC, "bad_json", str(n), bytes([n]) * 4096)])
    assert [r.detail for r in quarantine.all()] == ["9", "8", "7", "6"]
    assert quarantine.evicted == 6
    quarantine.close()


def test_what_is_kept_survives_a_restart(tmp_path: Path) -> None:
    first = Quarantine(tmp_path / "q.db")
    first.add([refused(NOW, TOPIC, "bad_json", "why", b"{")])
    first.close()
    second = Quarantine(tmp_path / "q.db")
    (record,) = second.all()
    assert (record.received_at, record.topic, record.payload) == (NOW, TOPIC, b"{")
    second.close()


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuarantineError, match="missing/q"):
        Quarantine(tmp_path / "missing" / "q.db")


def test_list_and_show_tell_what_why_and_when(tmp_path: Path) -> None:
    path = tmp_path / "q.db"
    quarantine = Quarantine(path)
    quarantine.add([refused(NOW, TOPIC, "bad_json", "no brace", b'{"id": \xff')] * 2)
    quarantine.close()
    listed = run(path, "list")
    assert "bad_json x2" in listed.output
    assert "no brace" in listed.output
    (line,) = run(path, "list", "--json").output.splitlines()
    assert json.loads(line)["topic"] == TOPIC
    shown = run(path, "show", "1").output
    assert '{"id": \\xff' in shown
    assert "received_at: 2026-03-01T08:00:00+00:00" in shown


def test_a_number_or_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "q.db"
    assert "SITEWARD_QUARANTINE: there is no" in run(path, "list").output
    Quarantine(path).close()
    result = run(path, "show", "7")
    assert result.exit_code == 1
    assert "nothing in quarantine has number 7" in result.output


def test_a_cut_payload_is_not_replayed(tmp_path: Path) -> None:
    path = tmp_path / "q.db"
    quarantine = Quarantine(path)
    quarantine.add([refused(NOW, TOPIC, "too_large", "big", b"x" * 100_000)])
    result = run(path, "replay", "1")
    assert result.exit_code == 1
    assert "only the first 65536 were kept" in result.output
    assert len(quarantine.all()) == 1
    quarantine.close()


def test_without_a_broker_a_replay_keeps_the_record(tmp_path: Path) -> None:
    path = tmp_path / "q.db"
    quarantine = Quarantine(path)
    quarantine.add([refused(NOW, TOPIC, "bad_json", "why", b"{")])
    result = run(path, "replay", "1", port=free_port())
    assert result.exit_code == 1
    assert "the broker did not take it" in result.output
    assert len(quarantine.all()) == 1
    quarantine.close()


@pytest.mark.system
def test_a_replayed_message_goes_through_the_ordinary_door(tmp_path: Path) -> None:
    path = tmp_path / "quarantine.db"
    good = telemetry(datetime.now(UTC), pm10=12.0)
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        quarantine = Quarantine(path)
        quarantine.add([refused(NOW, TOPIC, "future", "clock was wrong", good)])
        with ingest(tmp_path, port) as process:
            assert run(path, "replay", "1", port=port).exit_code == 0
            wait_until(lambda: process.metric("points_total") == 1)
            assert quarantine.all() == []
            send(port, (TOPIC, b"{"))
            wait_until(lambda: len(quarantine.all()) == 1)
            number = str(quarantine.all()[0].id)
            assert run(path, "replay", number, port=port).exit_code == 0
            wait_until(lambda: process.metric("quarantined_total", reason="bad_json") == 2)
            assert len(quarantine.all()) == 1
    quarantine.close()
