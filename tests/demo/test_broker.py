"""Either broker keeps QoS 1 messages for a session that is away."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from siteward_simulators.demo.broker import broker_command
from tests.servers import free_port, program, running, wait_for_port


@pytest.fixture(params=["mosquitto", "embedded"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    chosen = free_port()
    if request.param == "mosquitto":
        program("mosquitto")
        command = broker_command(tmp_path / "broker", chosen)
    else:
        command = [sys.executable, "-m", "siteward_simulators.demo.embedded_broker", str(chosen)]
    with running(command) as process:
        wait_for_port(chosen, process)
        yield chosen


def test_without_mosquitto_the_embedded_broker_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda *args, **kwargs: None)
    assert "siteward_simulators.demo.embedded_broker" in broker_command(tmp_path, 1883)


@pytest.mark.system
def test_messages_wait_for_a_session_that_is_away(port: int) -> None:
    subscriber = client("keeper")
    subscriber.connect("127.0.0.1", port)
    subscribed = threading.Event()
    subscriber.on_subscribe = lambda *args: subscribed.set()
    subscriber.loop_start()
    subscriber.subscribe("siteward/#", qos=1)
    assert subscribed.wait(10)
    subscriber.disconnect()
    subscriber.loop_stop()

    sender = client("sender")
    sender.connect("127.0.0.1", port)
    sender.loop_start()
    payload = b"x" * 1_500_000
    for number in range(20):
        body = payload if number == 0 else str(number).encode()
        sender.publish(f"siteward/{number}", body, qos=1).wait_for_publish(10)
    sender.disconnect()
    sender.loop_stop()

    got: list[int] = []
    complete = threading.Event()

    def on_message(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        got.append(len(message.payload))
        if len(got) == 20:
            complete.set()

    subscriber = client("keeper")
    subscriber.on_message = on_message
    subscriber.connect("127.0.0.1", port)
    subscriber.loop_start()
    assert complete.wait(20), got
    subscriber.disconnect()
    subscriber.loop_stop()
    assert got[0] == len(payload)


def client(name: str) -> mqtt.Client:
    return mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
