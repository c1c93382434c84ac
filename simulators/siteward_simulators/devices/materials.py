"""How each material looks: its palette colour with a texture that leaves that colour dominant."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_contracts.scene_palette import MATERIALS

Image = NDArray[np.uint8]
Tone = tuple[int, int, int]


def shade(colour: Tone, factor: float) -> Tone:
    """A colour made darker (below 1) or lighter."""
    b, g, r = (int(min(255, max(0, c * factor))) for c in colour)
    return (b, g, r)


def paint(region: Image, material: str, seed: int, upright: bool) -> None:
    """Fills a region with a material.

    Args:
        region: Painted on in place; one whole band.
        material: Key of the palette, other than ``sky``.
        seed: Varies the grain.
        upright: A wall of a building (with openings) rather than ground.
    """
    region[:] = MATERIALS[material]
    _grain(region, seed, 5.0)
    texture = _TEXTURES.get(material)
    if texture:
        texture(region, MATERIALS[material])
    if upright and material in _WINDOWED:
        _windows(region, glazed=material == "facade")


def _grain(region: Image, seed: int, sigma: float) -> None:
    """Fine and coarse mottling, the same for the same seed."""
    height, width = region.shape[:2]
    rng = np.random.default_rng(seed)
    fine = rng.normal(0, sigma, (height, width, 1))
    small = rng.normal(0, sigma, (max(2, height // 12), max(2, width // 12))).astype(np.float32)
    coarse = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    region[:] = np.clip(region + fine + coarse, 0, 255).astype(np.uint8)


def _rows(region: Image, step: int, colour: Tone, thickness: int = 1) -> None:
    for y in range(step, region.shape[0], step):
        cv2.line(region, (0, y), (region.shape[1], y), colour, thickness)


def _columns(region: Image, step: int, colour: Tone, thickness: int = 1, offset: int = 0) -> None:
    for x in range(offset or step, region.shape[1], step):
        cv2.line(region, (x, 0), (x, region.shape[0]), colour, thickness)


def _formwork(region: Image, colour: Tone) -> None:
    """Plywood sheets with walers and props."""
    _columns(region, 26, shade(colour, 0.78))
    _rows(region, max(8, region.shape[0] // 4), shade(colour, 0.62), 2)


def _rebar(region: Image, colour: Tone) -> None:
    """A cage: close bars, darker gaps kept narrow."""
    _columns(region, 7, shade(colour, 0.55))
    _rows(region, 9, shade(colour, 0.7))


def _concrete(region: Image, colour: Tone) -> None:
    """Columns and a floor slab, slightly lighter than the infill between them."""
    height, width = region.shape[:2]
    step = max(40, width // 7)
    for x in range(0, width + 1, step):
        cv2.rectangle(region, (x - 4, 0), (x + 4, height), shade(colour, 1.10), -1)
        cv2.line(region, (x + 5, 0), (x + 5, height), shade(colour, 0.78), 1)


def _brick(region: Image, colour: Tone) -> None:
    mortar = shade(colour, 1.12)
    _rows(region, 6, mortar)
    for row, y in enumerate(range(0, region.shape[0], 6)):
        for x in range((row % 2) * 7, region.shape[1], 14):
            cv2.line(region, (x, y), (x, y + 6), mortar, 1)


def _facade(region: Image, colour: Tone) -> None:
    height, width = region.shape[:2]
    cv2.rectangle(region, (0, height - max(3, height // 10)), (width, height), (96, 140, 214), -1)
    _rows(region, max(10, height // 3), shade(colour, 0.93))


def _tracks(region: Image, colour: Tone) -> None:
    """Wheel tracks in soil."""
    height, width = region.shape[:2]
    for share in (0.3, 0.36, 0.62, 0.68):
        x = int(width * share)
        cv2.line(region, (x, height), (x + width // 60, 0), shade(colour, 0.88), 2, cv2.LINE_AA)


def _trench(region: Image, colour: Tone) -> None:
    """Timbered walls."""
    _columns(region, 24, shade(colour, 1.35))


def _planting(region: Image, colour: Tone) -> None:
    height, width = region.shape[:2]
    rng = np.random.default_rng(width * 31 + height)
    for _ in range(width * height // 260):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        cv2.circle(
            region, (x, y), int(rng.integers(2, 5)), shade(colour, rng.uniform(0.75, 1.2)), -1
        )


def _paving(region: Image, colour: Tone) -> None:
    _rows(region, 8, shade(colour, 0.85))
    _columns(region, 16, shade(colour, 0.85))


def _marking(region: Image, colour: Tone) -> None:
    """Fresh white paint with thin dark joints between the bars."""
    _columns(region, max(30, region.shape[1] // 9), MATERIALS["asphalt"], region.shape[1] // 40)


def _windows(region: Image, glazed: bool) -> None:
    """Openings: at most a fifth of the wall, so that the wall stays the dominant colour."""
    height, width = region.shape[:2]
    step = max(40, width // 7)
    opening_w, opening_h = int(step * 0.32), int(height * 0.46)
    top = int(height * 0.22)
    for x in range(step // 2, width, step):
        left, right = x - opening_w // 2, x + opening_w // 2
        cv2.rectangle(region, (left, top), (right, top + opening_h), (58, 54, 52), -1)
        if glazed:
            cv2.rectangle(region, (left, top), (right, top + opening_h), (150, 122, 84), -1)
            cv2.line(region, (left, top + opening_h), (right, top), (206, 184, 150), 1, cv2.LINE_AA)
            cv2.rectangle(region, (left, top), (right, top + opening_h), (236, 240, 240), 1)
            cv2.line(region, (x, top), (x, top + opening_h), (236, 240, 240), 1)


_WINDOWED: Final = frozenset({"concrete", "brick", "facade"})
_TEXTURES: Final[dict[str, Callable[[Image, Tone], None]]] = {
    "formwork": _formwork,
    "rebar": _rebar,
    "concrete": _concrete,
    "brick": _brick,
    "facade": _facade,
    "soil": _tracks,
    "trench": _trench,
    "planting": _planting,
    "paving": _paving,
    "marking": _marking,
}
