import numpy as np
import pytest

from siteward_edge.config.detector import ModelDetector
from siteward_edge.vision.detectors import model_detector
from siteward_edge.vision.fitting import centred, stretched, top_left
from siteward_edge.vision.network import Findings
from siteward_edge.vision.ports import Detector
from siteward_edge.vision.tiles import areas, uncut
from tests.edge.pictures import VISION, clip, photo, vision


def detector(
    tiles: tuple[int, int] = (1, 1), model: str = "yolox-nano", ppe: str | None = None
) -> Detector:
    vision("models")
    return model_detector(ModelDetector(model=model, ppe=ppe, tiles=tiles), VISION / "models")


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
    images = clip("video/site_cctv_640x352.mp4")[:70]
    whole, tiled = detector(), detector((3, 2))
    counts = [len(tiled.detect(image).people) for image in images[::7]]
    assert 4 <= float(np.median(counts)) <= 5
    assert all(3 <= count <= 6 for count in counts)
    assert sum(len(whole.detect(image).people) for image in images[::7]) < sum(counts)


def test_a_picture_without_people_has_none() -> None:
    assert detector().detect(np.full((360, 640, 3), 90, np.uint8)).people == ()


def test_fitting_keeps_the_shape_and_its_boxes_come_back() -> None:
    image = np.full((100, 200, 3), 7, np.uint8)
    fitted = top_left(image, (416, 416))
    assert fitted.image.shape == (416, 416, 3)
    assert fitted.image[0, 0, 0] == fitted.image[207, 415, 0] == 7
    assert fitted.image[209, 0, 0] == 114
    whole = np.array([[0, 0, 416, 208]], np.float32)
    assert fitted.back(whole).round(3).tolist() == [[0, 0, 200, 100]]
    middle = centred(image, (416, 416))
    assert middle.image[103, 0, 0] == 114
    assert middle.image[104, 0, 0] == 7
    assert middle.back(np.array([[0, 104, 416, 208]], np.float32)).tolist() == [[0, 0, 200, 100]]
    flat = stretched(image, (352, 352))
    assert (flat.image == 7).all()
    assert flat.back(np.array([[0, 0, 352, 352]], np.float32)).round(3).tolist() == [
        [0, 0, 200, 100]
    ]


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


def test_what_a_tile_cuts_is_left_to_the_tile_that_has_it_whole() -> None:
    image = np.zeros((400, 600, 3), np.uint8)
    boxes = np.array(
        [[250, 50, 40, 90], [120, 150, 40, 99], [0, 0, 30, 60], [170, 20, 30, 60]], np.float32
    )
    found = Findings(boxes, np.full(4, 0.9, np.float32), np.zeros(4, np.intp))
    tile = uncut(found, (0, 0, 290, 250), image)
    assert tile.boxes.tolist() == [[0, 0, 30, 60], [170, 20, 30, 60]]
    assert len(uncut(found, (0, 0, 600, 400), image).boxes) == 4


def test_tiles_make_nobody_lack_a_helmet() -> None:
    for name in ("gdut_apache2/001.jpg", "gdut_apache2/003.jpg", "shwd_mit/05.jpg"):
        people = detector((2, 2), ppe="ppe14-yolov8n").detect(photo(f"photos/{name}")).people
        assert False not in [person.helmet for person in people], name
