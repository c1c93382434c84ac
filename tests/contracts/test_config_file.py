from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from siteward_contracts.config_file import ConfigError, dotted, load, read


class Camera(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    url: str
    fps: float = Field(5, gt=0, le=30)


class Site(BaseModel):
    model_config = ConfigDict(extra="forbid")
    site: str
    cameras: list[Camera] = []
    night: bool = False


def written(folder: Path, text: str) -> Path:
    file = folder / "site.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, text: str) -> list[str]:
    file = written(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(file, Site)
    return [str(p).removeprefix(f"{folder}/") for p in caught.value.problems]


def test_a_sound_file_becomes_its_model(tmp_path: Path) -> None:
    file = written(tmp_path, "site: 幼儿园\ncameras:\n  - {name: gate, url: rtsp://x, fps: 2}\n")
    assert load(file, Site) == Site(
        site="幼儿园", cameras=[Camera(name="gate", url="rtsp://x", fps=2)]
    )


def test_every_mistake_is_reported_at_once_with_its_line_and_remedy(tmp_path: Path) -> None:
    text = """\
sites: garden
cameras:
  - name: gate
    ulr: rtsp://x
    fps: 90
"""
    found = problems(tmp_path, text)
    assert found == [
        "site.yaml:1: site: is missing (add 'site' here)",
        "site.yaml:1: sites: no such setting (did you mean 'site'?)",
        "site.yaml:3: cameras[0].url: is missing (add 'url' here)",
        "site.yaml:4: cameras[0].ulr: no such setting (did you mean 'url'?)",
        "site.yaml:5: cameras[0].fps: Input should be less than or equal to 30, got 90",
    ]


def test_without_a_near_miss_the_known_settings_are_listed(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, "site: a\nzzz: 1\n")
    assert line == "site.yaml:2: zzz: no such setting (known here: site, cameras, night)"


def test_a_key_said_twice_is_refused(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, "site: a\nnight: true\nsite: b\n")
    assert line == "site.yaml:3: site: said twice (keep one of them)"


def test_a_value_of_the_wrong_kind_is_shown(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, "site: a\nnight: maybe\n")
    assert line.startswith("site.yaml:2: night: ")
    assert line.endswith("got 'maybe'")


def test_what_is_not_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, "site: a\ncameras: [\n")
    assert line.startswith("site.yaml:3: (whole file): not YAML: ")


def test_an_empty_file_misses_what_is_required(tmp_path: Path) -> None:
    assert problems(tmp_path, "") == ["site.yaml:1: site: is missing (add 'site' here)"]


@pytest.mark.parametrize("content", [None, b"site: \xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "gone.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read(file)
    (problem,) = caught.value.problems
    assert problem.file == file
    assert problem.remedy == "give the path of a readable UTF-8 file"


def test_a_problem_no_model_can_express_gets_its_line_too(tmp_path: Path) -> None:
    document = read(written(tmp_path, "site: a\ncameras:\n  - name: gate\n    url: x\n"))
    assert document.problem(("cameras", 0, "url"), "is taken").line == 4
    assert document.problem(("cameras", 0, "absent"), "is absent").line == 3


def test_paths_read_like_code() -> None:
    assert dotted(("cameras", 0, "zones", 2, "id")) == "cameras[0].zones[2].id"
