"""What a family of networks takes and gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from siteward_edge.vision.fitting import Fitted, Floats, Size
from siteward_edge.vision.ports import Image

Columns = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Layout:
    """A family of networks; all take ``1 x 3 x height x width`` of one float each.

    Attributes:
        rgb: Red comes first; else blue does.
        scale: What a pixel of 0 to 255 is multiplied by.
        fit: How a picture is brought to the input's size.
        output: Shape of the first output for an input size, were there no classes.
        axis: Of ``output``, where the classes are added.
        decode: First output, input size, columns of the classes wanted and the least
            confidence to boxes ``[x, y, width, height]`` in input pixels, and a confidence for
            each box and class wanted; boxes with none above the least are left out.
    """

    rgb: bool
    scale: float
    fit: Callable[[Image, Size], Fitted]
    output: Callable[[Size], tuple[int, ...]]
    axis: int
    decode: Callable[[Floats, Size, Columns, float], tuple[Floats, Floats]]


@lru_cache(maxsize=16)
def cells(size: Size, strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Column and row of every cell, and its stride, in the order networks give them."""
    grids, scales = [], []
    for stride in strides:
        columns, rows = size[0] // stride, size[1] // stride
        y, x = np.mgrid[:rows, :columns]
        grids.append(np.stack([x.ravel(), y.ravel()], axis=1))
        scales.append(np.full((rows * columns, 1), stride))
    return np.concatenate(grids).astype(np.float32), np.concatenate(scales).astype(np.float32)


def count(size: Size, strides: Sequence[int]) -> int:
    """How many cells an input of a size has."""
    return sum((size[0] // stride) * (size[1] // stride) for stride in strides)


def corners(centre: Floats, extent: Floats) -> Floats:
    """Centres and extents as ``[x, y, width, height]``."""
    return np.concatenate([centre - extent / 2, extent], axis=1).astype(np.float32)
