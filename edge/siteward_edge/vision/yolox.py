"""People found by a YOLOX network on onnxruntime.

Expects the authors' ONNX export: BGR 0 to 255 without normalisation, letterboxed to the
top left with grey 114; raw outputs ``[centre x, centre y, log w, log h, objectness,
80 class scores]`` per cell of strides 8, 16 and 32, class 0 being a person.
"""

import hashlib
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from siteward_contracts.messages import Model
from siteward_edge.vision.ports import Box, DetectedPerson, Image, ModelError, Scene

Floats = NDArray[np.float32]
Area = tuple[int, int, int, int]
"""``(x, y, width, height)`` in pixels."""

STRIDES: Final = (8, 16, 32)
PAD: Final = 114
PERSON: Final = 0
OVERLAP: Final = 0.45
"""Boxes that share more than this of their union are one person (the authors' default)."""
TILE_OVERLAP: Final = 0.25
"""Tiles are larger than their share by this, so that a person at a seam is whole in one."""


class YoloxPeople:
    """A :class:`~siteward_edge.vision.ports.Detector`; tells nothing of helmets."""

    def __init__(
        self,
        path: Path,
        sha256: str,
        threshold: float,
        tiles: tuple[int, int] = (1, 1),
        threads: int = 1,
    ) -> None:
        """Loads and checks the model.

        Args:
            path: The ONNX file.
            sha256: What it must hash to.
            threshold: Least confidence of a person.
            tiles: Columns and rows the picture is also looked at in, for people who are
                small in it; each tile costs as much as the whole picture.
            threads: Threads of one inference; cameras run beside one another already.

        Raises:
            ModelError: With what is wrong and what to do.
        """
        content = _read_checked(path, sha256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning threads would eat the CPU other cameras need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors share no public base class
            raise ModelError(f"{path} is not a model onnxruntime can load: {error}") from error
        self._input = self._session.get_inputs()[0].name
        shape = self._session.get_inputs()[0].shape
        self._height, self._width = _size(path, shape, self._session.get_outputs()[0].shape)
        self._grid, self._scale = _cells(self._height, self._width)
        self.threshold = threshold
        self._tiles = tiles
        self._model = Model(name=path.stem, version="yolox", sha256=sha256)

    @property
    def model(self) -> Model:
        """The file's name and hash."""
        return self._model

    def detect(self, image: Image) -> Scene:
        """The people in a picture, most certain first."""
        found = [self._look(image, area) for area in areas(image, self._tiles)]
        boxes = np.concatenate([boxes for boxes, _ in found])
        scores = np.concatenate([scores for _, scores in found])
        kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), self.threshold, OVERLAP)
        return Scene(
            tuple(
                DetectedPerson(_fractions(boxes[i], image), min(float(scores[i]), 1.0))
                for i in np.asarray(kept, dtype=int).ravel()
            )
        )

    def _look(self, image: Image, area: Area) -> tuple[Floats, Floats]:
        """Boxes in the picture's pixels and scores of what one area shows."""
        x, y, width, height = area
        ratio = min(self._height / height, self._width / width)
        part = image[y : y + height, x : x + width]
        tensor = letterbox(part, ratio, self._height, self._width)
        raw = self._session.run(None, {self._input: tensor})[0][0]
        scores = raw[:, 4] * raw[:, 5 + PERSON]
        kept = scores >= self.threshold
        boxes = decode(raw[kept, :4], self._grid[kept], self._scale[kept]) / ratio
        boxes[:, :2] += (x, y)
        return boxes, scores[kept]


def areas(image: Image, tiles: tuple[int, int]) -> list[Area]:
    """The whole picture and its tiles, which overlap so that nobody is cut by every one."""
    height, width = image.shape[:2]
    whole = [(0, 0, width, height)]
    if tiles == (1, 1):
        return whole
    columns, rows = tiles
    wide = int(width / columns * (1 + TILE_OVERLAP)) if columns > 1 else width
    high = int(height / rows * (1 + TILE_OVERLAP)) if rows > 1 else height
    return whole + [
        (
            round(c * (width - wide) / max(columns - 1, 1)),
            round(r * (height - high) / max(rows - 1, 1)),
            wide,
            high,
        )
        for r in range(rows)
        for c in range(columns)
    ]


def letterbox(image: Image, ratio: float, height: int, width: int) -> Floats:
    """Shrinks a picture into the top left of a grey ``1 x 3 x height x width`` tensor."""
    size = (round(image.shape[1] * ratio), round(image.shape[0] * ratio))
    canvas = np.full((height, width, 3), PAD, np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], dtype=np.float32)


def decode(raw: Floats, grid: Floats, scale: Floats) -> Floats:
    """Raw cell outputs to ``[x, y, width, height]`` in the network's pixels."""
    centre = (raw[:, :2] + grid) * scale
    size = np.exp(raw[:, 2:4]) * scale
    return np.concatenate([centre - size / 2, size], axis=1).astype(np.float32)


def _fractions(box: Floats, image: Image) -> Box:
    height, width = image.shape[:2]
    left, right = np.clip([box[0], box[0] + box[2]], 0, width) / width
    top, bottom = np.clip([box[1], box[1] + box[3]], 0, height) / height
    return float(left), float(top), float(right - left), float(bottom - top)


def _cells(height: int, width: int) -> tuple[Floats, Floats]:
    grids, scales = [], []
    for stride in STRIDES:
        rows, columns = height // stride, width // stride
        y, x = np.mgrid[:rows, :columns]
        grids.append(np.stack([x.ravel(), y.ravel()], axis=1))
        scales.append(np.full((rows * columns, 1), stride))
    return np.concatenate(grids).astype(np.float32), np.concatenate(scales).astype(np.float32)


def _read_checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error}; put the model there") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelError(
            f"{path} hashes to {found}, not {sha256}; it is another model or damaged: fetch it "
            "again, or write its hash into the configuration"
        )
    return content


def _size(path: Path, inputs: list[int], outputs: list[int]) -> tuple[int, int]:
    fixed = len(inputs) == 4 and all(isinstance(n, int) for n in inputs)
    if fixed and inputs[1] == 3:
        height, width = inputs[2], inputs[3]
        cells = sum((height // s) * (width // s) for s in STRIDES)
        if list(outputs[1:]) == [cells, 85]:
            return height, width
    raise ModelError(f"{path} takes {inputs} and gives {outputs}: not the layout of YOLOX on COCO")
