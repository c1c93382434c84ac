"""Ultralytics v8 and later, exported without NMS: boxes in pixels, no objectness."""

from typing import Final

from siteward_edge.vision.fitting import Floats, Size, centred
from siteward_edge.vision.layouts.layout import Columns, Layout, corners, count

STRIDES: Final = (8, 16, 32)


def decode(raw: Floats, size: Size, columns: Columns, least: float) -> tuple[Floats, Floats]:
    """``[centre x, centre y, w, h, classes...]``, one column of the output per box."""
    scores = raw[0, 4 + columns].T
    kept = scores.max(axis=1) >= least
    boxes = raw[0, :4, kept]
    return corners(boxes[:, :2], boxes[:, 2:]), scores[kept]


LAYOUT: Final = Layout(
    rgb=True,
    scale=1 / 255,
    fit=centred,
    output=lambda size: (1, 4, count(size, STRIDES)),
    axis=1,
    decode=decode,
)
