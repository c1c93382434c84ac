"""The still part of a picture: sky, town, ground, hoarding and the zones as far as they are."""

import itertools
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_contracts.scene_palette import GROUND
from siteward_simulators.devices.light import Light
from siteward_simulators.devices.materials import Image, Tone, paint, shade
from siteward_simulators.devices.scene import CameraScene, Point, ZoneScene

MARGIN: Final = 8
"""Pixels painted beyond each border, so that a shaking camera sees no edge."""

ZonesKey = tuple[tuple[str, str, int], ...]
"""Zone, state code and twentieths of the way to the next state, for every zone in view."""

Floats = NDArray[np.float32]

OPEN_SKY: Final[Tone] = (203, 171, 143)
"""Marks where nothing stands before the sky; close to it, so that smooth edges do not fringe."""
HOARDING: Final[Tone] = (178, 150, 100)
MESH: Final[Tone] = (92, 128, 78)
POLE: Final[Tone] = (96, 104, 112)


@lru_cache(maxsize=64)
def backdrop(scene: CameraScene, zones: ZonesKey, light: Light) -> Image:
    """The background in its light, ``MARGIN`` larger than the picture on every side.

    Kept per scene, progress and light: painting takes tens of milliseconds, a lookup none.
    """
    albedo, solid = _painted(scene, zones)
    return _lit(scene, albedo, solid, light)


@lru_cache(maxsize=24)
def _painted(scene: CameraScene, zones: ZonesKey) -> tuple[Image, Floats]:
    """Colours in full daylight, and where they hide the sky (1) or not (0)."""
    width, height = scene.width + 2 * MARGIN, scene.height + 2 * MARGIN
    canvas = np.full((height, width, 3), OPEN_SKY, np.uint8)
    _town(canvas, scene)
    _ground(canvas, scene)
    states = {zone: (state, toward) for zone, state, toward in zones}
    for zone in scene.zones:
        if zone.zone in states:
            _zone(canvas, scene, zone, *states[zone.zone])
    for danger in scene.danger_zones:
        _barrier(canvas, scene, danger.polygon)
    sky = cv2.inRange(canvas, OPEN_SKY, OPEN_SKY)
    return canvas, np.asarray(1 - cv2.blur(sky, (3, 3)) / 255, np.float32)


def pixel(scene: CameraScene, point: Point) -> tuple[int, int]:
    """A point of the picture on the larger canvas."""
    return round(point[0] * scene.width) + MARGIN, round(point[1] * scene.height) + MARGIN


def _town(canvas: Image, scene: CameraScene) -> None:
    """Distant blocks, pale with haze."""
    rng = np.random.default_rng(_seed(scene.site, scene.device))
    base = pixel(scene, (0, scene.horizon))[1]
    x = -10
    while x < canvas.shape[1]:
        wide = int(rng.integers(28, 90))
        tall = int(rng.integers(10, int(scene.height * 0.16)))
        tone = shade((206, 178, 148), rng.uniform(0.92, 1.06))
        cv2.rectangle(canvas, (x, base - tall), (x + wide, base), tone, -1)
        for wx in range(x + 5, x + wide - 5, 8):
            for wy in range(base - tall + 5, base - 4, 9):
                cv2.rectangle(canvas, (wx, wy), (wx + 2, wy + 3), shade(tone, 0.86), -1)
        x += wide + int(rng.integers(-6, 26))


def _ground(canvas: Image, scene: CameraScene) -> None:
    """Compacted earth that lightens toward the horizon, with a hoarding along it."""
    horizon = pixel(scene, (0, scene.horizon))[1]
    height, width = canvas.shape[:2]
    rows = np.linspace(1.12, 0.86, height - horizon, dtype=np.float32)[:, None, None]
    rng = np.random.default_rng(_seed(scene.site, "ground"))
    small = rng.normal(0, 7, (24, 40)).astype(np.float32)
    coarse = cv2.resize(small, (width, height - horizon), interpolation=cv2.INTER_CUBIC)
    fine = rng.normal(0, 4, (height - horizon, width)).astype(np.float32)
    tone = np.array(GROUND, np.float32) * rows + (coarse + fine)[..., None]
    canvas[horizon:] = np.clip(tone, 0, 255).astype(np.uint8)
    for share in (0.10, 0.16, 0.46, 0.52):  # lorry tracks toward the gate
        far = (int(width * (0.42 + share * 0.2)), horizon)
        near = (int(width * (share * 1.5)), height)
        cv2.line(canvas, far, near, shade(GROUND, 0.9), 3, cv2.LINE_AA)
    top = horizon - int(scene.height * 0.055)
    cv2.rectangle(canvas, (0, top), (width, horizon + 3), HOARDING, -1)
    cv2.rectangle(canvas, (0, top), (width, top + 4), (214, 214, 210), -1)
    cv2.rectangle(canvas, (0, horizon - 2), (width, horizon + 3), shade(HOARDING, 0.7), -1)
    for x in range(0, width, 46):
        cv2.line(canvas, (x, top), (x, horizon + 3), shade(HOARDING, 0.78), 1)


