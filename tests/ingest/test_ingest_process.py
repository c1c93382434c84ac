"""The real process on a real broker: nothing acknowledged is lost, nothing is counted twice."""

import random
import signal
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siteward_ingest.open_store import open_store
from siteward_ingest.series import SeriesKey
from tests.ingest.influx_server import influxd
from tests.ingest.process import (
    TOPIC,
    Ingest,
    ingest,
    make_session,
    numbered,
    send,
    telemetry,
    wait_until,
)
from tests.servers import free_port, mosquitto, program

pytestmark = pytest.mark.system

START = (datetime.now(UTC) - timedelta(days=2)).replace(microsecond=0)


def stored(folder: Path, metric: str = "pm10", url: str | None = None) -> list[float]:
    store = open_store(url or f"sqlite:///{folder}/series.db", read_only=True)
    key = SeriesKey("garden", "dust-1", metric)
    try:
        return [v for _, v in store.raw(key, START - timedelta(days=1), START + timedelta(days=4))]
    finally:
        store.close()


def taken(process: Ingest, count: int) -> bool:
    return process.metric("messages_total") >= count


def test_kill_9_in_mid_stream_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    count = 4000
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        publisher = threading.Thread(target=send, args=(port, *numbered(START, count)))
        publisher.start()
        for goal in (100, 400, 1000):
            # Small batches make the work last long enough to be cut short.
            with ingest(tmp_path, port, batch=10) as process:
                wait_until(lambda goal=goal: len(stored(tmp_path)) >= goal)  # type: ignore[misc]
                process.process.kill()
                process.process.wait()
            assert len(stored(tmp_path)) < count
        publisher.join()
        with ingest(tmp_path, port) as process:
            wait_until(lambda: len(stored(tmp_path)) == count)
            assert process.metric("quarantined_total") == 0
    assert stored(tmp_path) == [n / 2 for n in range(count)]
    assert stored(tmp_path, "pm25") == [n / 4 for n in range(count)]


def test_a_broker_that_comes_late_and_restarts_is_found_again(tmp_path: Path) -> None:
    messages, port = numbered(START, 100), free_port()
    with mosquitto(tmp_path / "mq", port):
        make_session(port)
    with ingest(tmp_path, port) as process:
        for end in (50, 100):
            with mosquitto(tmp_path / "mq", port):
                send(port, *messages[end - 50 : end])
                wait_until(lambda end=end: taken(process, end))  # type: ignore[misc]
        assert process.process.poll() is None
    assert stored(tmp_path) == [n / 2 for n in range(100)]


def test_a_store_that_is_down_holds_everything_back_until_it_is_up(tmp_path: Path) -> None:
    program("influxd")
    front = free_port()
    url = f"influxdb+http://127.0.0.1:{front}?org=siteward&bucket=siteward"
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        with ingest(tmp_path, port, url) as process:
            send(port, *numbered(START, 200))
            wait_until(lambda: process.metric("store_failures_total") >= 2)
            assert process.metric("messages_total") == 0
            with influxd(tmp_path / "influx", front):
                wait_until(lambda: taken(process, 200))
                assert stored(tmp_path, url=url) == [n / 2 for n in range(200)]
                assert process.metric("points_total") == 400


def test_killed_while_the_store_is_down_the_messages_come_again(tmp_path: Path) -> None:
    dead = f"influxdb+http://127.0.0.1:{free_port()}?org=siteward&bucket=siteward"
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        send(port, *numbered(START, 200))
        with ingest(tmp_path, port, dead) as process:
            wait_until(lambda: process.metric("store_failures_total") >= 1)
            process.process.kill()
        with ingest(tmp_path, port) as process:
            wait_until(lambda: taken(process, 200))
    assert stored(tmp_path) == [n / 2 for n in range(200)]


