"""One picture of a camera: the kept background, what moves before it, then the lens."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from siteward_contracts.clock import SHANGHAI
from siteward_simulators.devices.backdrop import MARGIN, ZonesKey, backdrop
from siteward_simulators.devices.figures import draw_crane, draw_person
from siteward_simulators.devices.lens import defocused, flickering, fog, low_sun
from siteward_simulators.devices.light import Colour, Light, light_of
from siteward_simulators.devices.materials import Image
from siteward_simulators.devices.scene import CameraScene
from siteward_simulators.devices.sights import draw_ground, draw_sight
from siteward_simulators.world.state import CameraTruth, Person, Sight, SiteState

NOISES: Final = 5
"""Noise fields kept; each frame takes one of them at another offset."""


def render(state: SiteState, scene: CameraScene, seconds: float) -> Image:
    """What the camera's sensor delivers.

    Args:
        state: The site at that instant.
        scene: What the camera looks at.
        seconds: Time in seconds, for gait, rain, shake and noise; a frozen camera's caller
            repeats its last picture instead of calling this.

    Returns:
        height x width x 3, BGR, a fresh array.
    """
    truth = state.cameras.get(scene.device, CameraTruth(scene.device))
    if truth.fault == "black":
        return _noisy(np.zeros((scene.height, scene.width, 3), np.uint8), seconds, 1)
    light = light_of(state.weather)
    if truth.fault == "covered":
        return _noisy(_cloth(scene.width, scene.height, light), seconds, 1)
    zones: ZonesKey = tuple(
        (zone.zone, truth_.state, int(truth_.toward_next * 20))
        for zone in scene.zones
        if (truth_ := state.zones.get(zone.zone)) is not None
    )
    picture = _shaken(backdrop(scene, zones, light), scene, seconds, state.weather.wind)
    ambient = light.ambient
    if state.crane is not None:
        draw_crane(picture, scene, state.crane, ambient)
    _draw_what_stands(picture, state, scene, seconds, ambient)
    if light.rain:
        cv2.add(picture, _streaks(scene.width, scene.height, light, int(seconds * 10) % 4), picture)
    if state.weather.fog:
        picture = fog(picture, state.weather.fog, scene.horizon, light)
    if state.weather.glare:
        picture = low_sun(picture, state.weather.glare)
    if truth.fault == "moved":
        picture = _shifted(picture, truth.shift)
    if truth.fault == "blurred":
        picture = defocused(picture)
    if truth.fault == "flicker":
        picture = flickering(picture, seconds)
    shown = state.at + timedelta(seconds=truth.clock_offset)
    return _stamp(_noisy(picture, seconds, 2 if light.darkness > 0.5 else 1), scene, shown)


def _draw_what_stands(
    picture: Image, state: SiteState, scene: CameraScene, seconds: float, ambient: Colour
) -> None:
    """Everything on the ground, from the farthest to the nearest."""
    seen = [sight for sight in state.sights if sight.camera == scene.device]
    for plot in (sight for sight in seen if sight.polygon):
        draw_ground(picture, scene, plot, ambient)
    standing: list[Person | Sight] = [sight for sight in seen if not sight.polygon]
    standing += [person for person in state.people if person.camera == scene.device]
    for one in sorted(standing, key=lambda one: one.y):
        if isinstance(one, Person):
            draw_person(picture, scene, one, seconds, ambient)
        else:
            draw_sight(picture, scene, one, seconds, ambient)


def _shaken(still: Image, scene: CameraScene, seconds: float, wind: float) -> Image:
    """The mast sways a pixel or two, more in wind."""
    sway = min(3.0, 0.4 + wind * 0.14)
    dx = MARGIN + round(sway * float(np.sin(seconds * 2.3)))
    dy = MARGIN + round(sway * 0.6 * float(np.sin(seconds * 3.1 + 1)))
    return still[dy : dy + scene.height, dx : dx + scene.width].copy()


def _shifted(picture: Image, shift: tuple[float, float]) -> Image:
    height, width = picture.shape[:2]
    move = np.array([[1, 0, shift[0] * width], [0, 1, shift[1] * height]], np.float32)
    moved = cv2.warpAffine(picture, move, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


@lru_cache(maxsize=8)
def _noise_fields(width: int, height: int, strength: int) -> list[tuple[Image, Image]]:
    """Pairs of what to add and what to subtract."""
    rng = np.random.default_rng(20260311)
    fields = []
    for _ in range(NOISES):
        noise = rng.normal(0, 1.6 * strength, (height + 32, width + 32, 3))
        fields.append(
            (np.clip(noise, 0, 255).astype(np.uint8), np.clip(-noise, 0, 255).astype(np.uint8))
        )
    return fields


def _noisy(picture: Image, seconds: float, strength: int) -> Image:
    height, width = picture.shape[:2]
    tick = int(seconds * 25)
    more, less = _noise_fields(width, height, strength)[tick % NOISES]
    y, x = (tick * 7) % 32, (tick * 13) % 32
    cv2.add(picture, more[y : y + height, x : x + width], picture)
    cv2.subtract(picture, less[y : y + height, x : x + width], picture)
    return picture


@lru_cache(maxsize=32)
def _streaks(width: int, height: int, light: Light, phase: int) -> Image:
    """Falling rain, to be added to the picture."""
    rng = np.random.default_rng(phase)
    layer = np.zeros((height, width, 3), np.uint8)
    bright = int(26 + 30 * light.daylight)
    for _ in range(light.rain * width // 8):
        x, y = int(rng.integers(0, width)), int(rng.integers(-20, height))
        long = int(rng.integers(10, 26))
        cv2.line(layer, (x, y), (x - long // 5, y + long), (bright, bright, bright), 1, cv2.LINE_AA)
    return layer


def _cloth(width: int, height: int, light: Light) -> Image:
    """A tarpaulin over the lens: soft folds and nothing else."""
    x = np.linspace(0, 5, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 3, height, dtype=np.float32)[:, None]
    folds = 1 + 0.10 * np.sin(x * 1.7 + y) + 0.06 * np.sin(y * 2.1 - x)
    tone = np.array((62, 92, 84), np.float32) * np.array(light.ambient, np.float32)
    return np.asarray(np.clip(folds[..., None] * tone, 0, 255), np.uint8)


def _stamp(picture: Image, scene: CameraScene, shown: datetime) -> Image:
    """The camera's own name and time, as every camera burns in. OpenCV's font is ASCII."""
    local = shown.astimezone(SHANGHAI)
    size = scene.width / 1600
    for text, x, y in (
        (f"{local:%Y-%m-%d %H:%M:%S}", 0.015, 0.052),
        (f"{scene.site} {scene.device}", 0.015, 0.972),
    ):
        left, base = int(x * scene.width), int(y * scene.height)
        for offset, grey in ((1, 30), (0, 245)):
            at = (left + offset, base + offset)
            tone = (grey, grey, grey)
            cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, tone, 1, cv2.LINE_AA)
    return picture
