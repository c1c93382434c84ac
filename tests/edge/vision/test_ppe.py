"""What people wear: on real photos, and where nothing may be concluded."""

from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from siteward_edge.config.detector import ModelDetector
from siteward_edge.vision.bright_clothes import bright_share
from siteward_edge.vision.close_ups import close_ups
from siteward_edge.vision.detectors import model_detector
from siteward_edge.vision.network import Network
from siteward_edge.vision.ports import (
    Box,
    DetectedPerson,
    DetectedThing,
    Detector,
    Image,
    ModelError,
    Scene,
    Thing,
)
from siteward_edge.vision.ppe import PersonalEquipment
from tests.edge.pictures import VISION, photo, vision
from tests.edge.vision.networks import SIZE, model, write
from tests.edge.vision.test_layouts import empty


@pytest.fixture(scope="module")
def detector() -> Detector:
    vision("models")
    return model_detector(ModelDetector(model="yolox-nano", ppe="ppe14-yolov8n"), VISION / "models")


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("gdut_apache2/001.jpg", 4),
        ("gdut_apache2/002.jpg", 7),
        ("gdut_apache2/003.jpg", 7),
        ("gdut_apache2/trench_1280x720.jpg", 7),
        ("shwd_mit/04.jpg", 5),
        ("shwd_mit/05.jpg", 8),
    ],
)
def test_where_everybody_wears_a_helmet_nobody_is_said_to_lack_one(
    detector: Detector, name: str, least: int
) -> None:
    worn = [person.helmet for person in detector.detect(photo(f"photos/{name}")).people]
    assert False not in worn
    assert worn.count(True) >= least


def test_in_a_shopping_street_nobody_is_said_to_wear_one(detector: Detector) -> None:
    people = detector.detect(photo("photos/shwd_mit/01.jpg")).people
    worn = [person.helmet for person in people]
    assert True not in worn
    assert worn.count(False) >= 14
    assert True not in [person.vest for person in people]


def test_a_bare_head_between_helmets_is_its_own(detector: Detector) -> None:
    people = detector.detect(photo("photos/hardhat/hard_hat_workers075.jpg")).people
    from_left = sorted(people, key=lambda person: person.box[0])
    assert [person.helmet for person in from_left] == [False, True, True, True]


def test_a_helmet_in_the_hands_is_not_worn_and_a_faint_one_is_not_missing(
    detector: Detector,
) -> None:
    with av.open(str(vision("video/helmet_off_848x480.mp4"))) as video:
        frame = next(islice(video.decode(video=0), 600, 601))
    people = detector.detect(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)).people
    holding, behind = people[:2]
    assert holding.box[0] < 0.3
    assert holding.helmet is False
    assert behind.box[0] > 0.4
    assert behind.helmet is None, "blurred, its helmet white before snow"


def test_vests_are_found_and_never_missed_on_those_who_wear_one(detector: Detector) -> None:
    for name, least in (("shwd_mit/05.jpg", 8), ("gdut_apache2/trench_1280x720.jpg", 2)):
        worn = [person.vest for person in detector.detect(photo(f"photos/{name}")).people]
        assert False not in worn, name
        assert worn.count(True) >= least
    dark = detector.detect(photo("photos/gdut_apache2/001.jpg")).people
    assert [person.vest for person in dark] == [False] * 4


def test_its_model_names_both_files(detector: Detector) -> None:
    assert detector.model.name == "yolox-nano+ppe14-yolov8n"
    assert detector.model.version == "695e750a5d57+59e1bb4ac676"
    assert detector.threshold == 0.4


def test_where_nobody_is_nothing_is_looked_for_unless_asked(detector: Detector) -> None:
    nobody = photo("photos/hardhat/hard_hat_workers038.jpg")  # helmets only; their wearers hidden
    assert detector.detect(nobody) == Scene()
    settings = ModelDetector(model="yolox-nano", ppe="ppe14-yolov8n")
    thorough = model_detector(settings, VISION / "models", always=True)
    assert len(thorough.detect(nobody).things) >= 3


# A network that never finds anything tells where a helmet may be called missing at all.

HELMETS: dict[str, object] = {"classes": {0: "helmet"}, "thresholds": {"helmet": 0.2}}
STANDING: Box = (0.4, 0.2, 0.2, 0.6)


def wardrobe(tmp_path: Path) -> PersonalEquipment:
    file = write(tmp_path / "blind.onnx", empty("ultralytics_v8"))
    mine = model(
        file,
        "ultralytics_v8",
        classes={0: "helmet", 1: "vest"},
        thresholds={"helmet": 0.2, "vest": 0.2},
    )
    return PersonalEquipment(Network(mine), mine.manifest)


def grey(height: int = 600) -> Image:
    return np.full((height, height, 3), 90, np.uint8)


def dressed(
    tmp_path: Path,
    *people: DetectedPerson,
    things: tuple[DetectedThing, ...] = (),
    image: Image | None = None,
) -> list[tuple[bool | None, bool | None]]:
    scene = wardrobe(tmp_path).dress(grey() if image is None else image, Scene(people, things))
    return [(person.helmet, person.vest) for person in scene.people]


def test_what_could_have_been_seen_is_missing(tmp_path: Path) -> None:
    assert dressed(tmp_path, DetectedPerson(STANDING, 0.9)) == [(False, False)]


