import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.outbox import ROW_OVERHEAD, Outbox, OutboxFullError, Outgoing

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TELEMETRY = Topic("s", "d", Kind.TELEMETRY)
DETECTION = Topic("s", "d", Kind.DETECTION)


def message(topic: Topic, text: str, size: int = 0) -> Outgoing:
    return Outgoing(topic, text.encode().ljust(size, b"."))


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "outbox.db", 100_000)
    yield box
    box.close()


def texts(outbox: Outbox) -> list[str]:
    outbox.release()
    return [w.payload.decode().rstrip(".") for w in outbox.take(100_000)]


def test_messages_are_taken_once_in_order_and_gone_only_when_settled(outbox: Outbox) -> None:
    outbox.put([message(TELEMETRY, str(n)) for n in range(5)])
    first = outbox.take(2)
    assert [w.payload for w in first] == [b"0", b"1"]
    assert [w.payload for w in outbox.take(10)] == [b"2", b"3", b"4"]
    assert outbox.take(10) == []
    outbox.settle([first[1].seq])
    assert (outbox.depth, outbox.size) == (4, 4 * (1 + ROW_OVERHEAD))
    assert texts(outbox) == ["0", "2", "3", "4"]


def test_what_waited_is_taken_again_after_a_restart(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "o.db", 100_000)
    box.put([message(DETECTION, "a"), message(DETECTION, "b")], {"zone": "floor1"})
    box.settle([box.take(1)[0].seq])
    box.close()
    again = Outbox(tmp_path / "o.db", 100_000)
    assert texts(again) == ["b"]
    assert again.recall("zone") == "floor1"
    again.close()


def test_a_full_outbox_thins_telemetry_evenly_and_counts_it(outbox: Outbox) -> None:
    outbox.put([message(DETECTION, "keep", 1000)])
    for n in range(200):
        outbox.put([message(TELEMETRY, f"t{n}", 1000)])
    kept = texts(outbox)
    assert kept[0] == "keep"
    assert kept[-1] == "t199"
    numbers = [int(text[1:]) for text in kept[1:]]
    assert numbers[0] < 20, "the oldest hours keep some resolution"
    assert outbox.size <= 100_000
    assert outbox.counts()["thinned"] == 200 - len(numbers)


def test_detections_push_out_telemetry_and_are_refused_loudly_when_nothing_is_left_to_thin(
    outbox: Outbox,
) -> None:
    outbox.put([message(TELEMETRY, "t", 1000)])
    for n in range(80):
        outbox.put([message(DETECTION, f"d{n}", 1000)])
    with pytest.raises(OutboxFullError, match="no room for detection"):
        for n in range(80, 200):
            outbox.put([message(DETECTION, f"d{n}", 1000)])
    kept = texts(outbox)
    assert kept == [f"d{n}" for n in range(len(kept))]
    assert outbox.counts() == {"refused": 1, "thinned": 1}
    outbox.put([message(TELEMETRY, "late", 1000)])
    assert outbox.counts()["thinned"] == 2
    assert texts(outbox) == kept


def test_evidence_and_its_detection_are_kept_together_or_not_at_all(outbox: Outbox) -> None:
    pair = [message(Topic("s", "d", Kind.EVIDENCE), "jpeg", 99_000), message(DETECTION, "d", 1000)]
    with pytest.raises(OutboxFullError):
        outbox.put(pair, {"told": "yes"})
    assert outbox.depth == 0
    assert outbox.recall("told") is None


def test_unreadable_raw_data_is_kept_for_seven_days_and_counted(outbox: Outbox) -> None:
    outbox.reject(NOW, "dust-1", "crc", b"old")
    outbox.reject(NOW + timedelta(days=6), "dust-1", "crc", b"middle")
    outbox.reject(NOW + timedelta(days=8), "dust-1", "shape", b"new")
    assert [row[3] for row in outbox.rejected()] == [b"middle", b"new"]
    assert outbox.counts() == {"rejected.crc": 2, "rejected.shape": 1}


def test_a_full_disk_refuses_loudly_and_stops_nobody(outbox: Outbox) -> None:
    outbox.put([message(DETECTION, "before")])
    pages = outbox._db.execute("PRAGMA page_count").fetchone()[0]
    outbox._db.execute(f"PRAGMA max_page_count = {pages}")  # as SQLite sees a full disk
    with pytest.raises(OutboxFullError, match="full"):
        outbox.put([message(DETECTION, "large", 50_000)])
    outbox.reject(NOW, "dust-1", "crc", bytes(50_000))
    assert texts(outbox) == ["before"]
    outbox._db.execute("PRAGMA max_page_count = 100000")
    outbox.put([message(DETECTION, "after")])
    assert texts(outbox) == ["before", "after"]


WRITER = """
import sys
from pathlib import Path
from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.outbox import Outbox, Outgoing
box = Outbox(Path(sys.argv[1]), 10**9)
n = 0
while True:
    box.put([Outgoing(Topic("s", "d", Kind.DETECTION), str(n).encode())])
    sys.stdout.write(f"{n}\\n")
    sys.stdout.flush()
    n += 1
"""


def test_every_message_put_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    file = tmp_path / "o.db"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    said = [int(writer.stdout.readline()) for _ in range(200)]
    writer.send_signal(signal.SIGKILL)
    said += [int(line) for line in writer.stdout.read().splitlines() if line.isdigit()]
    writer.stdout.close()
    writer.wait()
    box = Outbox(file, 10**9)
    kept = [int(w.payload) for w in box.take(10**6)]
    box.close()
    assert kept[: len(said)] == said
    assert len(kept) - len(said) <= 1