@pytest.mark.parametrize("series", ["working", "dead"])
def test_sigterm_ends_in_good_order(tmp_path: Path, series: str) -> None:
    dead = f"influxdb+http://127.0.0.1:{free_port()}?org=siteward&bucket=siteward"
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        send(port, *numbered(START, 2000))
        with ingest(tmp_path, port, dead if series == "dead" else None) as process:
            wait_until(lambda: process.metric("commit_seconds_count") >= 1 or series == "dead")
            process.process.send_signal(signal.SIGTERM)
            assert process.process.wait(10) == 0
        with ingest(tmp_path, port) as process:
            wait_until(lambda: len(stored(tmp_path)) == 2000)


def test_sigterm_does_not_wait_for_a_store_that_hangs(tmp_path: Path) -> None:
    with mosquitto(tmp_path / "mq") as port, socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        url = f"influxdb+http://127.0.0.1:{deaf.getsockname()[1]}?org=siteward&bucket=siteward"
        make_session(port)
        send(port, *numbered(START, 20))
        with ingest(tmp_path, port, url) as process, deaf.accept()[0]:
            process.process.send_signal(signal.SIGTERM)  # while it waits for an answer
            assert process.process.wait(8) == 0
        with ingest(tmp_path, port) as process:
            wait_until(lambda: len(stored(tmp_path)) == 20)


def test_duplicate_and_reordered_messages_are_counted_once(tmp_path: Path) -> None:
    messages = numbered(START, 300)
    shuffled = messages * 2
    random.Random(5).shuffle(shuffled)
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        send(port, *shuffled)
        with ingest(tmp_path, port) as process:
            wait_until(lambda: taken(process, 600))
            assert process.metric("duplicates_total") == 300
            assert process.metric("points_total") == 600
    assert stored(tmp_path) == [n / 2 for n in range(300)]


def test_every_kind_of_refusal_is_counted_and_kept_and_blocks_nothing(tmp_path: Path) -> None:
    good = START + timedelta(hours=1)
    now = datetime.now(UTC)
    nested = b'{"unknown": ' + b"[" * 100_000
    huge = b"\x00" * (10 * 1024 * 1024)
    bad = {
        "bad_json": [(TOPIC, b'{"id": "trunca'), (TOPIC, b"\xff\xfe"), (TOPIC, nested)],
        "bad_shape": [(TOPIC, b"[]"), (TOPIC, b'{"id": 7}'), (TOPIC, b"null")],
        "bad_topic": [
            ("siteward/v1/Garden/dust-1/telemetry", telemetry(good)),
            ("siteward/v1/garden", telemetry(good)),
            ("siteward/v1/garden/dust-1/room-2/telemetry", telemetry(good)),
        ],
        "future": [(TOPIC, telemetry(now + timedelta(hours=1)))],
        "ancient": [(TOPIC, telemetry(now - timedelta(days=500)))],
        "unknown_metric": [(TOPIC, telemetry(good, pm1000=1.0))],
        "implausible": [(TOPIC, telemetry(good, humidity=140.0))],
        "too_large": [(TOPIC, huge)],
    }
    nan = telemetry(good, pm10=41.5).replace(b"41.5", b"NaN")
    bad["bad_json"].append((TOPIC, nan))
    mixed = (TOPIC, telemetry(START, pm10=7.0, humidity=140.5))
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        send(port, *(m for kind in bad.values() for m in kind), mixed, *numbered(START, 20)[1:])
        with ingest(tmp_path, port) as process:
            total = sum(map(len, bad.values())) + 1 + 19
            wait_until(lambda: taken(process, total))
            for reason, messages in bad.items():
                expected = len(messages) + (reason == "implausible")
                assert process.metric("quarantined_total", reason=reason) == expected, reason
            records = process.quarantined()
    assert stored(tmp_path) == [7.0, *(n / 2 for n in range(1, 20))]
    assert stored(tmp_path, "humidity") == []
    for reason, messages in bad.items():
        payloads = {payload[:65536] for _, payload in messages}
        assert payloads <= {r.payload for r in records if r.reason == reason}, reason
    (large,) = [r for r in records if r.reason == "too_large"]
    assert (large.size, len(large.payload)) == (10 * 1024 * 1024, 65536)
