import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from siteward_contracts.framing import pack
from siteward_contracts.messages import EvidenceHeader, Sample, Telemetry
from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.outbox import ROW_OVERHEAD, Outbox, OutboxFullError, Outgoing

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TELEMETRY = Topic("s", "d", Kind.TELEMETRY)
DETECTION = Topic("s", "d", Kind.DETECTION)
EVIDENCE = Topic("s", "d", Kind.EVIDENCE)


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


def test_a_picture_without_room_is_left_out_and_counted_and_its_detection_kept(
    outbox: Outbox,
) -> None:
    pair = [message(EVIDENCE, "jpeg", 99_000), message(DETECTION, "d", 1000)]
    outbox.put(pair, {"told": "yes"})
    assert texts(outbox) == ["d"]
    assert outbox.recall("told") == "yes"
    assert outbox.counts() == {"refused.evidence": 1}


def test_pictures_leave_the_last_tenth_of_the_room_to_detections(outbox: Outbox) -> None:
    for n in range(12):
        outbox.put([message(EVIDENCE, f"jpeg{n}", 9_000), message(DETECTION, f"d{n}", 100)])
    assert [t for t in texts(outbox) if t.startswith("d")] == [f"d{n}" for n in range(12)]
    assert outbox.counts()["refused.evidence"] == 3
    assert outbox.size < 95_000


def test_messages_of_which_one_finds_no_room_are_all_refused(outbox: Outbox) -> None:
    pair = [message(DETECTION, "small", 10), message(DETECTION, "large", 101_000)]
    with pytest.raises(OutboxFullError):
        outbox.put(pair, {"told": "yes"})
    assert (outbox.depth, outbox.recall("told")) == (0, None)


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


def reading(device: str, seconds: float, **readings: float) -> Outgoing:
    ts = NOW + timedelta(seconds=seconds)
    sample = Sample(ts=ts, readings=readings)
    payload = msgspec.json.encode(Telemetry(id=f"{device}-{seconds:016}", ts=ts, samples=[sample]))
    return Outgoing(Topic("s", device, Kind.TELEMETRY), payload)


def kept_readings(outbox: Outbox, device: str) -> list[tuple[float, dict[str, float]]]:
    outbox.release()
    found = [
        msgspec.json.decode(w.payload, type=Telemetry)
        for w in outbox.take(100_000)
        if w.topic == str(Topic("s", device, Kind.TELEMETRY))
    ]
    return [((m.ts - NOW).total_seconds(), m.samples[0].readings) for m in found]


def test_findings_overtake_readings_and_neither_starves_the_other(outbox: Outbox) -> None:
    outbox.put([message(TELEMETRY, f"t{n}") for n in range(20)])
    outbox.put([message(DETECTION, f"d{n}") for n in range(6)])
    taken = [w.payload.decode() for w in outbox.take(12)]
    assert [t for t in taken if t[0] == "d"] == [f"d{n}" for n in range(6)]
    assert [t for t in taken if t[0] == "t"] == [f"t{n}" for n in range(6)]
    assert taken.index("d5") < 8
    assert taken.index("t0") < 4, "a stream of findings does not hold up readings for ever"


def test_no_more_is_taken_than_may_be_on_the_way_at_once(outbox: Outbox) -> None:
    outbox.put([message(EVIDENCE, f"e{n}", 5_000) for n in range(5)])
    assert len(outbox.take(100, 9_000)) == 2, "the last one may go beyond"
    assert outbox.take(100, 0) == []
    assert len(outbox.take(100)) == 3


def test_a_thinned_hour_keeps_its_first_last_least_and_greatest_reading(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.db", 400_000)
    peak, dip = 1000.0, 2600.0
    for minute in range(0, 3600 * 4, 60):
        messages = []
        for at in range(minute, minute + 60, 10):
            noise = 99.0 if at == peak else 31.0 if at == dip else 50.0 + at % 70 / 10
            messages += [reading("dust", at, noise_leq=noise), reading("wind", at, crane_wind=5.0)]
        outbox.put(messages)
    dust = kept_readings(outbox, "dust")
    hour = {at: readings["noise_leq"] for at, readings in dust if at < 3600}
    assert len(hour) == 4, "of 360"
    assert (min(hour), max(hour)) == (0, 3590)
    assert (hour[peak], hour[dip]) == (99.0, 31.0)
    newest = [at for at, _ in dust if at > 3600 * 4 - 600]
    assert len(newest) == 59, "what is fresh is whole"
    assert [at for at, _ in dust] == sorted(at for at, _ in dust)
    wind = kept_readings(outbox, "wind")
    assert len([at for at, _ in wind if at < 3600]) == 2, "a value that stands needs two points"
    put = 2 * 360 * 4
    assert outbox.counts() == {"thinned": put - outbox.depth}
    assert outbox.size <= 400_000
    outbox.close()


def test_in_weeks_without_a_link_days_are_reduced_before_any_is_lost(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.db", 120_000)
    days = 30
    for hour in range(0, 86_400 * days, 3_600):
        instants = range(hour, hour + 3_600, 600)
        outbox.put([reading("dust", at, pm10=float(at % 7_000) / 10) for at in instants])
    dust = kept_readings(outbox, "dust")
    outbox.close()
    assert {int(at // 86_400) for at, _ in dust} == set(range(days)), "no day without a reading"
    assert dust[0][0] == 0


def test_telemetry_that_is_on_its_way_is_not_thinned(outbox: Outbox) -> None:
    outbox.put([reading("dust", n, pm10=1.0) for n in range(10)])
    sending = outbox.take(10)
    for n in range(10, 600):
        outbox.put([reading("dust", n, pm10=1.0)])
    depth, thinned = outbox.depth, outbox.counts()["thinned"]
    outbox.settle([w.seq for w in sending])
    assert outbox.depth == depth - 10
    assert outbox.counts() == {"sent": 10, "thinned": thinned}


def test_old_telemetry_is_given_up_and_counted_and_findings_stay(outbox: Outbox) -> None:
    old = message(DETECTION, '{"ts": "2026-02-01T00:00:00Z"}')
    outbox.put([old, *(reading("dust", at, pm10=1.0) for at in (0, 3600, 7200))])
    assert outbox.oldest() == datetime(2026, 2, 1, tzinfo=UTC)
    outbox.expire(NOW + timedelta(hours=1))
    assert [at for at, _ in kept_readings(outbox, "dust")] == [3600, 7200]
    assert outbox.counts() == {"expired": 1}
    outbox.settle([1])
    assert outbox.oldest() == NOW + timedelta(hours=1)


def test_a_picture_tells_its_time_by_its_header(outbox: Outbox) -> None:
    header = EvidenceHeader(id="0" * 16, ts=NOW, sha256="0" * 64)
    outbox.put([Outgoing(EVIDENCE, pack(header, b"\xff\xd8jpeg\n"))])
    assert outbox.oldest() == NOW


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "o.db"
    file.write_bytes(b"this was a database before the card wore out" * 200)
    box = Outbox(file, 100_000)
    box.put([message(DETECTION, "a")])
    assert texts(box) == ["a"]
    box.close()
    assert "put aside" in caplog.text
    assert (tmp_path / "o.db.damaged").exists()


def test_a_file_that_cannot_be_opened_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "o.db").mkdir()
    with pytest.raises(sqlite3.OperationalError, match=r"o\.db: .*may this user write there"):
        Outbox(tmp_path / "o.db", 100_000)
