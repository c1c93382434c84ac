"""Looking at parts of a picture enlarged, for people who are small in it."""

from typing import Final

from siteward_edge.vision.network import Area
from siteward_edge.vision.ports import Image

TILE_OVERLAP: Final = 0.25
"""Tiles are larger than their share by this, so that a person at a seam is whole in one."""


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
