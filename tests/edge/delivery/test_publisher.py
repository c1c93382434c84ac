import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from siteward_contracts.clock import utc_now
from siteward_contracts.messages import Command, Status
from siteward_contracts.topics import Kind, Topic
from siteward_edge.config.delivery import Link
from siteward_edge.delivery.outbox import Outbox, Outgoing
from siteward_edge.delivery.publisher import Callbacks, Publisher
from tests import servers

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AGENT = Topic("school", "agent", Kind.STATUS)
FAST = Link(max_kbit=1_000_000, max_messages=1_000_000)
READINGS = Topic("school", "dust-1", Kind.TELEMETRY)

pytestmark = pytest.mark.system


def status(online: bool) -> bytes:
    return msgspec.json.encode(Status(id="0" * 16, ts=NOW, online=online, agent="test"))


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "outbox.db", 10**9)
    yield box
    box.close()


class Platform:
    """A subscriber with a session the broker keeps, as ingest is one."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.subscribed = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, "ingest", clean_session=False)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._subscribe
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.on_message = self._hear
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _subscribe(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe("siteward/v1/#", qos=1)

    def _hear(self, client: Any, userdata: Any, message: mqtt.MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))

    def payloads(self, topic: Topic) -> list[bytes]:
        return [payload for where, payload in self.heard if where == str(topic)]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def publisher(
    port: int,
    outbox: Outbox,
    commands: list[tuple[str, Command]] | None = None,
    link: Link = FAST,
    url: str = "",
) -> Publisher:
    heard = [] if commands is None else commands
    return Publisher(
        url or f"mqtt://127.0.0.1:{port}",
        link,
        AGENT,
        outbox,
        Callbacks(
            lambda: status(False),
            lambda device, command: heard.append((device, command)),
            lambda payload: None,
        ),
        utc_now,
        random.Random(1),
    )


def test_nothing_is_lost_while_the_broker_is_down_and_order_is_kept(
    tmp_path: Path, outbox: Outbox
) -> None:
    port = servers.free_port()
    sender = publisher(port, outbox, [])
    sent = [str(n).encode() for n in range(3000)]

    def put(start: int, end: int) -> None:
        for n in range(start, end):
            outbox.put([Outgoing(READINGS, sent[n])])

    put(0, 500)  # before any broker was ever there
    with servers.mosquitto(tmp_path / "broker", port):
        platform = Platform(port)
        assert platform.subscribed.wait(10)
        sender.start()
        put(500, 1000)
        until(lambda: len(platform.payloads(READINGS)) > 100)
    put(1000, 2000)  # while it is down, caught in the middle of sending
    with servers.mosquitto(tmp_path / "broker", port):
        put(2000, 3000)
        until(lambda: outbox.depth == 0)
        until(lambda: len(set(platform.payloads(READINGS))) == 3000)
        sender.stop(status(False))
        platform.close()
    unique = list(dict.fromkeys(platform.payloads(READINGS)))
    assert unique == sent
    assert len(platform.payloads(READINGS)) - len(unique) <= 110, "only what was in flight"


def test_a_dead_agent_is_reported_offline_by_its_last_will_and_messages_stay(
    tmp_path: Path, outbox: Outbox
) -> None:
    with servers.mosquitto(tmp_path / "broker") as port:
        platform = Platform(port)
        sender = publisher(port, outbox, [])
        sender.start()
        until(lambda: sender.connected)
        sender.publish_status(status(True))
        until(lambda: platform.payloads(AGENT) == [status(True)])
        sock = sender._client.socket()
        assert sock is not None
        sock.close()  # as a cut cable: no goodbye
        until(lambda: status(False) in platform.payloads(AGENT))
        sender.stop(status(False))
        platform.close()


def test_an_orderly_stop_says_offline_within_two_seconds(tmp_path: Path, outbox: Outbox) -> None:
    with servers.mosquitto(tmp_path / "broker") as port:
        platform = Platform(port)
        sender = publisher(port, outbox, [])
        sender.start()
        until(lambda: sender.connected)
        before = time.monotonic()
        sender.stop(status(False))
        assert time.monotonic() - before < 2
        until(lambda: platform.payloads(AGENT) == [status(False)])
        platform.close()


def test_commands_reach_their_device_and_nonsense_is_counted(
    tmp_path: Path, outbox: Outbox
) -> None:
    commands: list[tuple[str, Command]] = []
    watch = Command(id="0" * 16, ts=NOW, action="watch", seconds=15)
    with servers.mosquitto(tmp_path / "broker") as port:
        sender = publisher(port, outbox, commands)
        sender.start()
        until(lambda: sender.connected)
        platform = Platform(port)
        topic = str(Topic("school", "cam", Kind.COMMAND))

        def ask() -> bool:
            platform.client.publish(topic, b'{"action": "explode"}')
            platform.client.publish(topic, msgspec.json.encode(watch))
            time.sleep(0.1)
            return bool(commands)

        until(ask)
        platform.close()
        sender.stop(status(False))
    assert commands[0] == ("cam", watch)
    assert outbox.counts()["bad_command"] >= 1
