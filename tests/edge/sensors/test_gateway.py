import asyncio
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import publish

from siteward_contracts.config_file import ConfigError
from siteward_edge.config.agent import EdgeConfig, load_config
from siteward_edge.config.gateways import Mapped
from siteward_edge.sensors import instruments
from siteward_edge.sensors.gateway.mapping import (
    BadPayloadError,
    matches,
    measured,
    records,
    subscription,
)
from siteward_edge.sensors.measured import Measured
from tests import servers
from tests.edge.sensors.conftest import Bench

NOW = datetime(2026, 3, 11, 6, 31, tzinfo=UTC)
PIT = [{"metric": "pit_top_horizontal", "path": "$.x", "scale": 1000}]


def mapping(**settings: Any) -> Mapped:
    given_ = {"topic": "gw/+/data", "device": "pit-1", "readings": PIT}
    return Mapped.model_validate(given_ | settings)


def read(document: Any, topic: str = "gw/7/data", **settings: Any) -> list[Measured]:
    mapped = mapping(**settings)
    payload = json.dumps(document).encode()
    return [
        measured(record, index, topic, payload, mapped, NOW)
        for index, record in enumerate(records(payload, mapped))
    ]


@pytest.mark.parametrize(
    ("template", "topic", "fits"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/+/c", "a/b/x/c", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "ab", False),
        ("#", "a/b", True),
        ("a/{device}/c", "a/b/c", True),
        ("a.b/c", "axb/c", False),
    ],
)
def test_topics_match_as_mqtt_has_it(template: str, topic: str, fits: bool) -> None:
    settings = {"device": None, "devices": {"b": "pit-1"}} if "{device}" in template else {}
    assert matches(mapping(topic=template, **settings), topic) is fits


def test_the_level_that_names_the_device_is_subscribed_as_any() -> None:
    mapped = mapping(topic="a/{device}/#", device=None, devices={"A-17": "pit-1"})
    assert subscription(mapped) == "a/+/#"


def test_a_value_is_found_by_its_path_and_scaled() -> None:
    (found,) = read({"x": 0.0125})
    assert (found.device, found.values, found.ts) == ("pit-1", {"pit_top_horizontal": 12.5}, NOW)
    assert found.id is None
    assert found.live


def test_a_bare_value_is_a_message_too() -> None:
    path = [{"metric": "temperature", "path": "$"}]
    assert read(21.5, readings=path)[0].values == {"temperature": 21.5}
    assert read("21.5", readings=path)[0].values == {"temperature": 21.5}


def test_records_of_several_devices_come_in_one_message() -> None:
    document = {"points": [{"sn": "A-17", "x": 0.001}, {"sn": 18, "x": 0.002}]}
    found = read(
        document,
        each="$.points[*]",
        device=None,
        device_path="$.sn",
        devices={"A-17": "pit-1", "18": "pit-2"},
    )
    assert [(m.device, m.values) for m in found] == [
        ("pit-1", {"pit_top_horizontal": 1}),
        ("pit-2", {"pit_top_horizontal": 2}),
    ]


def test_a_device_may_be_named_by_its_topic() -> None:
    mapped = mapping(topic="gw/{device}/data", device=None, devices={"A-17": "pit-9"})
    found = measured({"x": 0}, 0, "gw/A-17/data", b"", mapped, NOW)
    assert found.device == "pit-9"


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("iso", "2026-03-11T14:30:00+08:00"),
        ("iso", "2026-03-11T06:30:00Z"),
        ("iso", "2026-03-11 14:30:00"),
        ("unix", 1773210600),
        ("unix", "1773210600.0"),
        ("unix_ms", 1773210600000),
        ("%d.%m.%Y %H:%M", "11.03.2026 14:30"),
    ],
)
def test_times_are_read_in_every_form(form: str, value: object) -> None:
    (found,) = read({"x": 1e-3, "t": value}, time={"path": "$.t", "format": form})
    assert found.ts == datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
    assert found.id is not None
    again = read({"x": 1e-3, "t": value}, time={"path": "$.t", "format": form})
    assert again[0].id == found.id, "the same message twice is one"


def test_what_was_measured_long_ago_is_not_taken_for_now() -> None:
    (found,) = read({"x": 1e-3, "t": 1773200000}, time={"path": "$.t", "format": "unix"})
    assert not found.live


@pytest.mark.parametrize(
    ("document", "settings", "reason", "text"),
    [
        ({"y": 1}, {}, "empty", r"nothing at \$\.x"),
        ({"x": None}, {}, "empty", "nothing at"),
        ([1], {"each": "$.points[*]"}, "empty", r"nothing at \$\.points"),
        ({"x": 1}, {"time": {"path": "$.t"}}, "time", r"no time at \$\.t"),
        ({"x": 1, "t": "noon"}, {"time": {"path": "$.t"}}, "time", "'noon' is no iso time"),
        (
            {"x": 1, "t": 1e300},
            {"time": {"path": "$.t", "format": "unix"}},
            "time",
            "is no unix time",
        ),
        (
            {"x": 1, "sn": "Z"},
            {"device": None, "device_path": "$.sn", "devices": {"A": "pit-1"}},
            "device",
            "'Z'; name it under devices",
        ),
    ],
)
def test_what_cannot_be_used_says_why(
    document: Any, settings: dict[str, Any], reason: str, text: str
) -> None:
    with pytest.raises(BadPayloadError, match=text) as caught:
        read(document, **settings)
    assert caught.value.reason == reason


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(payload: bytes) -> None:
    with pytest.raises(BadPayloadError, match="not JSON"):
        records(payload, mapping())


