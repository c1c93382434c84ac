"""Each layout's answer for one box is that box in the picture; other layouts are refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto

from siteward_edge.models.manifest import LayoutName
from siteward_edge.vision.layouts import LAYOUTS
from siteward_edge.vision.network import Network
from siteward_edge.vision.ports import ModelError
from tests.edge.vision.networks import SIZE, model, write

Floats = NDArray[np.float32]
CLASSES = 3


def empty(layout: LayoutName) -> Floats:
    shape = list(LAYOUTS[layout].output((SIZE, SIZE)))
    shape[LAYOUTS[layout].axis] += CLASSES
    return np.zeros(shape, np.float32)


def yolox() -> Floats:
    answer = empty("yolox")
    # Cell 3, 2 of stride 8 (8 cells a row): centre 32, 20; 24 wide, 16 high.
    answer[0, 2 * 8 + 3] = [1, 0.5, np.log(3), np.log(2), 0.9, 0.8, 0, 0.9]
    return answer


def ultralytics_v8() -> Floats:
    answer = empty("ultralytics_v8")
    answer[0, :, 50] = [32, 20, 24, 16, 0.72, 0.1, 0.9]
    return answer


def ultralytics_v5() -> Floats:
    answer = empty("ultralytics_v5")
    answer[0, 200] = [32, 20, 24, 16, 0.9, 0.8, 0.0, 0.9]
    return answer


def fastestdet() -> Floats:
    answer = empty("fastestdet")

    def logit(share: float) -> float:
        return float(np.log(share / (1 - share)))

    # Cell 2, 1 of stride 16; tanh(0) and tanh(0.25...) place the centre within it.
    answer[0, :, 1, 2] = [
        0.72,
        0.0,
        np.arctanh(0.25),
        logit(24 / SIZE),
        logit(16 / SIZE),
        0.72,
        0,
        1,
    ]
    return answer


ANSWERS: dict[LayoutName, Callable[[], Floats]] = {
    "yolox": yolox,
    "ultralytics_v8": ultralytics_v8,
    "ultralytics_v5": ultralytics_v5,
    "fastestdet": fastestdet,
}


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_a_box_comes_back_to_the_picture(tmp_path: Path, layout: LayoutName) -> None:
    network = Network(model(write(tmp_path / "m.onnx", ANSWERS[layout]()), layout))
    image = np.zeros((64, 128, 3), np.uint8)  # halved by all but the one that stretches
    found = network.look(image, (0, 0, 128, 64))
    assert [network.finds[i] for i in found.finds] == ["person"]
    assert found.scores.tolist() == pytest.approx([0.72], abs=1e-5)
    expected = {
        "yolox": [40, 24, 48, 32],
        "ultralytics_v8": [40, -8, 48, 32],  # 16 of grey above
        "ultralytics_v5": [40, -8, 48, 32],
        "fastestdet": [40, 12, 48, 16],
    }[layout]
    assert found.boxes[0].tolist() == pytest.approx(expected, abs=1e-3)


def test_what_lies_in_a_part_is_told_in_the_pictures_pixels(tmp_path: Path) -> None:
    network = Network(model(write(tmp_path / "m.onnx", yolox()), "yolox"))
    found = network.look(np.zeros((200, 300, 3), np.uint8), (100, 50, 64, 64))
    assert found.boxes[0].tolist() == pytest.approx([120, 62, 24, 16], abs=1e-3)


@pytest.mark.parametrize("layout", list(LAYOUTS))
@pytest.mark.parametrize("other", list(LAYOUTS))
def test_a_file_of_another_layout_is_refused(
    tmp_path: Path, layout: LayoutName, other: LayoutName
) -> None:
    file = write(tmp_path / "m.onnx", ANSWERS[layout]())
    if layout == other:
        Network(model(file, other))
        return
    with pytest.raises(ModelError, match=f"not the layout {other}, which gives .*correct layout"):
        Network(model(file, other))


def test_each_threshold_is_its_things_own(tmp_path: Path) -> None:
    answer = yolox()
    answer[0, 5, 4:] = [1, 0.35, 0.25, 0]
    network = Network(model(write(tmp_path / "m.onnx", answer), "yolox"))
    image = np.zeros((64, 64, 3), np.uint8)
    found = network.look(image, (0, 0, 64, 64))
    assert [network.finds[i] for i in found.finds] == ["helmet", "person"]
    network.expect("person", 0.3)
    found = network.look(image, (0, 0, 64, 64))
    assert sorted(network.finds[i] for i in found.finds) == ["helmet", "person", "person"]


def test_a_file_may_leave_its_sizes_open(tmp_path: Path) -> None:
    file = write(tmp_path / "m.onnx", yolox(), takes=("batch", 3, "height", "width"))
    assert Network(model(file, "yolox")).shapes == "[1, 3, 64, 64] to [1, 84, 8]"


@pytest.mark.parametrize(
    ("takes", "kind", "message"),
    [
        ((1, 3, 96, 96), TensorProto.FLOAT, r"takes \[1, 3, 96, 96\], not \[1, 3, 64, 64\]"),
        ((1, 3, 64, 64), TensorProto.FLOAT16, "export it with 32 bit floats"),
    ],
)
def test_a_file_that_takes_something_else_is_refused(
    tmp_path: Path, takes: tuple[int, ...], kind: int, message: str
) -> None:
    file = write(tmp_path / "m.onnx", yolox(), takes, kind)
    with pytest.raises(ModelError, match=message):
        Network(model(file, "yolox"))


def test_a_class_the_file_does_not_know_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "m.onnx", yolox())
    with pytest.raises(ModelError, match="knows 3 classes, its manifest speaks of number 3"):
        Network(model(file, "yolox", classes={3: "person"}, thresholds={"person": 0.4}))


def test_another_file_than_named_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "m.onnx"
    with pytest.raises(ModelError, match=r"No such file or directory; put the right file there"):
        Network(model(file, "yolox"))
    file.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="another model or damaged: run 'siteward models fetch"):
        Network(model(file, "yolox", sha256="0" * 64, source="https://x.example/m.onnx"))
    with pytest.raises(ModelError, match="not a model onnxruntime can load"):
        Network(model(file, "yolox"))
