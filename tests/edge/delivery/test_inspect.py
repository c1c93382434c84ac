"""`siteward edge outbox` on a real outbox."""

import base64
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.inspect import NoOutboxError, contents
from siteward_edge.delivery.outbox import Outbox, Outgoing
from tests.edge.delivery.test_outbox import reading
from tests.edge.test_agent import SITEWARD

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def filled(folder: Path) -> Path:
    box = Outbox(folder / "o.db", 10**7)
    box.put([reading("dust", at, pm10=1.0) for at in (60, 120)])
    box.put([Outgoing(Topic("s", "cam", Kind.DETECTION), b'{"ts":"2026-03-01T00:00:30Z"}')])
    box.settle([1])
    for n in range(25):
        box.reject(NOW + timedelta(seconds=n), "dust-1", "crc", b"##bad %d\r\n" % n)
    box.close()
    return folder / "o.db"


def test_what_waits_is_told_by_device_and_kind_beside_a_running_agent(tmp_path: Path) -> None:
    path = filled(tmp_path)
    agent = Outbox(path, 10**7)
    found = contents(path)
    agent.close()
    told = {(w.topic.device, w.topic.kind): (w.messages, w.oldest) for w in found.waiting}
    assert told == {
        ("dust", Kind.TELEMETRY): (1, NOW + timedelta(seconds=120)),
        ("cam", Kind.DETECTION): (1, NOW + timedelta(seconds=30)),
    }
    assert found.counts == {"rejected.crc": 25, "sent": 1}
    assert (len(found.refused), found.refused_in_all) == (20, 25)
    assert found.refused[0].raw == b"##bad 24\r\n", "the newest first"


def test_looking_for_an_outbox_does_not_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoOutboxError, match="has the agent run here, as this user"):
        contents(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_everything_can_be_carried_off_as_lines_of_json(tmp_path: Path) -> None:
    path = filled(tmp_path)
    config = tmp_path / "edge.yaml"
    config.write_text(f"site: s\nmqtt: mqtt://h\noutbox: {{path: {path}}}\n", encoding="utf-8")
    export = tmp_path / "all.jsonl"
    done = subprocess.run(
        [*SITEWARD, "edge", "outbox", str(config), "--json", "--export", str(export)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["counts"] == {"rejected.crc": 25, "sent": 1}
    lines = [json.loads(line) for line in export.read_text(encoding="utf-8").splitlines()]
    assert [line["topic"] for line in lines[:2]] == [
        "siteward/v1/s/dust/telemetry",
        "siteward/v1/s/cam/detection",
    ]
    assert base64.b64decode(lines[1]["payload"]) == b'{"ts":"2026-03-01T00:00:30Z"}'
    assert base64.b64decode(lines[2]["raw"]) == b"##bad 0\r\n"
    assert len(lines) == 27