@pytest.mark.parametrize(
    ("box", "confidence"),
    [
        (STANDING, 0.45),
        ((0.4, 0.2, 0.05, 0.18), 0.9),
        ((0.4, 0.0, 0.2, 0.6), 0.9),
        ((0.4, 0.01, 0.2, 0.6), 0.9),
        ((0.0, 0.2, 0.2, 0.6), 0.9),
        ((0.8, 0.2, 0.2, 0.6), 0.9),
    ],
    ids=["perhaps nobody", "too small", "cut above", "nearly cut", "cut left", "cut right"],
)
def test_what_could_not_be_seen_is_unknown(tmp_path: Path, box: Box, confidence: float) -> None:
    assert dressed(tmp_path, DetectedPerson(box, confidence)) == [(None, None)]


def test_a_head_behind_somebody_nearer_is_unknown(tmp_path: Path) -> None:
    behind = DetectedPerson((0.4, 0.3, 0.2, 0.4), 0.9)
    nearer = DetectedPerson((0.38, 0.25, 0.24, 0.6), 0.9)
    assert dressed(tmp_path, behind, nearer) == [(None, None), (False, False)]
    beside = DetectedPerson((0.62, 0.25, 0.24, 0.6), 0.9)
    assert dressed(tmp_path, behind, beside)[0] == (False, False)


def test_a_torso_behind_a_vehicle_is_unknown_and_the_head_above_it_is_not(tmp_path: Path) -> None:
    car = DetectedThing(Thing.VEHICLE, (0.2, 0.32, 0.6, 0.6), 0.9)
    assert dressed(tmp_path, DetectedPerson(STANDING, 0.9), things=(car,)) == [(False, None)]


def test_a_torso_below_the_picture_is_unknown(tmp_path: Path) -> None:
    bust = DetectedPerson((0.3, 0.6, 0.4, 0.4), 0.9)
    assert dressed(tmp_path, bust) == [(False, None)]


def test_a_torso_in_the_colours_of_vests_never_lacks_one(tmp_path: Path) -> None:
    for colour in ((20, 120, 250), (60, 240, 200)):
        image = grey()
        cv2.rectangle(image, (260, 200), (340, 300), colour, -1)
        assert bright_share(image, np.array([240, 120, 120, 360], np.float32)) > 0.5
        assert dressed(tmp_path, DetectedPerson(STANDING, 0.9), image=image) == [(False, None)]


def test_beyond_sixteen_people_nothing_is_concluded(tmp_path: Path) -> None:
    crowd = [DetectedPerson((0.02 + 0.055 * i, 0.2, 0.05, 0.5), 0.9 - i / 100) for i in range(17)]
    told = dressed(tmp_path, *crowd, image=np.full((600, 1200, 3), 90, np.uint8))
    assert [helmet for helmet, _ in told] == [False] * 16 + [None]


@pytest.mark.parametrize(
    ("across", "down", "score", "expected"),
    [
        (0.5, 0.1, 0.9, True),
        (0.9, 0.1, 0.9, None),
        (0.5, 0.5, 0.9, None),
        (0.5, 0.1, 0.45, None),
    ],
    ids=["on the head", "beside it", "below it", "faint"],
)
def test_a_helmet_counts_by_where_it_is_and_how_clear(
    tmp_path: Path, across: float, down: float, score: float, expected: bool | None
) -> None:
    box = (0.25, 0.15, 0.5, 0.7)
    answer = empty("ultralytics_v8")
    x, y = box[0] + across * box[2], box[1] + down * box[3]
    answer[0, :5, 0] = [x * SIZE, y * SIZE, 7, 7, score]
    file = write(tmp_path / "one.onnx", answer)
    mine = model(file, "ultralytics_v8", **HELMETS, worn={"helmet": [0.3, 0.5]})
    # Too small a person for a close-up, in which the same box would be elsewhere.
    scene = Scene((DetectedPerson(box, 0.9),))
    told = PersonalEquipment(Network(mine), mine.manifest).dress(grey(80), scene)
    assert told.people[0].helmet is expected
    assert [thing.thing for thing in told.things] == [Thing.HELMET]


def test_close_ups_in_one_run_tell_where_each_thing_is(tmp_path: Path) -> None:
    answer = empty("ultralytics_v8")
    for i, (x, y) in enumerate(((16, 16), (48, 16), (16, 48))):
        answer[0, :5, i] = [x, y, 8, 8, 0.9]
    file = write(tmp_path / "three.onnx", answer)
    network = Network(model(file, "ultralytics_v8", **HELMETS))
    areas = [(0, 0, 64, 64), (100, 0, 128, 128), (300, 200, 64, 32)]
    seen = close_ups(network, grey(), areas)
    assert [f.boxes.round(3).tolist() for f in seen] == [
        [[24, 24, 16, 16]],
        [[148, 48, 32, 32]],
        [[324, 208, 16, 16]],
    ]


def test_a_model_that_cannot_play_a_part_is_refused() -> None:
    vision("models")
    with pytest.raises(ModelError, match="as ppe a model must find helmet or vest"):
        model_detector(ModelDetector(model="yolox-nano", ppe="fastestdet"), VISION / "models")
    with pytest.raises(ModelError, match="as model a model must find person"):
        model_detector(ModelDetector(model="ppe14-yolov8n"), VISION / "models")
