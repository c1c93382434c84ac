"""Copies for the public: nobody can be recognised, and everything else is still to be seen."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result

from siteward_edge.config.detector import ModelDetector
from siteward_edge.evidence.published import HEAD_CELLS, careful, published
from siteward_edge.main import command
from siteward_edge.vision.detectors import model_detector
from siteward_edge.vision.ports import DetectedPerson, DetectedThing, Image, Scene, Thing
from tests.edge.pictures import VISION, photo, vision


def busy(height: int = 400, width: int = 600) -> Image:
    """A picture in which every pixel differs from the next."""
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


def test_a_head_becomes_a_few_cells_and_the_rest_stays_as_it_was() -> None:
    image = busy()
    scene = Scene(people=(DetectedPerson((0.5, 0.25, 0.1, 0.5), 0.2),))
    copy = published(image, scene)
    assert (copy.heads, copy.vehicles) == (1, 0)
    changed = (copy.image != image).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.min() >= 0.2 * 400
    assert rows.max() <= 0.46 * 400, "the work somebody does stays to be seen"
    assert columns.min() >= 0.48 * 600
    assert columns.max() <= 0.62 * 600
    across = copy.image[rows.min() + 5, columns.min() : columns.max() + 1]
    assert len(np.unique(across, axis=0)) <= HEAD_CELLS
    assert (image != copy.image).any(), "and the picture given is not the one changed"


def test_somebody_cut_off_at_the_border_is_masked_as_far_as_the_picture_goes() -> None:
    image = busy()
    scene = Scene(people=(DetectedPerson((-0.1, -0.1, 0.3, 0.4), 0.9), DetectedPerson(
        (0.99, 0.99, 0.2, 0.2), 0.9)))  # fmt: skip
    copy = published(image, scene)
    assert copy.image.shape == image.shape
    assert (copy.image[:60, :90] != image[:60, :90]).any(axis=2).mean() > 0.95


def test_a_helmet_on_nobody_still_has_a_face_below_it_and_vehicles_have_plates() -> None:
    image = busy()
    things = (
        DetectedThing(Thing.HELMET, (0.1, 0.1, 0.1, 0.1), 0.3),
        DetectedThing(Thing.VEHICLE, (0.5, 0.5, 0.4, 0.4), 0.5),
        DetectedThing(Thing.VEST, (0.3, 0.3, 0.1, 0.1), 0.5),
    )
    copy = published(image, Scene(things=things))
    assert (copy.heads, copy.vehicles) == (1, 1)
    changed = (copy.image != image).any(axis=2)
    assert changed[80:130, 60:120].mean() > 0.95, "the face"
    assert changed[300:355, 310:530].mean() > 0.95, "the plate"
    assert not changed[205:240, 300:540].any(), "the cab"


def test_a_picture_of_nobody_is_published_as_it_is() -> None:
    image = busy()
    assert (published(image, Scene()).image == image).all()


def test_heads_in_real_photos_are_covered() -> None:
    """Heads of 12 pixels and more; a fifth of them hang upside down in mirrored borders."""
    vision("models/person_yolox_nano_416.onnx")
    settings = careful(ModelDetector(model="yolox-nano", ppe="ppe14-yolov8n", threshold=0.6))
    detector = model_detector(settings, VISION / "models", always=True)
    labelled = covered = 0
    for file in sorted((VISION / "photos" / "hardhat").glob("hard*.txt")):
        image = photo(f"photos/hardhat/{file.stem}.jpg")
        height, width = image.shape[:2]
        changed = (published(image, detector.detect(image)).image != image).any(axis=2)
        for line in file.read_text("ascii").splitlines():
            _, x, y, w, h = map(float, line.split())
            if w * width < 12:
                continue
            top, bottom = int((y - h / 2) * height), int((y + h / 2) * height)
            left, right = int((x - w / 2) * width), int((x + w / 2) * width)
            labelled += 1
            covered += changed[max(0, top) : bottom, max(0, left) : right].mean() > 0.5
    assert labelled >= 40
    assert covered / labelled >= 0.8, f"{covered} of {labelled}"


def siteward(*arguments: object) -> Result:
    return CliRunner().invoke(command, ["publishable", *map(str, arguments)])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    vision("models/person_yolox_nano_416.onnx")
    file = tmp_path / "edge.yaml"
    camera = {
        "device": "cam", "url": "rtsp://192.0.2.1/1", "detector": {"model": "yolox-nano"},
        "mask": [[[0, 0], [0.1, 0], [0.1, 1], [0, 1]]],
    }  # fmt: skip
    settings = {
        "site": "school", "mqtt": "mqtt://127.0.0.1:1", "outbox": {"path": str(tmp_path / "o.db")},
        "models": str(VISION / "models"), "cameras": [camera],
    }  # fmt: skip
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return file


def test_from_the_command_line(config: Path, tmp_path: Path) -> None:
    picture, out = VISION / "photos/shwd_mit/01.jpg", tmp_path / "public.jpg"
    done = siteward(config, "cam", picture, out)
    assert done.exit_code == 0, done.output
    assert "look before you publish" in done.output
    assert " 0 heads" not in done.output
    copy = cv2.imread(str(out))
    assert copy is not None
    assert copy[:, : copy.shape[1] // 12].max() < 40, "outside the fence"


def test_wrong_inputs_are_refused_in_words(config: Path, tmp_path: Path) -> None:
    picture, text = tmp_path / "p.jpg", tmp_path / "notes.txt"
    cv2.imwrite(str(picture), busy())
    text.write_text("no picture", "ascii")
    for arguments, words in (
        ((config, "cam-9", picture, tmp_path / "o.jpg"), "known: cam"),
        ((config, "cam", text, tmp_path / "o.jpg"), "no picture that can be read"),
        ((config, "cam", picture, picture), "evidence is never changed"),
        ((config, "cam", picture, tmp_path / "absent" / "o.jpg"), "cannot be written"),
    ):
        done = siteward(*arguments)
        assert done.exit_code == 1, words
        assert words in done.output
