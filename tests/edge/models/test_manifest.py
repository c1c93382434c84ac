from pathlib import Path

import pytest
from click.testing import CliRunner

from siteward_contracts.config_file import ConfigError
from siteward_edge.models.main import command
from siteward_edge.models.store import KNOWN, find, names
from siteward_edge.vision.layouts import LAYOUTS
from siteward_edge.vision.ports import ModelError
from tests.edge.pictures import VISION, vision
from tests.edge.vision.networks import write
from tests.edge.vision.test_layouts import yolox

GOOD = """\
file: m.onnx
sha256: "{sha256}"
layout: yolox
input: [64, 64]
classes: {{0: person}}
thresholds: {{person: 0.4}}
licence: Apache-2.0
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        find("mine", tmp_path)
    return [str(p).removeprefix(f"{tmp_path / 'mine.yaml'}:") for p in caught.value.problems]


def test_every_mistake_is_told_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "file: ../m.onnx\n"
        "sha256: beef\n"
        "source: ftp://x.example/m.onnx\n"
        "layout: yolo9\n"
        "input: [416, 417]\n"
        "classes:\n"
        "  0: person\n"
        "  4: hard hat\n"
        "thresholds: {person: 1.5}\n"
        "license: MIT\n"
        "licence: Apache 2\n",
    )
    expected = [
        ("1: file", "the model lies in the folder of models"),
        ("2: sha256", "beef"),
        ("3: source", "https://"),
        ("4: layout", "'yolox', 'ultralytics_v8', 'ultralytics_v5' or 'fastestdet'"),
        ("5: input[1]", "multiple of 32"),
        ("8: classes.4", "must be one of person, helmet, bare_head, vest"),
        ("9: thresholds.person", "less than 1"),
        ("10: license: no such setting", "did you mean 'licence'"),
        ("11: licence", "SPDX licence such as Apache-2.0"),
    ]
    assert len(found) == len(expected), found
    for line, (start, part) in zip(found, expected, strict=True):
        assert line.startswith(start), line
        assert part in line


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("{0: person}", "{0: person, 3: vest}"), "say nothing of vest; add a number each"),
        (("{person: 0.4}", "{person: 0.4, fire: 0.5}"), "name fire, which no class stands for"),
    ],
)
def test_thresholds_and_classes_agree(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    text = GOOD.format(sha256="0" * 64).replace(*change)
    assert message in problems(tmp_path, text)[0]


def test_what_comes_with_the_software_is_right_and_says_its_licence() -> None:
    known = [find(page.stem, Path("absent")) for page in sorted(KNOWN.glob("*.yaml"))]
    assert [model.name for model in known] == ["fastestdet", "ppe14-yolov8n", "yolox-nano"]
    assert [bool(model.manifest.caution) for model in known] == [False, True, False]
    assert {model.manifest.layout for model in known} <= LAYOUTS.keys()


def test_the_page_in_the_folder_goes_before_ours(tmp_path: Path) -> None:
    text = GOOD.format(sha256="0" * 64)
    (tmp_path / "yolox-nano.yaml").write_text(text, encoding="utf-8")
    assert find("yolox-nano", tmp_path).manifest.file == "m.onnx"
    assert names(tmp_path) == ["fastestdet", "ppe14-yolov8n", "yolox-nano"]


def test_of_several_exports_the_one_that_is_there_is_used(tmp_path: Path) -> None:
    assert find("yolox-nano", tmp_path).path.name == "yolox_nano.onnx"
    (tmp_path / "person_yolox_nano_416.onnx").touch()
    other = find("yolox-nano", tmp_path)
    assert other.path.name == "person_yolox_nano_416.onnx"
    assert other.manifest.sha256.startswith("695e750a")
    (tmp_path / "yolox_nano.onnx").touch()
    assert find("yolox-nano", tmp_path).path.name == "yolox_nano.onnx"


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"did you mean 'fastestdet'.*describe it in .*fastdet"):
        find("fastdet", tmp_path)


def test_the_list_names_licences_and_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "yolox_nano.onnx").write_bytes(b"damaged")
    (tmp_path / "broken.yaml").write_text("file: m.onnx\n", encoding="utf-8")
    done = CliRunner().invoke(command, ["list", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert "wrong hash" in done.output
    assert "ppe14-yolov8n is AGPL-3.0-only: AGPL: who offers a service" in done.output
    assert "broken.yaml:1: sha256: is missing" in done.output


def test_check_runs_what_is_there_and_says_what_is_wrong(tmp_path: Path) -> None:
    write(tmp_path / "m.onnx", yolox())
    (tmp_path / "mine.yaml").write_text(GOOD.format(sha256="0" * 64), encoding="utf-8")
    done = CliRunner().invoke(command, ["check", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert "FAIL mine" in done.output
    sha256 = done.output.split("hashes to ")[1][:64]
    (tmp_path / "mine.yaml").write_text(GOOD.format(sha256=sha256), encoding="utf-8")
    done = CliRunner().invoke(command, ["check", "--folder", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "[1, 3, 64, 64] to [1, 84, 8]" in done.output
    assert "1 findings in 640x480" in done.output
    done = CliRunner().invoke(command, ["check", "yolox-nano", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert f"siteward models fetch yolox-nano --folder {tmp_path}" in done.output


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["check", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert "run 'siteward models fetch NAME" in done.output


def test_the_models_measured_with_are_those_the_manifests_mean() -> None:
    vision("models")
    done = CliRunner().invoke(command, ["check", "--folder", str(VISION / "models")])
    assert done.exit_code == 0, done.output
    for name in ("fastestdet", "ppe14-yolov8n", "yolox-nano"):
        assert f"ok   {name}: " in done.output
