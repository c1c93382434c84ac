"""The link shared: paced, encrypted, narrow, and come back to at different times."""

import gc
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siteward_contracts.topics import Kind, Topic
from siteward_edge.config.delivery import Link, Tls
from siteward_edge.delivery.broker import BrokerError, client_of, pause
from siteward_edge.delivery.outbox import Outbox, Outgoing
from siteward_edge.delivery.pace import Pace
from tests import servers
from tests.edge.delivery.certificates import Authority
from tests.edge.delivery.slow_link import slow_link
from tests.edge.delivery.test_publisher import FAST, READINGS, Platform, publisher, status, until

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FINDINGS = Topic("school", "cam", Kind.DETECTION)
EVIDENCE = Topic("school", "cam", Kind.EVIDENCE)
FRAMES = Topic("school", "cam", Kind.FRAME)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "outbox.db", 10**9)
    yield box
    box.close()


def test_the_pace_lets_a_burst_through_and_then_the_rate() -> None:
    pace = Pace(per_second=10, burst=40)
    sent, now = 0, NOW
    for _ in range(100):
        while pace.left(now) > 0:
            pace.spend(1)
            sent += 1
        now += timedelta(seconds=0.1)
    assert sent == pytest.approx(40 + 10 * 10, abs=2)


def test_a_message_larger_than_the_burst_gets_through_and_is_paid_for_afterwards() -> None:
    pace = Pace(per_second=10, burst=40)
    assert pace.left(NOW) > 0
    pace.spend(140)
    assert pace.left(NOW) <= 0
    assert pace.wait() == pytest.approx(10)
    assert pace.left(NOW + timedelta(seconds=9.9)) <= 0
    assert pace.left(NOW + timedelta(seconds=10.2)) > 0


def test_a_clock_that_is_set_neither_stops_nor_floods_the_link() -> None:
    pace = Pace(per_second=10, burst=40)
    pace.left(NOW)
    pace.spend(40)
    assert pace.left(NOW - timedelta(days=1)) == 0, "back by a day earns nothing"
    assert pace.left(NOW - timedelta(days=1) + timedelta(seconds=1)) == pytest.approx(10)
    assert pace.left(NOW + timedelta(days=300)) == 40, "ahead by a year earns a burst"


def test_agents_come_back_at_different_times_and_ever_less_often() -> None:
    first = [pause(0, random.Random(seed)) for seed in range(200)]
    late = [pause(20, random.Random(seed)) for seed in range(200)]
    assert min(first) >= 0.5
    assert max(first) <= 1
    assert max(late) <= 60
    assert max(late) > 50
    spread = sum(1 for second in late if 20 <= second < 30)
    assert 15 <= spread <= 60, "a sixth of them in each ten seconds"


@pytest.mark.system
def test_catching_up_is_paced_and_a_fresh_detection_overtakes_the_readings(
    tmp_path: Path, outbox: Outbox
) -> None:
    link = Link(max_kbit=100_000, max_messages=100)  # 400 at once, then 100 a second
    outbox.put([Outgoing(READINGS, str(n).encode()) for n in range(700)])
    with servers.mosquitto(tmp_path / "broker") as port:
        platform = Platform(port)
        assert platform.subscribed.wait(10)
        sender = publisher(port, outbox, link=link)
        sender.start()
        until(lambda: len(platform.payloads(READINGS)) >= 400)
        began = time.monotonic()
        outbox.put([Outgoing(FINDINGS, b"fresh")])
        until(lambda: platform.payloads(FINDINGS) == [b"fresh"])
        overtaken = 700 - len(platform.payloads(READINGS))
        assert overtaken > 100, "it did not wait for them"
        until(lambda: outbox.depth == 0)
        took = time.monotonic() - began
        until(lambda: len(platform.payloads(READINGS)) == 700)
        sender.stop(status(False))
        platform.close()
    assert took > 2.5, "300 messages at 100 a second"
    assert platform.payloads(READINGS) == [str(n).encode() for n in range(700)]
    assert outbox.counts() == {"sent": 701}


