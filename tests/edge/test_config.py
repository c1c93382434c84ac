import json
from pathlib import Path

import pytest

from siteward_contracts.config_file import ConfigError
from siteward_edge.config.agent import EdgeConfig, load_config

EDGE = Path(__file__).parents[2] / "edge"
HEAD = "site: s\nmqtt: mqtt://localhost\noutbox: {path: o.db}\n"
SQUARE = "[[0, 0], [1, 0], [1, 1]]"


def problems_of(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "edge.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    return [str(p).removeprefix(f"{file}:") for p in caught.value.problems]


def test_the_example_is_valid() -> None:
    config = load_config(EDGE / "example.yaml")
    assert [camera.device for camera in config.cameras] == ["cam-yard", "cam-block"]
    assert config.hj212 is not None
    assert (config.hj212.host, config.hj212.port) == ("0.0.0.0", 9212)


def test_the_published_schema_is_the_one_that_is_enforced() -> None:
    stored = json.loads((EDGE / "config.schema.json").read_text(encoding="utf-8"))
    assert stored == EdgeConfig.model_json_schema(), "run: python -m tests.edge.write_schema"


def test_every_mistake_is_reported_at_once_with_line_field_and_remedy(tmp_path: Path) -> None:
    text = HEAD + (
        "cameras:\n"
        "  - device: cam\n"
        "    url: gopher://x\n"
        "    detecter: {kind: rendered_scene}\n"
        "    detector: {model: yolox-nono, ppe: 7, treshold: 0.3}\n"
        "    danger_zones: [{id: pit, polygon: [[0, 0], [1, 1]]}]\n"
        "  - device: cam\n"
        "    url: rtsp://x\n"
        "    detector: {kind: rendered_scene}\n"
        "modbus:\n"
        "  - {device: crane, host: h, registers: [{metric: crane_wait, address: 1}]}\n"
    )
    found = problems_of(tmp_path, text)
    expected = [
        ("6: cameras[0].url", "rtsp://"),
        ("7: cameras[0].detecter: no such setting", "did you mean 'detector'"),
        ("8: cameras[0].detector.model: no model 'yolox-nono'", "did you mean 'yolox-nano'"),
        ("8: cameras[0].detector.ppe", "7"),
        ("8: cameras[0].detector.treshold: no such setting", "did you mean 'threshold'"),
        ("9: cameras[0].danger_zones[0].polygon", "add corners"),
        ("10: cameras[1].device", "line 5"),
        ("14: modbus[0].registers[0].metric", "crane_wind"),
    ]
    assert len(found) == len(expected), found
    for line, (start, part) in zip(found, expected, strict=True):
        assert line.startswith(start)
        assert part in line


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ("[{code: a, percent: 10}, {code: b, percent: 10}]", "percent must rise"),
        ("[{code: a, percent: 10}, {code: a, percent: 20}]", "'a' is used twice"),
        ("[{code: a, percent: 10}]", "at least 2"),
        ("[{code: a, percent: 1}, {code: b, percent: 101}]", "less than or equal to 100"),
        ("[{code: a, percent: 1, pattern: [soil, sky]}, {code: b, percent: 2}]", "one material"),
    ],
)
def test_zone_states_that_cannot_be_measured_are_refused(
    tmp_path: Path, states: str, message: str
) -> None:
    camera = "{device: c, url: 'rtsp://x', detector: {kind: rendered_scene}, zones: "
    zone = f"[{{id: z, polygon: {SQUARE}, states: {states}}}]"
    assert message in "\n".join(problems_of(tmp_path, HEAD + f"cameras: [{camera}{zone}}}]\n"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("hj212: {listen: ':1', devices: [{mn: M, device: d}]}", "host:port"),
        ("hj212: {listen: 'h:99999', devices: [{mn: M, device: d}]}", "host:port"),
        (
            "hj212: {listen: 'h:1', devices: [{mn: M, device: d}, {mn: M, device: e}]}",
            "MN 'M' is used twice",
        ),
        (
            "cameras: [{device: c, url: 'rtsp://x', confirm: {frames: 4, of: 3}}]",
            "lower frames",
        ),
        ("status_second: 3", "did you mean 'status_seconds'"),
    ],
)
def test_settings_that_contradict_are_refused(tmp_path: Path, line: str, message: str) -> None:
    assert message in "\n".join(problems_of(tmp_path, HEAD + line + "\n"))


@pytest.mark.parametrize(
    ("hazards", "message"),
    [
        ("no_helmets: {}", "did you mean 'no_helmet'"),
        ("night_work: {hours: [{hours: '22-6'}]}", "write them like 07:00-18:30"),
        ("night_work: {hours: [{hours: '06:00-06:00'}]}", "the whole day is 00:00-24:00"),
        ("night_work: {permits: [{first: 2026-03-02, last: 2026-03-01}]}", "swap them"),
        ("no_staff: {work: [{days: [monday]}]}", "'mon', 'tue'"),
        ("crowding: {seconds: 60}", "people"),
        ("bare_soil: {zones: []}", "at least 1"),
        (
            f"crowding: {{people: 5, zones: [{{id: a, polygon: {SQUARE}}}, {{id: a, polygon: {SQUARE}}}]}}",
            "zone id 'a' is used twice",
        ),
        ("intrusion: {confirm: {frames: 4, of: 3}}", "lower frames"),
    ],
)
def test_hazards_that_make_no_sense_are_refused(tmp_path: Path, hazards: str, message: str) -> None:
    camera = "{device: c, url: 'rtsp://x', detector: {kind: rendered_scene}, hazards: {"
    assert message in "\n".join(problems_of(tmp_path, HEAD + f"cameras: [{camera}{hazards}}}}}]\n"))


def test_a_kind_of_hazard_is_switched_by_a_word(tmp_path: Path) -> None:
    camera = "{device: c, url: 'rtsp://x', detector: {kind: rendered_scene}, hazards: {"
    file = tmp_path / "edge.yaml"
    file.write_text(
        HEAD + f"cameras: [{camera}no_vest: off, night_work: on}}}}]\n", encoding="utf-8"
    )
    hazards = load_config(file).cameras[0].hazards
    assert hazards.no_vest is None
    assert hazards.no_helmet is not None
    assert hazards.night_work is not None
    assert hazards.fire_smoke is None