@pytest.mark.parametrize("value", ["wet", True, [1], {"v": 1}, "nan", "1e999", 10**400])
def test_what_is_no_number_is_left_out_and_told(value: object) -> None:
    (found,) = read({"x": value, "y": 1}, readings=[*PIT, {"metric": "temperature", "path": "$.y"}])
    if value is True:  # JSON's true is a number to many gateways, as it is to Python
        assert found.values["pit_top_horizontal"] == 1000
    else:
        assert found.values == {"temperature": 1}
        assert "pit_top_horizontal" in found.refused[0]


def test_words_stand_for_numbers_where_they_are_mapped() -> None:
    door = [{"metric": "hoist_door_open", "path": "$.x", "values": {"open": 1, "true": 1, "0": 0}}]
    for value, number in (("open", 1), (True, 1), (0, 0)):
        assert read({"x": value}, readings=door)[0].values == {"hoist_door_open": number}
    assert "none of open, true, 0" in read({"x": "ajar"}, readings=door)[0].refused[0]


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("xyt"), inner),
    max_leaves=12,
)


@given(_JSON | st.binary(max_size=60))
def test_no_message_crashes_the_reader(document: Any) -> None:
    mapped = mapping(each="$..x", time={"path": "$.t", "format": "unix_ms"})
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    try:
        for index, record in enumerate(records(payload, mapped)):
            measured(record, index, "gw/1/data", payload, mapped, NOW)
    except BadPayloadError as error:
        assert str(error)


HEAD = "site: school\nmqtt: mqtt://127.0.0.1:{port}\noutbox: {{path: o.db}}\n"
BODY = """
gateways:
  - name: acme
    messages:
      - topic: acme/{device}/data
        devices: {A-17: pit-1, A-18: pit-2}
        time: {path: $.ts, format: unix_ms}
        readings:
          - {metric: pit_top_horizontal, path: $.d.x}
      - topic: acme/wind
        device: pit-1
        readings:
          - {metric: wind_speed, path: $}
"""


def config_of(tmp_path: Path, body: str = BODY, port: int = 1883) -> EdgeConfig:
    file = tmp_path / "edge.yaml"
    file.write_text(HEAD.format(port=port) + body, encoding="utf-8")
    return load_config(file)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{topic: a/+b, device: d}", "+ stands for a whole level"),
        ("{topic: a/#/b, device: d}", "# stands only at the end"),
        ("{topic: 'a/{unit}', device: d}", "{device} is the only placeholder"),
        ("{topic: a}", "say whose the readings are"),
        ("{topic: 'a/{device}'}", "devices must give our name"),
        ("{topic: a, device: d, device_path: $.x}", "say whose the readings are"),
        ("{topic: a, device: d, each: 'points['}", "not a JSONPath"),
        ("{topic: a, device: d, time: {path: $.t, zone: Asia/Peking}}", "no time zone"),
        ("{topic: a, device: d, time: {path: $.t, format: epoch}}", "must be iso, unix"),
    ],
)
def test_mappings_that_cannot_be_are_refused(tmp_path: Path, body: str, message: str) -> None:
    text = body[:-1] + ", readings: [{metric: temperature, path: $}]}"
    with pytest.raises(ConfigError) as caught:
        config_of(tmp_path, f"gateways: [{{name: g, messages: [{text}]}}]\n")
    assert message in str(caught.value)


def test_two_topics_may_speak_of_one_device_but_a_camera_may_not_have_its_name(
    tmp_path: Path,
) -> None:
    assert set(instruments.devices(config_of(tmp_path))) == {"pit-1", "pit-2"}
    with pytest.raises(ConfigError, match="device 'pit-2' is already used on line"):
        config_of(tmp_path, BODY + "modbus: [{device: pit-2, host: h, map: wind}]\n")


async def until(found: Callable[[], bool]) -> None:
    for _ in range(500):
        if found():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")


@pytest.mark.system
def test_a_gateway_is_heard_through_a_real_broker_and_across_a_restart(
    tmp_path: Path, bench: Bench
) -> None:
    stamp = bench.now.timestamp() * 1000

    def send(port: int, *messages: tuple[str, str]) -> None:
        publish.multiple([(t, p, 1, False) for t, p in messages], port=port, hostname="127.0.0.1")

    async def listen(config: EdgeConfig, port: int, wanted: Callable[[], bool]) -> None:
        source = (config, bench.outbox, lambda: bench.now, bench.new_id, random.Random(1))
        async with instruments.listening(*source):
            await asyncio.sleep(0.5)
            good = json.dumps({"ts": stamp, "d": {"x": 7}})
            await asyncio.to_thread(
                send,
                port,
                ("acme/A-17/data", good),
                ("acme/A-18/data", good.replace("7}", "8}")),
                ("acme/A-19/data", good),
                ("acme/A-17/data", "mumble"),
                ("acme/A-17/data", "{}"),
                ("acme/wind", "3.5"),
                ("else/where", "1"),
            )
            await until(wanted)

    with servers.mosquitto(tmp_path / "broker") as port:
        config = config_of(tmp_path, port=port)
        asyncio.run(listen(config, port, lambda: bench.values("wind_speed") == [3.5]))
        assert bench.values("pit_top_horizontal") == [7, 8]
        assert bench.outbox.counts() == {
            "rejected.device": 1,
            "rejected.json": 1,
            "rejected.time": 1,
        }
        send(port, ("acme/wind", "4.5"))  # nobody listens; the broker keeps it
        asyncio.run(listen(config, port, lambda: 4.5 in bench.values("wind_speed")))
