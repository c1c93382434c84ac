"""Runs a model's network on onnxruntime."""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from siteward_edge.models.store import Model
from siteward_edge.vision.fitting import PAD, Floats
from siteward_edge.vision.layouts import LAYOUTS
from siteward_edge.vision.ports import Image, ModelError

Area = tuple[int, int, int, int]
"""``(x, y, width, height)`` in pixels."""
OVERLAP: Final = 0.45
"""Boxes of one thing that share more than this of their union are one (YOLOX's default)."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Boxes in a picture's pixels, not yet freed of doubles.

    Attributes:
        boxes: ``n x [x, y, width, height]``.
        scores: Confidence of each, 0 to 1.
        finds: Of each, its place in :attr:`Network.finds`.
    """

    boxes: Floats
    scores: Floats
    finds: NDArray[np.intp]

    def of(self, find: int, least: float) -> "Findings":
        """Those of one find with no less than some confidence."""
        kept = (self.finds == find) & (self.scores >= least)
        return Findings(self.boxes[kept], self.scores[kept], self.finds[kept])


class Network:
    """A loaded model. Not to be run by two threads at once."""

    def __init__(self, model: Model, threads: int = 1) -> None:
        """Loads and checks a model.

        Args:
            model: What to load.
            threads: Threads of one inference; cameras run beside one another already.

        Raises:
            ModelError: With what is wrong and what to do.
        """
        manifest = model.manifest
        self.name = model.name
        self.sha256 = manifest.sha256
        self.finds = sorted(manifest.finds)
        self.size = manifest.input
        self._layout = LAYOUTS[manifest.layout]
        self._columns = np.array(sorted(manifest.classes), np.intp)
        self._find_of_column = np.array(
            [self.finds.index(manifest.classes[c]) for c in sorted(manifest.classes)], np.intp
        )
        self._least = np.array(
            [manifest.thresholds[self.finds[i]] for i in self._find_of_column], np.float32
        )
        self._session = _session(model, threads)
        self._input = self._session.get_inputs()[0].name
        self.shapes = _checked(model, self._session)

    def expect(self, find: str, least: float) -> None:
        """Sets another least confidence for one of its finds."""
        self._least[self._find_of_column == self.finds.index(find)] = least

    def look(self, image: Image, area: Area) -> Findings:
        """What one area of a picture shows."""
        x, y, width, height = area
        fitted = self._layout.fit(image[y : y + height, x : x + width], self.size)
        raw = self._session.run(None, {self._input: self._tensor(fitted.image)})[0]
        boxes, scores = self._layout.decode(raw, self.size, self._columns, float(self._least.min()))
        rows, columns = np.nonzero(scores >= self._least)
        boxes = fitted.back(boxes)[rows]
        boxes[:, :2] += (x, y)
        return Findings(boxes, scores[rows, columns], self._find_of_column[columns])

    def _tensor(self, image: Image) -> Floats:
        channels = image[..., ::-1] if self._layout.rgb else image
        tensor = np.ascontiguousarray(channels.transpose(2, 0, 1)[None], dtype=np.float32)
        return tensor if self._layout.scale == 1 else tensor * np.float32(self._layout.scale)


def merged(found: list[Findings], overlap: float = OVERLAP) -> Findings:
    """All findings as one, without doubles, most certain first."""
    boxes = np.concatenate([f.boxes for f in found])
    scores = np.concatenate([f.scores for f in found])
    finds = np.concatenate([f.finds for f in found])
    kept = cv2.dnn.NMSBoxesBatched(boxes.tolist(), scores.tolist(), finds.tolist(), 0.0, overlap)
    order = np.asarray(kept, np.intp).ravel()
    order = order[np.argsort(-scores[order], kind="stable")]
    return Findings(boxes[order], scores[order], finds[order])


def without_parts(found: Findings, share: float) -> Findings:
    """Findings without those that lie within a more certain one of the same thing.

    Args:
        found: Most certain first.
        share: Of a box's own area, from which on it lies within another.
    """
    starts, ends = found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]
    areas = found.boxes[:, 2] * found.boxes[:, 3]
    kept: list[int] = []
    for i in range(len(areas)):
        sides = np.minimum(ends[i], ends[kept]) - np.maximum(starts[i], starts[kept])
        inside = sides.clip(min=0).prod(axis=1) >= share * np.minimum(areas[i], areas[kept])
        if not (inside & (found.finds[i] == found.finds[kept])).any():
            kept.append(i)
    return Findings(found.boxes[kept], found.scores[kept], found.finds[kept])


def _session(model: Model, threads: int) -> Any:
    content = model.read()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning threads would eat the CPU other cameras need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no public base class
        raise ModelError(f"{model.path} is not a model onnxruntime can load: {error}") from error


def _checked(model: Model, session: Any) -> str:
    """Runs it once on a grey picture, and tells what went in and came out.

    A file may leave sizes open, so that only running it shows whether they fit.
    """
    manifest, layout = model.manifest, LAYOUTS[model.manifest.layout]
    width, height = manifest.input
    given = session.get_inputs()[0]
    if given.type != "tensor(float)":
        raise ModelError(f"{model.path} takes {given.type}: export it with 32 bit floats")
    grey = np.full((1, 3, height, width), PAD * layout.scale, np.float32)
    try:
        shape = list(session.run(None, {given.name: grey})[0].shape)
    except Exception as error:  # onnxruntime's errors share no public base class
        raise ModelError(
            f"{model.path} takes {given.shape}, not [1, 3, {height}, {width}] as its manifest "
            f"says; correct input there ({_first_line(error)})"
        ) from error
    expected = list(layout.output(manifest.input))
    classes = shape[layout.axis] - expected[layout.axis] if len(shape) == len(expected) else 0
    expected[layout.axis] += classes
    if classes < 1 or shape != expected:
        expected[layout.axis] -= classes
        told = ", ".join(
            f"{n} + classes" if i == layout.axis else str(n) for i, n in enumerate(expected)
        )
        raise ModelError(
            f"{model.path} gives {shape} for {given.shape}: not the layout {manifest.layout}, which "
            f"gives [{told}]; correct layout in its manifest"
        )
    if (highest := max(manifest.classes)) >= classes:
        raise ModelError(
            f"{model.path} knows {classes} classes, its manifest speaks of number {highest}; "
            f"correct classes there"
        )
    return f"{[1, 3, height, width]} to {shape}"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else repr(error)
