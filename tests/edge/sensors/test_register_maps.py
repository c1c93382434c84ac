from pathlib import Path

import pytest

from siteward_contracts.config_file import ConfigError, load
from siteward_edge.config.agent import EdgeConfig, load_config
from siteward_edge.config.modbus import RegisterMap, shipped_maps
from siteward_edge.sensors.modbus.registers import Decoded, blocks, decode

HEAD = "site: s\nmqtt: mqtt://localhost\noutbox: {path: o.db}\n"


def config_of(tmp_path: Path, text: str) -> EdgeConfig:
    file = tmp_path / "edge.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    return load_config(file)


def problems_of(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config_of(tmp_path, text)
    return str(caught.value)


@pytest.mark.parametrize("name", ["crane", "hoist", "wind", "pit", "formwork"])
def test_every_map_that_comes_with_the_agent_can_be_used_by_its_name(
    tmp_path: Path, name: str
) -> None:
    (device,) = config_of(tmp_path, f"modbus: [{{device: d, host: h, map: {name}}}]").modbus
    assert device.registers
    for block in blocks(device.registers):
        decode(block, [0] * block.count, Decoded())


def test_no_map_comes_with_the_agent_that_is_not_tested() -> None:
    assert list(shipped_maps()) == ["crane", "formwork", "hoist", "pit", "wind"]


def test_the_crane_s_word_is_that_of_the_domain_reference() -> None:
    alarms = load(Path(str(shipped_maps()["crane"])), RegisterMap).registers[-1].alarms
    by_bit = {bit: alarm.hazard for bit, alarm in alarms.items()}
    assert [by_bit[bit] for bit in range(5)] == [
        "crane_wind",
        "crane_overload",
        "crane_collision",
        "crane_overmoment",
        "crane_tilt",
    ]
    assert {by_bit[bit] for bit in range(5, 13)} == {"crane_collision"}
    assert {by_bit[bit] for bit in range(13, 19)} == {None}
    assert sorted(by_bit) == list(range(20))


def test_the_status_word_of_the_hoist_gives_its_door_and_its_alarms(tmp_path: Path) -> None:
    (hoist,) = config_of(tmp_path, "modbus: [{device: d, host: h, map: hoist}]").modbus
    (block,) = blocks(hoist.registers)
    decoded = Decoded()
    decode(block, [150, 500, 4, 7, 210, 65536 - 50, 0b10011], decoded)
    assert decoded.values["hoist_door_open"] == 1
    assert decoded.values["hoist_speed"] == -0.5
    assert decoded.alarms == {
        "hoist_overload": "overload 超载",
        "hoist_overspeed": "",
        "hoist_door_open": "",
    }
    assert decoded.names == ["overload 超载", "upper limit 上限位"]


def test_devices_share_a_file_beside_the_configuration_and_may_differ_in_a_register(
    tmp_path: Path,
) -> None:
    (tmp_path / "cranes").mkdir()
    (tmp_path / "cranes/ours.yaml").write_text(
        "instrument: ours\nword_order: little\nbyte_order: little\nregisters:\n"
        "  - {metric: crane_load, address: 0, type: f32}\n"
        "  - {metric: crane_wind, address: 2, word_order: big}\n",
        encoding="utf-8",
    )
    text = (
        "modbus:\n"
        "  - {device: a, host: h, map: cranes/ours.yaml}\n"
        "  - {device: b, host: i, map: cranes/ours.yaml, "
        "registers: [{metric: crane_load, address: 9}]}\n"
    )
    first, second = config_of(tmp_path, text).modbus
    load_, wind = first.registers
    assert (load_.word_order, load_.byte_order) == ("little", "little")
    assert (wind.word_order, wind.byte_order) == ("big", "little")
    assert [(r.metric, r.address, r.word_order) for r in second.registers] == [
        ("crane_wind", 2, "big"),
        ("crane_load", 9, "big"),
    ]


def test_mistakes_in_a_map_are_told_with_its_own_lines_beside_those_of_the_configuration(
    tmp_path: Path,
) -> None:
    (tmp_path / "m.yaml").write_text(
        "instrument: x\nregisters:\n  - {metric: crane_laod, address: 70000}\n", encoding="utf-8"
    )
    text = (
        "modbus:\n"
        "  - {device: a, host: h, map: m.yaml}\n"
        "  - {device: b, host: h, map: cranes}\n"
        "  - {device: c, host: h, map: n.yaml}\n"
        "hj212: {listen: 'h:1', devices: [{mn: M, device: a}]}\n"
    )
    found = problems_of(tmp_path, text)
    assert "m.yaml:3: registers[0].metric" in found
    assert "m.yaml:3: registers[0].address" in found
    assert "edge.yaml:6: modbus[1].map: no register map 'cranes'" in found
    assert "one of crane, formwork, hoist, pit, wind" in found
    assert "n.yaml:1: (whole file)" in found
    assert "device 'a' is already used" in found


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("map: wind", "either host (and port) or serial"),
        ("host: h, serial: {port: p}, map: wind", "either host (and port) or serial"),
        ("host: h", "give map or registers"),
        (
            "serial: {port: p}, map: wind}, {device: b, serial: {port: p, baud: 300}, map: wind",
            "share p",
        ),
    ],
)
def test_settings_that_contradict_are_refused(tmp_path: Path, device: str, message: str) -> None:
    assert message in problems_of(tmp_path, f"modbus: [{{device: a, {device}}}]\n")


@pytest.mark.parametrize(
    ("register", "message"),
    [
        ("metric: crane_load, bits: [3, 16]", "0 to 15"),
        ("metric: crane_load, type: f32, bits: [0, 1]", "a float has none"),
        ("metric: crane_alarms, alarms: {16: {name: x}}", "widen type"),
        ("metric: crane_alarms, alarms: {1: {name: x, hazard: crane_wnid}}", "no such hazard"),
    ],
)
def test_registers_that_cannot_be_are_refused(tmp_path: Path, register: str, message: str) -> None:
    text = f"modbus: [{{device: a, host: h, registers: [{{address: 1, {register}}}]}}]\n"
    assert message in problems_of(tmp_path, text)
