"""The live socket on a real broker and a real server."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from siteward_contracts.framing import pack
from siteward_contracts.ids import new_id
from siteward_contracts.messages import FrameHeader
from siteward_platform.act import acting
from siteward_platform.api.broker import Broker
from siteward_platform.api.live import BadWatchError, parse_watch
from siteward_rules.money.hold_states import Actor
from tests.platform.desk import NOW, Desk, desk_on
from tests.servers import mosquitto

pytestmark = pytest.mark.system
CAMERA = "kindergarten/cam-1"
JPEG = b"\xff\xd8 picture \xff\xd9"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    with mosquitto(tmp_path / "mosquitto") as port:
        yield port


@pytest.fixture
def live_desk(sqlite_database: Engine, tmp_path: Path, broker: int) -> Iterator[Desk]:
    wire = Broker(f"mqtt://127.0.0.1:{broker}")
    with desk_on(sqlite_database, tmp_path, wire) as desk:
        wait_until(wire.is_up)
        yield desk


@pytest.fixture
def site(broker: int) -> Iterator["Site"]:
    with Site.connected(broker) as site:
        yield site


class Site:
    """An edge agent's side of the broker."""

    def __init__(self, client: mqtt.Client) -> None:
        self.client = client
        self.commands: list[tuple[str, dict[str, object]]] = []

    @classmethod
    @contextmanager
    def connected(cls, port: int) -> Iterator["Site"]:
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        site = cls(client)
        client.on_message = lambda _c, _d, m: site.commands.append((m.topic, json.loads(m.payload)))
        client.connect("127.0.0.1", port)
        client.subscribe("siteward/v1/+/+/command")
        client.loop_start()
        yield site
        client.disconnect()
        client.loop_stop()

    def frame(self, picture: bytes = JPEG, camera: str = CAMERA) -> None:
        header = FrameHeader(id=new_id(), ts=NOW, width=640, height=360)
        self.client.publish(f"siteward/v1/{camera}/frame", pack(header, picture)).wait_for_publish()


def socket_for(desk: Desk, role: str, origin: str | None = None) -> ClientConnection:
    token = desk.person(role).cookies["siteward_session"]
    return connect(
        desk.url.replace("http", "ws") + "/api/v1/live",
        additional_headers={"Cookie": f"siteward_session={token}"},
        origin=origin,  # type: ignore[arg-type]
    )


def wait_until(condition: object, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def watch(socket: ClientConnection, site: Site, *cameras: str, fps: float = 5) -> None:
    """Asks, and waits until the cameras have been asked."""
    before = len(site.commands)
    socket.send(json.dumps({"watch": cameras, "fps": fps}))
    wait_until(lambda: len(site.commands) >= before + len(cameras))


def test_a_watched_camera_is_asked_and_its_frame_arrives_whole(live_desk: Desk, site: Site) -> None:
    with socket_for(live_desk, "inspector") as socket:
        watch(socket, site, CAMERA)
        topic, command = site.commands[0]
        assert topic == f"siteward/v1/{CAMERA}/command"
        assert (command["action"], command["fps"]) == ("watch", 5)
        site.frame()
        message = socket.recv(5)
    assert isinstance(message, bytes)
    line, _, picture = message.partition(b"\n")
    assert picture == JPEG
    assert json.loads(line)["camera"] == CAMERA
    assert json.loads(line)["width"] == 640


def test_only_watched_cameras_come_and_everybody_gets_events(live_desk: Desk, site: Site) -> None:
    with socket_for(live_desk, "inspector") as watching, socket_for(live_desk, "finance") as idle:
        watch(watching, site, CAMERA)
        site.frame(camera="kindergarten/cam-2")
        event = {"event": "alert", "project": "kindergarten", "id": 1, "state": "firing"}
        topic = "siteward/v1/_events/kindergarten"
        site.client.publish(topic, json.dumps(event)).wait_for_publish()
        for socket in (watching, idle):
            message = socket.recv(5)
            assert isinstance(message, str)
            assert json.loads(message) == event


def test_an_act_is_announced_after_its_commit(live_desk: Desk, broker: int) -> None:
    live_desk.setup()
    wire = live_desk.wire
    with socket_for(live_desk, "finance") as socket:
        who = Actor("x", "department")
        with acting(live_desk.database, who, NOW, wire.publish, 31) as act:
            act.announce("project", "kindergarten", "kindergarten")
        message = socket.recv(5)
    assert json.loads(message)["event"] == "project"


def test_a_viewer_that_reads_nothing_gets_the_newest_frame_and_delays_nobody(
    live_desk: Desk, site: Site
) -> None:
    big = b"\xff\xd8" + bytes(300_000)
    with socket_for(live_desk, "inspector") as slow, socket_for(live_desk, "finance") as quick:
        watch(slow, site, CAMERA, fps=15)
        watch(quick, site)
        quick.send(json.dumps({"watch": [CAMERA], "fps": 15}))
        time.sleep(0.3)
        for n in range(100):
            site.frame(big + bytes([n]))
        time.sleep(0.2)
        site.frame(big + b"\xff")
        last = b""
        while not last.endswith(b"\xff"):
            message = quick.recv(5)
            assert isinstance(message, bytes)
            last = message
        received = 0
        last = b""
        while not last.endswith(b"\xff"):
            message = slow.recv(5)
            assert isinstance(message, bytes)
            last, received = message, received + 1
    assert received < 101


@pytest.mark.parametrize(
    ("role", "origin", "status"),
    [("panel", None, 403), ("inspector", "https://evil.example", 403)],
)
def test_who_may_not_watch_is_refused(
    live_desk: Desk, role: str, origin: str | None, status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        socket_for(live_desk, role, origin)
    assert refused.value.response.status_code == status


def test_a_stranger_is_refused(live_desk: Desk) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(live_desk.url.replace("http", "ws") + "/api/v1/live")
    assert refused.value.response.status_code == 401
    assert b"not_signed_in" in (refused.value.response.body or b"")


def test_our_own_page_may_open_it(live_desk: Desk) -> None:
    with socket_for(live_desk, "inspector", origin=live_desk.url) as socket:
        socket.send('{"watch": []}')


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", '{"watch": ["no-device"]}', '{"watch": ["a/b/c"]}', '{"watch": ["a/+"]}',
        '{"watch": [], "fps": 0}', '{"watch": [], "fps": 99}', '{"watch": [], "typo": 1}',
        json.dumps({"watch": [f"site/cam-{n}" for n in range(17)]}),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(BadWatchError):
        parse_watch(text)
