"""YOLOX, as its authors export it: raw cells, classes times objectness."""

from typing import Final

import numpy as np

from siteward_edge.vision.fitting import Floats, Size, top_left
from siteward_edge.vision.layouts.layout import Columns, Layout, cells, corners, count

STRIDES: Final = (8, 16, 32)


def decode(raw: Floats, size: Size, columns: Columns, least: float) -> tuple[Floats, Floats]:
    """``[centre x, centre y, log w, log h, objectness, classes...]`` per cell, in strides."""
    rows = raw[0]
    rows_kept = np.flatnonzero(rows[:, 4] >= least)
    scores = rows[rows_kept][:, 5 + columns] * rows[rows_kept, 4:5]
    sure = scores.max(axis=1, initial=0) >= least
    kept = rows_kept[sure]
    grid, scale = cells(size, STRIDES)
    centre = (rows[kept, :2] + grid[kept]) * scale[kept]
    return corners(centre, np.exp(rows[kept, 2:4]) * scale[kept]), scores[sure]


LAYOUT: Final = Layout(
    rgb=False,
    scale=1.0,
    fit=top_left,
    output=lambda size: (1, count(size, STRIDES), 5),
    axis=2,
    decode=decode,
)
