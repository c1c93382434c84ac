import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import msgspec
import numpy as np
import paho.mqtt.client as mqtt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.enums import CallbackAPIVersion

from siteward_contracts.decode import Envelope, decode
from siteward_contracts.messages import (
    Detection,
    EvidenceHeader,
    EvidenceStatement,
    Progress,
    Telemetry,
)
from siteward_contracts.signatures import is_signed_by, public_key
from siteward_simulators.history import messages
from siteward_simulators.publish import BrokerError, connect, publish
from siteward_simulators.snapshot import snapshot
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.world import World
from tests.servers import mosquitto

ANCHOR = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
WEEKS = timedelta(days=30)
SCENARIOS = {s.site: s for s in load_scenarios()}


def world(site: str = "kindergarten") -> World:
    return World(SCENARIOS[site], 1, ANCHOR)


def told(w: World, start: datetime = ANCHOR - WEEKS, end: datetime = ANCHOR) -> list[Envelope]:
    return [decode(m.topic, m.payload, ANCHOR) for m in messages(w, start, end)]


@pytest.mark.parametrize("site", SCENARIOS)
def test_every_message_decodes_whole_and_in_order(site: str) -> None:
    sent = list(messages(world(site), ANCHOR - WEEKS, ANCHOR))
    envelopes = [decode(m.topic, m.payload, ANCHOR) for m in sent]
    assert not any(e.problems for e in envelopes)
    assert len({e.message.id for e in envelopes}) == len(envelopes)
    for before, after in itertools.pairwise(sent):
        assert after.ts >= before.ts - timedelta(hours=6)
    samples = [
        (str(e.topic), sample.ts)
        for e in envelopes
        if isinstance(e.message, Telemetry)
        for sample in e.message.samples
    ]
    assert len(set(samples)) == len(samples)
    for topic in {topic for topic, _ in samples}:
        times = [ts for name, ts in samples if name == topic]
        assert times == sorted(times)


def test_a_repeat_is_the_same_bytes_and_ninety_days_fit_the_budget() -> None:
    first = [
        list(messages(World(s, 1, ANCHOR), ANCHOR - timedelta(days=90), ANCHOR))
        for s in SCENARIOS.values()
    ]
    assert sum(map(len, first)) < 25_000
    again = list(messages(world("road"), ANCHOR - timedelta(days=90), ANCHOR))
    assert again == first[list(SCENARIOS).index("road")]


def test_no_episode_hides_between_samples() -> None:
    w = world()
    samples = [
        sample
        for e in told(w)
        if isinstance(e.message, Telemetry) and e.topic.device in ("dust-1", "crane-1")
        for sample in e.message.samples
    ]
    episodes = [e for e in w.episodes(ANCHOR - WEEKS, ANCHOR) if e.start >= ANCHOR - WEEKS]
    checked = 0
    for episode in episodes:
        metric, limit = {
            "dust": ("tsp", 800.0),
            "night_work": ("noise_laeq", 55.0),
            "noise_day": ("noise_laeq", 70.0),
            "crane_wind": ("crane_wind", 10.8),
            "crane_overmoment": ("crane_moment_pct", 100.0),
        }.get(episode.kind, ("", 0.0))
        if not metric:
            continue
        seen = [s.readings[metric] for s in samples if metric in s.readings and episode.holds(s.ts)]
        assert len(seen) >= 3 and min(seen) > limit
        checked += 1
    assert checked >= 4


def test_a_blind_camera_says_so_and_measures_nothing() -> None:
    w = world()
    for envelope in told(w, ANCHOR - timedelta(days=7), ANCHOR):
        message = envelope.message
        if isinstance(message, Progress):
            assert w.camera(envelope.topic.device, message.ts).fault == "none"
        if isinstance(message, Telemetry) and envelope.topic.device == "cam-main":
            for sample in message.samples:
                sees = w.camera("cam-main", sample.ts).fault == "none"
                assert sample.readings["camera_ok"] == float(sees)


def test_each_zone_is_measured_once_a_day_and_reads_its_true_state() -> None:
    w = world("road")
    found = [e.message for e in told(w) if isinstance(e.message, Progress)]
    assert 27 * 3 <= len(found) <= 30 * 3
    for message in found:
        assert message.state == w.zones(message.ts)[message.zone].state


def test_intrusions_begin_and_end_with_the_picture_that_shows_them() -> None:
    w = world("elderly-care")
    start = ANCHOR - timedelta(days=14)
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    sent = [decode(m.topic, m.payload, ANCHOR) for m in messages(w, start, ANCHOR, snapshot, key)]
    headers = [(e.message, e.body) for e in sent if isinstance(e.message, EvidenceHeader)]
    pictures = {header.sha256: body for header, body in headers}
    for header, _ in headers:
        assert is_signed_by(public_key(key), header.statement, header.signature)
        said = msgspec.json.decode(header.statement, type=EvidenceStatement)
        assert (said.sha256, said.ts, said.site) == (header.sha256, header.ts, "elderly-care")
    found = [
        e.message
        for e in sent
        if isinstance(e.message, Detection) and e.message.kind == "intrusion"
    ]
    true = [e for e in w.episodes(start, ANCHOR) if e.kind == "intrusion"]
    assert len(found) == 2 * len(true) > 0
    for detection in found:
        if detection.phase == "begin":
            assert detection.evidence is not None
            body = pictures[detection.evidence]
            assert hashlib.sha256(body).hexdigest() == detection.evidence
            image = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
            assert image is not None and image.shape == (360, 640, 3)
        x, y, wide, tall = detection.box
        assert x + wide <= 1.0001 and y + tall <= 1.0001


@pytest.mark.system
def test_all_of_it_reaches_a_real_broker_once_and_in_order(tmp_path: Path) -> None:
    import threading

    w = world("road")
    sent = list(messages(w, ANCHOR - timedelta(days=20), ANCHOR))
    got: list[tuple[str, bytes]] = []
    everything = threading.Event()

    def keep(_client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        got.append((message.topic, bytes(message.payload)))
        if len(got) == len(sent):
            everything.set()

    with mosquitto(tmp_path / "broker") as port:
        ears = mqtt.Client(CallbackAPIVersion.VERSION2)
        ears.on_message = keep
        ready = threading.Event()
        ears.on_subscribe = lambda *_: ready.set()
        ears.connect("127.0.0.1", port)
        ears.loop_start()
        ears.subscribe("siteward/v1/#", qos=1)
        assert ready.wait(10)
        mouth = connect(f"mqtt://127.0.0.1:{port}", "history", threading.Event())
        assert publish(mouth, sent) == len(sent)
        assert everything.wait(20)
        for client in (mouth, ears):
            client.disconnect()
            client.loop_stop()
    assert got == [(m.topic, m.payload) for m in sent]


def test_an_address_that_is_no_broker_is_named() -> None:
    import threading

    with pytest.raises(BrokerError, match="write mqtt://host:port"):
        connect("http://127.0.0.1:1", "history", threading.Event())
