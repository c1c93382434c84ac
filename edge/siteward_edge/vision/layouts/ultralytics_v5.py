"""Ultralytics v5: three anchors a cell, boxes in pixels, classes times objectness."""

from typing import Final

import numpy as np

from siteward_edge.vision.fitting import Floats, Size, centred
from siteward_edge.vision.layouts.layout import Columns, Layout, corners, count

STRIDES: Final = (8, 16, 32)
ANCHORS: Final = 3


def decode(raw: Floats, size: Size, columns: Columns, least: float) -> tuple[Floats, Floats]:
    """``[centre x, centre y, w, h, objectness, classes...]``, one row of the output per box."""
    rows = raw[0][raw[0, :, 4] >= least]
    scores = rows[:, 5 + columns] * rows[:, 4:5]
    sure = scores.max(axis=1, initial=0) >= least
    return corners(rows[sure, :2], rows[sure, 2:4]), np.asarray(scores[sure], np.float32)


LAYOUT: Final = Layout(
    rgb=True,
    scale=1 / 255,
    fit=centred,
    output=lambda size: (1, ANCHORS * count(size, STRIDES), 5),
    axis=2,
    decode=decode,
)
