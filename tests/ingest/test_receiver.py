import random
import socket
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from siteward_ingest.delivery import Delivery
from siteward_ingest.main import command
from siteward_ingest.receiver import Receiver, retry_delay
from siteward_ingest.subscriber import TOPICS
from tests.ingest.process import SITEWARD, TOPIC, environment, make_session, send
from tests.servers import mosquitto


def receiver(port: int, client_id: str = "siteward-ingest") -> Receiver:
    url = f"mqtt://127.0.0.1:{port}"
    return Receiver(url, client_id, TOPICS, time.monotonic, random.Random(1))


def deliveries(source: Receiver, count: int) -> list[Delivery]:
    """At least the next ``count`` messages, unacknowledged."""
    found: list[Delivery] = []
    while len(found) < count:
        found += source.collect(1000, 0.05, lambda: False)
    return found


def collect(source: Receiver, count: int) -> list[bytes]:
    return [message.payload for message in deliveries(source, count)]


def test_retries_slow_down_and_spread() -> None:
    chance = random.Random(1)
    ceilings = [max(retry_delay(n, chance) for _ in range(200)) for n in range(1, 12)]
    assert all(a < b + 0.5 for a, b in pairwise(ceilings))
    assert 14 < ceilings[-1] <= 15
    assert min(retry_delay(1, chance) for _ in range(200)) >= 0.1


@pytest.mark.parametrize("url", ["127.0.0.1", "http://host", "mqtt://"])
def test_an_url_that_is_no_broker_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SITEWARD_MQTT_URL"):
        Receiver(url, "x", [], time.monotonic, random.Random(1))


@pytest.mark.system
def test_what_was_not_acknowledged_comes_again_and_what_was_does_not(tmp_path: Path) -> None:
    sent = [b"%d" % n for n in range(50)]
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        send(port, *((TOPIC, payload) for payload in sent))
        first = receiver(port)
        batch = deliveries(first, 50)
        assert first.acknowledge(batch[:5], first.session)
        # Published on the same connection, so it comes back after the broker has read the acks.
        first.publish(TOPIC, b"marker", qos=1)
        assert collect(first, 1) == [b"marker"]
        first.disconnect()
        second = receiver(port)
        assert collect(second, 46) == [*sent[5:], b"marker"]
        second.disconnect()


@pytest.mark.system
def test_after_a_reconnect_the_old_batch_cannot_be_acknowledged(tmp_path: Path) -> None:
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        send(port, (TOPIC, b"one"))
        source = receiver(port)
        batch, session = deliveries(source, 1), source.session
        source.disconnect()
        while source.session == session:
            source.collect(1, 0, iter([False, True]).__next__)
        assert not source.acknowledge(batch, session)
        assert collect(source, 1) == [b"one"]
        source.disconnect()


@pytest.mark.system
def test_large_and_small_payloads_come_whole(tmp_path: Path) -> None:
    sizes = [0, 1, 127, 128, 65_535, 65_536, 65_537, 3_000_000, 5]
    sent = [(TOPIC, bytes([n]) * size) for n, size in enumerate(sizes)]
    with mosquitto(tmp_path / "mq") as port:
        make_session(port)
        send(port, *sent)
        source = receiver(port)
        assert collect(source, len(sizes)) == [payload for _, payload in sent]
        source.disconnect()


def test_a_metrics_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        variables = environment(tmp_path, 1) | {"SITEWARD_METRICS_PORT": str(number)}
        done = subprocess.run([SITEWARD, "ingest"], env=variables, capture_output=True, check=False)
    assert done.returncode == 1
    assert f"SITEWARD_METRICS_PORT: cannot listen on {number}" in done.stderr.decode()


def test_missing_settings_are_all_named() -> None:
    result = CliRunner().invoke(command, [], env={"SITEWARD_METRICS_PORT": "99999"})
    assert result.exit_code == 1
    for name in ("MQTT_URL", "SERIES_URL", "QUARANTINE", "METRICS_PORT"):
        assert f"SITEWARD_{name}: " in result.output
