"""Small networks of each layout that answer the same whatever they see."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from siteward_edge.models.manifest import Manifest
from siteward_edge.models.store import Model

SIZE = 64
"""Width and height they take."""


def write(
    file: Path,
    answer: NDArray[np.float32],
    takes: Sequence[int | str] = (1, 3, SIZE, SIZE),
    kind: int = TensorProto.FLOAT,
) -> Path:
    """Writes a network that gives ``answer`` for every picture."""
    constant = numpy_helper.from_array(answer, "answer")
    graph = helper.make_graph(
        [helper.make_node("Identity", ["answer"], ["output"])],
        "constant",
        [helper.make_tensor_value_info("images", kind, list(takes))],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, list(answer.shape))],
        [constant],
    )
    opset = [helper.make_opsetid("", 13)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(file))
    return file


def model(file: Path, layout: str, **other: object) -> Model:
    """A manifest for a file: class 0 is a person, 1 a helmet."""
    page = {
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "0" * 64,
        "layout": layout,
        "input": [SIZE, SIZE],
        "classes": {0: "person", 1: "helmet"},
        "thresholds": {"person": 0.4, "helmet": 0.2},
        "licence": "Apache-2.0",
    }
    return Model("mine", Manifest.model_validate(page | other), file)