def _zone(canvas: Image, scene: CameraScene, zone: ZoneScene, code: str, toward: int) -> None:
    codes = [c for c, _ in zone.states]
    index = codes.index(code)
    now = zone.states[index][1]
    following = zone.states[min(index + 1, len(codes) - 1)][1]
    outline = np.array([pixel(scene, p) for p in zone.polygon], np.int32)
    left, top, wide, tall = cv2.boundingRect(outline)
    layer = canvas.copy()
    storey = tall / len(now)
    for band, lower, upper, material in layers(now, following, toward / 20):
        if material == "sky":
            continue
        foot = round(top + tall - storey * band)
        whole = np.empty((foot - round(foot - storey), wide, 3), np.uint8)
        paint(whole, material, _seed(zone.zone, material) + band, zone.upright)
        if zone.upright and material not in ("soil", "trench"):
            _storey(whole, material)
        high, low = round(storey * (upper - band)), round(storey * (lower - band))
        piece = whole[len(whole) - min(high, len(whole)) : len(whole) - low]
        layer[foot - low - len(piece) : foot - low, left : left + wide] = piece
    mask = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillPoly(mask, [outline], 255)
    if not zone.upright:
        layer = _converging(layer, mask, (left, top, wide, tall))
    cv2.copyTo(layer, mask, canvas)
    if zone.upright:
        _side(canvas, (left, top, wide, tall), now, following, toward / 20)
    else:
        cv2.polylines(canvas, [outline], True, (196, 200, 204), 1, cv2.LINE_AA)


def _converging(layer: Image, mask: Image, box: tuple[int, int, int, int]) -> Image:
    """Squeezes each row of ground into the outline, so that its texture runs to the horizon."""
    left, top, wide, tall = box
    rows = mask[top : top + tall] > 0
    first = np.argmax(rows, axis=1).astype(np.float32)[:, None]
    width = np.maximum(rows.sum(axis=1), 1).astype(np.float32)[:, None]
    across = (np.arange(layer.shape[1], dtype=np.float32)[None, :] - first) / width
    columns = np.clip(left + across * (wide - 1), left, left + wide - 1).astype(np.float32)
    lines = np.broadcast_to(np.arange(top, top + tall, dtype=np.float32)[:, None], columns.shape)
    squeezed = layer.copy()
    squeezed[top : top + tall] = cv2.remap(
        layer, columns, np.ascontiguousarray(lines), cv2.INTER_LINEAR
    )
    return squeezed


def layers(
    now: tuple[str, ...], following: tuple[str, ...], toward: float
) -> list[tuple[int, float, float, str]]:
    """What is painted where: ``(band, lower, upper, material)`` with heights in bands.

    The bands that differ from the next state turn into it from the bottom one upward, each
    from its lower edge upward; ``toward`` is the share of them that has turned.
    """
    differing = [b for b, (a, z) in enumerate(zip(now, following, strict=True)) if a != z]
    done = toward * len(differing)
    painted: list[tuple[int, float, float, str]] = []
    for band, material in enumerate(now):
        if band not in differing:
            painted.append((band, band, band + 1, material))
            continue
        share = min(1.0, max(0.0, done - differing.index(band)))
        if share > 0:
            painted.append((band, band, band + share, following[band]))
        if share < 1:
            painted.append((band, band + share, band + 1, material))
    return painted


