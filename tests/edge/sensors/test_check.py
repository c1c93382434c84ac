import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt import publish
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from siteward_edge.check import sensors
from siteward_edge.check.outcome import Outcome, outcomes
from siteward_edge.check.sources import EXPECTED
from siteward_edge.config.agent import EdgeConfig, load_config
from siteward_edge.sensors.measured import Measured
from siteward_edge.sensors.watch import memory_key
from tests.edge.sensors.conftest import Bench
from tests.edge.sensors.packets import DUST_NG, FAULT, MN, REAL_TIME
from tests.servers import free_port, mosquitto

HEAD = "site: school\nmqtt: mqtt://127.0.0.1:1\noutbox: {path: outbox.db}\n"


def config_of(bench: Bench, body: str) -> EdgeConfig:
    file = bench.path.parent / "edge.yaml"
    file.write_text(HEAD.replace("outbox.db", str(bench.path)) + body, encoding="utf-8")
    return load_config(file)


def checked(bench: Bench, body: str) -> dict[str, Outcome]:
    config = config_of(bench, body)
    found = outcomes(sensors.checks(config, lambda: bench.now), EXPECTED)
    return {outcome.name: outcome for outcome in found}


def box(port: int) -> str:
    return f"hj212: {{listen: '127.0.0.1:{port}', devices: [{{mn: {MN}, device: dust-1}}]}}\n"


def say(port: int, data: bytes) -> threading.Thread:
    """A box that connects as soon as somebody listens."""

    def send() -> None:
        for _ in range(200):
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", port)) == 0:
                    connection.sendall(data)
                    time.sleep(0.2)
                    return
            time.sleep(0.02)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensors, "HEAR", 1.0)


@pytest.mark.parametrize(
    ("data", "verdict", "text"),
    [
        (REAL_TIME, "ok", "dust-1: pm25 58.2, pm10 131, tsp 245.6, noise_laeq 68.4"),
        (FAULT, "ok", "pm10 is flagged D"),
        (REAL_TIME.replace(b"68.4", b"98.4"), "fail", "checksum EF41 of MN"),
        (DUST_NG, "fail", "MN 'LXHB0CS0306310'; add it under hj212.devices"),
        (b"GET / HTTP/1.0\r\n\r\n", "fail", "something else talks to this port"),
        (b"", "fail", f"nothing usable from dust-1 (MN {MN}) in 1 s; give the box this machine's"),
    ],
)
def test_a_box_is_listened_to(bench: Bench, data: bytes, verdict: str, text: str) -> None:
    port = free_port()
    speaking = say(port, data)
    outcome = checked(bench, box(port))["hj212"]
    speaking.join()
    assert outcome.verdict == verdict, outcome.text
    assert text in outcome.text


def test_beside_a_running_agent_is_told_what_it_remembers(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        body = box(taken.getsockname()[1])
        outcome = checked(bench, body)["hj212"]
        assert (outcome.verdict, outcome.text) == ("fail", "dust-1: the agent has never heard it")
        intake = bench.intake(dust_1=config_of(bench, body).hj212.devices[0])  # type: ignore[union-attr]
        asyncio.run(intake.take(Measured(device="dust-1", ts=bench.now, values={"pm10": 12.5})))
        bench.later(30)
        outcome = checked(bench, body)["hj212"]
        assert outcome.verdict == "ok"
        assert outcome.text == "dust-1: the agent heard it 30 s ago: pm10 12.5"
        bench.later(3600)
        outcome = checked(bench, body)["hj212"]
        assert (outcome.verdict, outcome.text) == (
            "fail",
            "dust-1: the agent last heard it 3630 s ago",
        )
    assert bench.outbox.recall(memory_key("dust-1")) is not None


@contextmanager
def instruments(port: int, *units: int) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    devices = [
        SimDevice(u, SimData(0, values=[35, 90], datatype=DataType.REGISTERS)) for u in units
    ]
    ready = threading.Event()
    stop = asyncio.Event()

    async def serve() -> None:
        server = ModbusTcpServer(devices, address=("127.0.0.1", port), ignore_missing_devices=True)
        await server.serve_forever(background=True)
        ready.set()
        await stop.wait()
        await server.shutdown()  # type: ignore[no-untyped-call]

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(5)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def test_instruments_say_their_values_and_an_absent_one_how_to_mend_it(bench: Bench) -> None:
    port = free_port()
    common = f"host: 127.0.0.1, port: {port}, map: wind, timeout_seconds: 0.2"
    body = "modbus:\n" + "".join(
        f"  - {{device: wind-{unit}, {common}, unit: {unit}}}\n" for unit in (1, 2, 3)
    )
    with instruments(port, 1, 3):
        outcome = checked(bench, body)[f"127.0.0.1:{port}"]
    assert outcome.verdict == "fail"
    assert outcome.text.startswith(f"wind-2: 127.0.0.1:{port} unit 2, holding 0: ")
    assert "out of order, or its gateway has no such unit" in outcome.text
    assert "wind-3: wind_speed 3.5, wind_direction 90" in outcome.text
    with instruments(port, 1, 2, 3):
        outcome = checked(bench, body)[f"127.0.0.1:{port}"]
    assert outcome.verdict == "ok"
    outcome = checked(bench, body)[f"127.0.0.1:{port}"]
    assert "cannot be reached; check cable, address and port" in outcome.text


def test_a_value_no_instrument_can_have_fails_the_check(bench: Bench) -> None:
    port = free_port()
    registers = "registers: [{metric: humidity, address: 1, scale: 10}]"
    with instruments(port, 1):
        found = checked(
            bench, f"modbus: [{{device: w, host: 127.0.0.1, port: {port}, {registers}}}]\n"
        )
    assert "humidity 900 is outside 0 to 100 %" in found["w"].text
    assert found["w"].verdict == "fail"


@pytest.mark.system
def test_a_gateway_is_listened_to_beside_the_agent(bench: Bench, tmp_path: Path) -> None:
    body = (
        "gateways:\n  - name: acme\n    url: mqtt://127.0.0.1:{port}\n    messages:\n"
        "      - topic: 'acme/{{device}}'\n        devices: {{a: pit-1, b: pit-2}}\n"
        "        readings: [{{metric: pit_settlement, path: $.x}}]\n"
    )
    with mosquitto(tmp_path / "broker") as port:
        keep = [("acme/a", '{"x": 1.5}', 1, True), ("acme/c", "{}", 1, True)]
        publish.multiple(keep, hostname="127.0.0.1", port=port)  # type: ignore[arg-type]
        outcome = checked(bench, body.format(port=port))["acme"]
        assert outcome.verdict == "fail"
        assert outcome.text.startswith("nothing usable of pit-2 in 1 s; compare topics")
        assert "pit-1: pit_settlement 1.5" in outcome.text
        assert "acme/c: device 'c'; name it under devices" in outcome.text
        publish.single("acme/b", '{"x": 2}', 1, True, hostname="127.0.0.1", port=port)
        outcome = checked(bench, body.format(port=port))["acme"]
        assert outcome.verdict == "ok"
        assert "pit-2: pit_settlement 2" in outcome.text
    outcome = checked(bench, body.format(port=free_port()))["acme"]
    assert "is the broker up, is the port open?" in outcome.text
