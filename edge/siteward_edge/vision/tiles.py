"""Looking at parts of a picture enlarged, for people who are small in it."""

from typing import Final

import numpy as np

from siteward_edge.vision.network import Area, Findings
from siteward_edge.vision.ports import Image

TILE_OVERLAP: Final = 0.25
"""Tiles are larger than their share by this, so that a person at a seam is whole in one."""


EDGE: Final = 0.015
"""Share of a tile's width or height from its edge within which a box counts as cut by it."""


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


def uncut(found: Findings, area: Area, image: Image) -> Findings:
    """What an area shows whole: somebody cut by its edge is left to the one that holds them.

    A torso without its head, cut off by a tile, would else be one more person, and one who
    lacks a helmet. The picture's own border is no edge of a tile.
    """
    x, y, width, height = area
    tall, wide = image.shape[:2]
    starts, ends = found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]
    kept = np.ones(len(found.boxes), bool)
    for axis, (low, extent, full) in enumerate(((x, width, wide), (y, height, tall))):
        margin = EDGE * extent
        if low > 0:
            kept &= starts[:, axis] > low + margin
        if low + extent < full:
            kept &= ends[:, axis] < low + extent - margin
    return Findings(found.boxes[kept], found.scores[kept], found.finds[kept])