def _storey(wall: Image, material: str) -> None:
    """A floor slab below, and scaffolding before what is not finished."""
    storey, wide = wall.shape[:2]
    cv2.rectangle(wall, (0, storey - max(2, storey // 24)), (wide, storey), (128, 134, 126), -1)
    if material == "facade":
        return
    for x in range(14, wide, 44):
        cv2.line(wall, (x, 0), (x, storey), POLE, 1)
    cv2.line(wall, (0, storey // 2), (wide, storey // 2), POLE, 1)


def _side(
    canvas: Image,
    box: tuple[int, int, int, int],
    now: tuple[str, ...],
    following: tuple[str, ...],
    toward: float,
) -> None:
    """The building's flank, receding to the right: depth without touching the zone."""
    left, top, wide, tall = box
    x, deep, rise = left + wide, int(wide * 0.13), int(tall * 0.05)
    for _, lower, upper, material in layers(now, following, toward):
        if material in ("sky", "soil", "trench"):
            continue
        y0, y1 = top + tall - tall * upper / len(now), top + tall - tall * lower / len(now)
        lift0, lift1 = rise * (1 - (y0 - top) / tall), rise * (1 - (y1 - top) / tall)
        face = [(x, y0), (x + deep, y0 - lift0 + rise * 0.6), (x + deep, y1 - lift1), (x, y1)]
        face[1] = (x + deep, y0 + (rise * (y1 - y0) / tall) - lift1)
        tone = (150, 184, 204) if material == "facade" else MESH
        cv2.fillPoly(canvas, [np.array(face, np.int32)], tone, cv2.LINE_AA)
        for share in (0.25, 0.5, 0.75, 1.0):
            px = int(x + deep * share)
            cv2.line(
                canvas,
                (px, int(y0 - lift1 * share)),
                (px, int(y1 - lift1 * share)),
                shade(tone, 0.8),
                1,
                cv2.LINE_AA,
            )
        cv2.line(
            canvas, (x, int(y1)), (x + deep, int(y1 - lift1)), shade(tone, 0.7), 2, cv2.LINE_AA
        )


def _barrier(canvas: Image, scene: CameraScene, polygon: tuple[Point, ...]) -> None:
    """Red and white rails on posts around the danger zone, its ground slightly darker."""
    corners = np.array([pixel(scene, p) for p in polygon], np.int32)
    dark = canvas.copy()
    cv2.fillPoly(dark, [corners], (70, 84, 96))
    cv2.addWeighted(dark, 0.35, canvas, 0.65, 0, canvas)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        length = float(np.hypot(*(end - start)))
        count = max(2, int(length / 16))
        steps = [start + (end - start) * i / count for i in range(count + 1)]
        for i, (a, b) in enumerate(itertools.pairwise(steps)):
            tone = (52, 48, 206) if i % 2 else (236, 238, 240)
            lift = np.array((0, -9))
            cv2.line(canvas, _ints(a + lift), _ints(b + lift), tone, 3, cv2.LINE_AA)
            if i % 3 == 0:
                cv2.line(canvas, _ints(a), _ints(a + lift * 1.5), (70, 74, 78), 2, cv2.LINE_AA)


def _lit(scene: CameraScene, albedo: Image, solid: Floats, light: Light) -> Image:
    height, width = albedo.shape[:2]
    horizon = pixel(scene, (0, scene.horizon))[1]
    rows = np.clip(1 - np.arange(height, dtype=np.float32) / horizon, 0, 1)
    sky = np.array([light.sky(float(h)) for h in rows], np.float32)[:, None, :]
    picture = albedo.astype(np.float32) * np.array(light.ambient, np.float32)
    if light.darkness > 0:
        picture *= 1 + light.darkness * (_pools(width, height)[..., None] - 1)
    if light.rain:
        haze = np.array(light.sky(0.2), np.float32)
        picture += (haze - picture) * (0.012 * light.rain)
    picture = sky + (picture - sky) * solid[..., None]
    if light.darkness > 0.2:
        _lamps(picture, scene, light.darkness)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _pools(width: int, height: int) -> Floats:
    """Floodlight falls off toward the borders."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-0.9, 1.1, height, dtype=np.float32)[:, None]
    return np.asarray(1.12 - 0.30 * np.clip(x * x + y * y * 0.8, 0, 1.4), np.float32)


def _lamps(picture: Floats, scene: CameraScene, darkness: float) -> None:
    """Two floodlight masts at the hoarding with their glow."""
    for x in (0.035, 0.965):
        foot, head = pixel(scene, (x, scene.horizon)), pixel(scene, (x, 0.13))
        cv2.line(picture, foot, head, (60, 62, 64), 3, cv2.LINE_AA)
        picture += _glow(*picture.shape[:2], *head) * (darkness * 0.8)


@lru_cache(maxsize=16)
def _glow(height: int, width: int, x: int, y: int) -> Floats:
    """A lamp's bright core and the haze it lights, in warm white."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    far = (rows - y) ** 2 + (columns - x) ** 2
    glow = 0.7 * np.exp(-far / 1350) + np.exp(-far / 108)
    return np.asarray(glow[..., None] * np.array((170, 205, 222), np.float32), np.float32)


def _ints(point: NDArray[np.float64]) -> tuple[int, int]:
    return int(point[0]), int(point[1])


def _seed(*parts: str) -> int:
    """A number that is the same in every process, unlike ``hash``."""
    return int.from_bytes(" ".join(parts).encode()[-6:], "big") % 2**31
