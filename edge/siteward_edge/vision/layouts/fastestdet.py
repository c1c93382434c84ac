"""FastestDet: one map of cells, boxes as shares of the picture."""

from typing import Final

import numpy as np

from siteward_edge.vision.fitting import Floats, Size, stretched
from siteward_edge.vision.layouts.layout import Columns, Layout, cells, corners

STRIDE: Final = 16
OBJECTNESS: Final = 0.6
"""Its share in the confidence, as a power; the classes have the rest."""


def decode(raw: Floats, size: Size, columns: Columns, least: float) -> tuple[Floats, Floats]:
    """``[objectness, x, y within the cell, w, h, classes...]``, a map each."""
    rows = raw[0].reshape(raw.shape[1], -1).T
    confidence = np.clip(rows[:, :1], 0, 1) ** OBJECTNESS
    scores = confidence * np.clip(rows[:, 5 + columns], 0, 1) ** (1 - OBJECTNESS)
    kept = scores.max(axis=1) >= least
    grid, scale = cells(size, (STRIDE,))
    centre = (np.tanh(rows[kept, 1:3]) + grid[kept]) * scale[kept]
    extent = np.array(size, np.float32) / (1 + np.exp(-rows[kept, 3:5]))
    return corners(centre, extent), scores[kept]


LAYOUT: Final = Layout(
    rgb=False,
    scale=1 / 255,
    fit=stretched,
    output=lambda size: (1, 5, size[1] // STRIDE, size[0] // STRIDE),
    axis=1,
    decode=decode,
)