@pytest.mark.system
def test_live_frames_are_left_out_on_a_slow_link_and_hold_nothing_up(
    tmp_path: Path, outbox: Outbox
) -> None:
    frame = bytes(60_000)
    with (
        servers.mosquitto(tmp_path / "broker") as port,
        slow_link(port, bytes_per_second=100_000) as link,
    ):
        platform = Platform(port)
        assert platform.subscribed.wait(10)
        sender = publisher(link.port, outbox, link=FAST)
        sender.start()
        until(lambda: sender.connected)
        for n in range(60):  # three seconds of a wall at 20 frames a second: 1.2 MB/s
            sender.publish_frame(FRAMES, frame)
            if n == 40:
                outbox.put([Outgoing(FINDINGS, b"fresh")])
                began = time.monotonic()
            time.sleep(0.05)
        until(lambda: bool(platform.payloads(FINDINGS)))
        assert time.monotonic() - began < 10, "it waited for one frame and what the kernel held"
        heard = len(platform.payloads(FRAMES))
        assert 2 <= heard <= 30, f"{heard} of 60: what fits the link, and no more is queued"
        sender.stop(status(False))
        platform.close()


@pytest.mark.system
def test_pictures_on_a_slow_link_do_not_pile_up_in_memory_or_break_the_connection(
    tmp_path: Path, outbox: Outbox
) -> None:
    outbox.put([Outgoing(EVIDENCE, str(n).encode().ljust(100_000)) for n in range(8)])
    with (
        servers.mosquitto(tmp_path / "broker") as port,
        slow_link(port, bytes_per_second=200_000) as link,
    ):
        platform = Platform(port)
        assert platform.subscribed.wait(10)
        narrow = Link(max_kbit=100_000, max_messages=1000, keep_alive_seconds=5)
        sender = publisher(link.port, outbox, link=narrow)
        sender.start()
        most = 0
        deadline = time.monotonic() + 20
        while outbox.depth and time.monotonic() < deadline:
            most = max(most, sender._on_the_way)
            assert sender.connected or most == 0, "slow is not dead"
            time.sleep(0.02)
        assert outbox.depth == 0
        assert most <= 256 * 1024 + 100_000
        assert [p.strip() for p in platform.payloads(EVIDENCE)] == [
            str(n).encode() for n in range(8)
        ]
        sender.stop(status(False))
        platform.close()


# Paho leaves a socket to the garbage collector when the handshake fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.system
def test_an_agent_with_its_own_certificate_delivers_over_tls(
    tmp_path: Path, outbox: Outbox
) -> None:
    authority = Authority(tmp_path, "site-ca")
    broker, agent = authority.sign("broker"), authority.sign("agent")
    tls = (
        f"cafile {authority.file}\ncertfile {broker.certificate}\nkeyfile {broker.key}\n"
        "require_certificate true"
    )
    outbox.put([Outgoing(READINGS, b"1")])
    with servers.mosquitto(tmp_path / "broker", extra=tls) as port:
        url = f"mqtts://127.0.0.1:{port}"
        own = Tls(ca=authority.file, certificate=agent.certificate, key=agent.key)
        sender = publisher(port, outbox, link=Link(tls=own), url=url)
        sender.start()
        until(lambda: outbox.depth == 0)
        sender.stop(status(False))

        outbox.put([Outgoing(READINGS, b"2")])
        stranger = publisher(port, outbox, link=Link(tls=Tls(ca=authority.file)), url=url)
        stranger.start()
        time.sleep(1)
        assert (stranger.connected, outbox.depth) == (False, 1), "without a certificate"
        stranger.stop(status(False))

        other = Authority(tmp_path, "other-ca")
        believing = Tls(ca=other.file, certificate=agent.certificate, key=agent.key)
        deceived = publisher(port, outbox, link=Link(tls=believing), url=url)
        deceived.start()
        time.sleep(1)
        assert (deceived.connected, outbox.depth) == (False, 1), "it is not the broker we know"
        deceived.stop(status(False))
        gc.collect()


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match=r"authority .*no\.pem: No such file.* may read"):
        client_of("mqtts://h", Link(tls=Tls(ca=tmp_path / "no.pem")), "c")
    broken = tmp_path / "broken.pem"
    broken.write_text("no PEM", encoding="utf-8")
    with pytest.raises(BrokerError, match=r"certificate .*broken\.pem"):
        client_of("mqtts://h", Link(tls=Tls(certificate=broken, key=broken)), "c")
