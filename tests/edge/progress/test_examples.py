"""Zones of real and of painted pictures, learned from a few examples and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from siteward_edge.config.progress import Zone
from siteward_edge.health.look import shrink
from siteward_edge.health.view import view_of
from siteward_edge.main import command
from siteward_edge.progress.registration import register, registered
from siteward_edge.vision.ports import Image
from siteward_edge.vision.zone_examples import ZoneExamples
from tests.edge.pictures import photo
from tests.edge.progress.sites import ANCHOR, BLOCK, picture, shifted, zone_of

SURE = 0.8
HIGH_RISE = {
    "basement": [(0.55, 0.75), (0.95, 0.8), (0.95, 0.97), (0.6, 0.97)],
    "roof": [(0.1, 0.02), (0.4, 0.02), (0.4, 0.3), (0.1, 0.3)],
    "tower": [(0.57, 0.38), (0.69, 0.38), (0.69, 0.68), (0.57, 0.68)],
}
"""Parts of the photographed high-rise: dug out, topped up, clad."""


def high_rise(zone: str) -> Zone:
    states = [{"code": "early", "percent": 10}, {"code": "late", "percent": 60}]
    return Zone.model_validate({"id": zone, "polygon": HIGH_RISE[zone], "states": states})


def high_rise_photo(name: str) -> Image:
    return np.asarray(cv2.resize(photo(f"progress/{name}"), (960, 640)), np.uint8)


def teach(folder: Path, zone: str, state: str, *images: Image) -> None:
    for n, image in enumerate(images):
        file = folder / zone / state / f"{n}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), image)


def other_conditions(image: Image) -> Iterator[Image]:
    """The picture on a dull and on a glaring day: gamma, noise, a coarse coder, a sway."""
    rng = np.random.default_rng(1)
    for gamma in (0.6, 1.5):
        lit = (image / 255.0) ** gamma * 255 + rng.normal(0, 6, image.shape)
        _, coded = cv2.imencode(".jpg", lit.clip(0, 255).astype(np.uint8), [1, 50])
        decoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
        yield shifted(decoded, 0.002, -0.002)


@pytest.mark.parametrize("name", HIGH_RISE)
def test_a_real_zone_is_told_apart_before_and_after_and_in_other_light(
    name: str, tmp_path: Path
) -> None:
    zone = high_rise(name)
    early, late = high_rise_photo("TNB_1_1.jpg"), high_rise_photo("TNB_2_2.jpg")
    teach(tmp_path, name, "early", early)
    teach(tmp_path, name, "late", late)
    judge = ZoneExamples(tmp_path)
    for state, image in (("early", early), ("late", late)):
        for other in other_conditions(image):
            assert judge.classify(other, zone).probabilities[state] >= SURE


@pytest.mark.parametrize("name", HIGH_RISE)
def test_what_was_not_taught_is_no_state_surely(name: str, tmp_path: Path) -> None:
    zone = high_rise(name)
    early = high_rise_photo("TNB_1_1.jpg")
    teach(tmp_path, name, "early", early)
    teach(tmp_path, name, "late", high_rise_photo("TNB_2_2.jpg"))
    judge = ZoneExamples(tmp_path)
    noise = np.random.default_rng(2).integers(0, 255, early.shape).astype(np.uint8)
    for strange in (noise, np.asarray(cv2.flip(early, -1), np.uint8), np.zeros_like(early)):
        assert max(judge.classify(strange, zone).probabilities.values()) < SURE
    reference = view_of(shrink(early))
    for name_between in ("1_2", "2_1"):  # weeks later, weeks before: half way
        between = high_rise_photo(f"TNB_{name_between}.jpg")
        laid = register(reference, view_of(shrink(between)))
        assert laid is not None
        told = judge.classify(registered(between, laid), zone).probabilities
        assert max(told.values()) < SURE, told


def test_painted_sites_are_learned_without_their_paints(tmp_path: Path) -> None:
    zone = zone_of(BLOCK)
    codes = [state.code for state in zone.states][3:12]
    for n, code in enumerate(codes):
        lights = [(1.0, 0.0), (0.6, 0.05), (0.4, 0.0), (0.8, 0.1)]
        shown = [
            picture(code, ANCHOR + timedelta(minutes=7 * n + k), toward, daylight, wind=4)
            for k, (daylight, toward) in enumerate(lights)
        ]
        teach(tmp_path, zone.id, code, *shown)
    judge = ZoneExamples(tmp_path)
    sure = wrong = 0
    for n, code in enumerate(codes):
        for daylight, wind in ((0.5, 1.0), (0.9, 8.0)):
            seen = picture(code, ANCHOR + timedelta(hours=n), 0.05, daylight, wind=wind)
            told = judge.classify(seen, zone).probabilities
            best = max(told, key=told.__getitem__)
            sure += best == code and told[best] >= SURE
            wrong += best != code and told[best] >= SURE
    assert wrong == 0
    assert sure >= 0.9 * 2 * len(codes)


def test_examples_taught_meanwhile_are_learned_and_a_zone_without_any_is_not_judged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    zone = zone_of(BLOCK)
    judge = ZoneExamples(tmp_path)
    pit, rebar = picture("pit"), picture("s1_rebar")
    assert judge.classify(pit, zone).visible == 0
    assert "teach it with 'siteward edge teach" in caplog.text
    teach(tmp_path, zone.id, "pit", pit)
    teach(tmp_path, zone.id, "s1_rebar", rebar)
    assert judge.classify(pit, zone).probabilities["pit"] >= SURE
    assert judge.classify(picture("topped_out"), zone).probabilities["topped_out"] == 0
    teach(tmp_path, zone.id, "topped_out", picture("topped_out"))
    assert judge.classify(picture("topped_out"), zone).probabilities["topped_out"] >= SURE


def test_an_example_that_is_no_picture_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    zone = zone_of(BLOCK)
    teach(tmp_path, zone.id, "pit", picture("pit"))
    teach(tmp_path, zone.id, "s1_rebar", picture("s1_rebar"))
    (tmp_path / zone.id / "pit" / "broken.jpg").write_bytes(b"no picture")
    assert ZoneExamples(tmp_path).classify(picture("pit"), zone).visible == 0
    assert "broken.jpg is no picture; remove it" in caplog.text


@pytest.fixture
def config(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "reference.png"), picture("pit", wind=0))
    polygon = [list(corner) for corner in BLOCK.polygon]
    file = tmp_path / "edge.yaml"
    file.write_text(
        "site: kindergarten\nmqtt: mqtt://127.0.0.1:1883\n"
        f"outbox: {{path: {tmp_path}/outbox.db, max_bytes: 10000000}}\n"
        "cameras:\n"
        "  - device: cam-main\n"
        "    url: http://127.0.0.1/x\n"
        "    detector: {kind: rendered_scene}\n"
        f"    reference: {tmp_path}/reference.png\n"
        f"    classifier: {{kind: examples, folder: {tmp_path}/examples}}\n"
        "    zones:\n"
        f"      - {{id: block, polygon: {polygon}, template: kindergarten, storeys: 3}}\n"
        "  - {device: cam-gate, url: 'http://127.0.0.1/y', detector: {kind: rendered_scene}}\n"
    )
    return file


def run(config: Path, *args: object) -> tuple[int, str]:
    told = CliRunner().invoke(command, ["teach", str(config), *map(str, args)])
    return told.exit_code, " ".join(told.output.split())


def test_teaching_keeps_pictures_lays_them_over_and_says_how_well_they_do(
    config: Path, tmp_path: Path
) -> None:
    pictures: dict[str, list[Path]] = {}
    for state in ("pit", "s1_rebar"):
        for n in range(3):
            file = tmp_path / f"{state}-{n}.jpg"
            seen = picture(state, ANCHOR + timedelta(minutes=n), daylight=1 - 0.2 * n, wind=0)
            cv2.imwrite(str(file), shifted(seen, 0.01, 0.0) if n == 2 else seen)
            pictures.setdefault(state, []).append(file)
    code, told = run(config, "cam-main", "block", "pit", *pictures["pit"])
    assert code == 0 and "examples of fewer than 2 states" in told
    code, told = run(config, "cam-main", "block", "s1_rebar", *pictures["s1_rebar"])
    assert code == 0
    assert "block: pit 3, s1_rebar 3" in told and "no examples yet of untouched" in told
    assert "6 of 6 are told surely by the others" in told
    kept = sorted((tmp_path / "examples" / "cam-main" / "block" / "pit").iterdir())
    assert len(kept) == 3
    assert pictures["pit"][0].read_bytes() in [file.read_bytes() for file in kept], "untouched"
    assert pictures["pit"][2].read_bytes() not in [file.read_bytes() for file in kept], "laid over"
    assert "known already" in run(config, "cam-main", "block", "pit", pictures["pit"][0])[1]
    code, told = run(config, "cam-main", "block", "s1_rebar", pictures["pit"][0])
    assert code == 1 and "is an example of pit already; delete" in told


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["cam-main", "roof", "pit"], "no zone 'roof' in cam-main; known: block"),
        (["cam-main", "block", "castle"], "no state 'castle' in zone block; known: untouched"),
        (["cam-gate", "block", "pit"], "cam-gate does not learn from examples"),
        (["cam-none", "block", "pit"], "no camera 'cam-none'; known: cam-main, cam-gate"),
        (["cam-main", "block", "pit"], "does not show the reference view"),
    ],
    ids=["zone", "state", "camera that does not learn", "camera", "another view"],
)
def test_what_cannot_be_taught_is_refused(
    config: Path, tmp_path: Path, args: list[str], said: str
) -> None:
    elsewhere = tmp_path / "elsewhere.jpg"
    cv2.imwrite(str(elsewhere), cv2.flip(picture("pit"), -1))
    code, told = run(config, *args, elsewhere)
    assert code == 1 and said in told
    assert not list(tmp_path.glob("examples/**/*.jpg"))


def test_files_that_are_no_pictures_are_refused_and_the_others_kept(
    config: Path, tmp_path: Path
) -> None:
    good = tmp_path / "good.png"
    cv2.imwrite(str(good), picture("pit"))
    code, told = run(config, "cam-main", "block", "pit", config, tmp_path / "none.jpg", good)
    assert code == 1
    assert "edge.yaml is no picture" in told and "none.jpg" in told
    assert len(list(tmp_path.glob("examples/**/*.jpg"))) == 1
