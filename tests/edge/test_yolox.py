import hashlib
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from siteward_edge.capture.stream import pictures
from siteward_edge.vision.ports import ModelError
from siteward_edge.vision.yolox import YoloxPeople, areas, letterbox
from tests.edge.pictures import photo, vision

MODEL = "models/person_yolox_nano_416.onnx"


def detector(tiles: tuple[int, int] = (1, 1)) -> YoloxPeople:
    path = vision(MODEL)
    return YoloxPeople(path, hashlib.sha256(path.read_bytes()).hexdigest(), 0.4, tiles)


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("photos/gdut_apache2/001.jpg", 4),
        ("photos/shwd_mit/04.jpg", 5),
        ("photos/hardhat/hard_hat_workers031.jpg", 2),
        ("photos/hardhat/hard_hat_workers099.jpg", 1),
    ],
)
def test_people_in_photos_are_counted(name: str, people: int) -> None:
    found = detector().detect(photo(name)).people
    assert len(found) == people
    assert [p.confidence for p in found] == sorted((p.confidence for p in found), reverse=True)
    for person in found:
        x, y, width, height = person.box
        assert 0 <= x <= x + width <= 1.0001
        assert 0 <= y <= y + height <= 1.0001
        assert person.helmet is None


@pytest.mark.parametrize(
    "name", ["hard_hat_workers031", "hard_hat_workers064", "hard_hat_workers075"]
)
def test_labelled_heads_lie_in_detected_people(name: str) -> None:
    labels = vision(f"photos/hardhat/{name}.txt").read_text(encoding="utf-8").split("\n")
    heads = [tuple(map(float, line.split()[1:])) for line in labels if line.strip()]
    found = detector().detect(photo(f"photos/hardhat/{name}.jpg")).people
    assert found
    for person in found:
        x, y, width, height = person.box
        assert any(
            x <= cx <= x + width and y - 0.05 <= cy <= y + height / 2 for cx, cy, _, _ in heads
        ), f"nobody's head is in {person.box}"


def test_small_people_on_a_site_camera_are_found_in_tiles() -> None:
    # The README of the clip says 4 to 5 people; some leave or hide towards its end.
    url = vision("video/site_cctv_640x352.mp4").as_uri()
    images = [
        np.asarray(p.to_ndarray(format="bgr24"), np.uint8) for p in islice(pictures(url, 5), 70)
    ]
    whole, tiled = detector(), detector((3, 2))
    counts = [len(tiled.detect(image).people) for image in images[::7]]
    assert 4 <= float(np.median(counts)) <= 5
    assert all(3 <= count <= 6 for count in counts)
    assert sum(len(whole.detect(image).people) for image in images[::7]) < sum(counts)


def test_a_picture_without_people_has_none() -> None:
    assert detector().detect(np.full((360, 640, 3), 90, np.uint8)).people == ()


def test_another_file_than_named_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="put the model there"):
        YoloxPeople(tmp_path / "none.onnx", "0" * 64, 0.4)
    file = tmp_path / "fake.onnx"
    file.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="another model or damaged"):
        YoloxPeople(file, "0" * 64, 0.4)
    with pytest.raises(ModelError, match="not a model onnxruntime can load"):
        YoloxPeople(file, hashlib.sha256(b"not a model").hexdigest(), 0.4)


def test_a_model_of_another_layout_is_refused() -> None:
    path = vision("models/person_fastestdet_352.onnx")
    with pytest.raises(ModelError, match="not the layout of YOLOX"):
        YoloxPeople(path, hashlib.sha256(path.read_bytes()).hexdigest(), 0.4)


def test_letterboxing_keeps_the_shape_and_pads_below() -> None:
    image = np.full((100, 200, 3), 7, np.uint8)
    tensor = letterbox(image, 2.0, 416, 416)
    assert tensor.shape == (1, 3, 416, 416)
    assert tensor[0, 0, 0, 0] == 7
    assert tensor[0, 0, 199, 399] == 7
    assert tensor[0, 0, 201, 0] == 114


@pytest.mark.parametrize("tiles", [(1, 1), (3, 2), (1, 4), (6, 6)])
def test_tiles_cover_the_whole_picture(tiles: tuple[int, int]) -> None:
    image = np.zeros((351, 641, 3), np.uint8)
    covered = np.zeros(image.shape[:2], bool)
    found = areas(image, tiles)
    for x, y, width, height in found[1:] or found:
        assert x >= 0
        assert y >= 0
        assert x + width <= 641
        assert y + height <= 351
        covered[y : y + height, x : x + width] = True
    assert covered.all()
