"""Fire, smoke, loads, soil and the look-alikes of hazards, as painted into a picture."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siteward_contracts.scene_palette import LOAD, MATERIALS, NET
from siteward_simulators.devices.figures import person_height
from siteward_simulators.devices.light import Colour
from siteward_simulators.devices.materials import Image, Tone, shade
from siteward_simulators.devices.scene import CameraScene
from siteward_simulators.world.chance import seed_of, unit
from siteward_simulators.world.state import Sight

FLAMES: Final[tuple[tuple[Tone, float], ...]] = (
    ((18, 92, 236), 1.0),
    ((22, 148, 252), 0.72),
    ((70, 214, 255), 0.42),
)
"""Colour and size of a flame's tongues, from the outside in. Fire gives its own light."""
LICKS: Final = 12.0
"""Times a second a flame takes another shape."""
PUFFS: Final = 14
SMOKE: Final[Tone] = (96, 98, 102)
STEAM: Final[Tone] = (238, 238, 236)
ORANGE: Final[Tone] = (34, 122, 232)
GRAIN: Final = 12.0


def draw_ground(picture: Image, scene: CameraScene, sight: Sight, ambient: Colour) -> None:
    """Soil, or the dust net over it, with a grain of its own."""
    corners = np.array([(x * scene.width, y * scene.height) for x, y in sight.polygon]).round()
    outline = corners.astype(np.int32)
    left, top, wide, tall = cv2.boundingRect(outline)
    mask = np.zeros((tall, wide), np.uint8)
    cv2.fillPoly(mask, [outline - (left, top)], (255,))
    colour = MATERIALS["soil"] if sight.what == "soil" else NET
    tone = np.array(colour, np.float32) * np.array(ambient, np.float32)
    grain = _grain(tall, wide)[..., None] * (1.0 if sight.what == "soil" else 0.4)
    layer = np.clip(tone * (1 + grain / 100), 0, 255).astype(np.uint8)
    part = picture[max(0, top) : top + tall, max(0, left) : left + wide]
    cv2.copyTo(
        layer[: part.shape[0], : part.shape[1]], mask[: part.shape[0], : part.shape[1]], part
    )


def draw_sight(
    picture: Image, scene: CameraScene, sight: Sight, seconds: float, ambient: Colour
) -> None:
    """Draws what stands or burns at ``sight.x``, ``sight.y``."""
    _PAINTERS[sight.what](picture, scene, sight, seconds, ambient)


def _fire(
    picture: Image, scene: CameraScene, sight: Sight, seconds: float, ambient: Colour
) -> None:
    """Smoke that grows and rises behind flames that never keep their shape."""
    h = _size(scene, sight)
    x, y = sight.x * scene.width, sight.y * scene.height
    grown = min(1.0, 0.25 + sight.seconds / 14)
    _puffs(picture, (x, y - 0.4 * h), h * 0.55 * grown, 4.2 * h * grown, 6.0, seconds, SMOKE, 0.6)
    lick = math.floor(seconds * LICKS)
    seed = seed_of(sight.camera, "flame")
    for tone, share in FLAMES:
        for n in range(5):
            reach = 0.55 + 0.65 * unit(seed ^ n, lick)
            lean = 0.3 * (unit(seed ^ (n + 40), lick) - 0.5)
            foot = x + (n - 2) * 0.13 * h * share
            tongue = np.array(
                [
                    (foot - 0.13 * h * share, y),
                    (foot - 0.11 * h * share, y - 0.25 * h * share * reach),
                    (foot + lean * h * share, y - 0.85 * h * share * reach),
                    (foot + 0.11 * h * share, y - 0.25 * h * share * reach),
                    (foot + 0.13 * h * share, y),
                ]
            )
            cv2.fillPoly(picture, [(tongue * 16).round().astype(np.int32)], tone, cv2.LINE_AA, 4)


def _steam(
    picture: Image, scene: CameraScene, sight: Sight, seconds: float, ambient: Colour
) -> None:
    """White puffs from a pipe that are gone after a metre or two."""
    h = _size(scene, sight)
    x, y = sight.x * scene.width, sight.y * scene.height
    b, g, r = (int(c * a) for c, a in zip(STEAM, ambient, strict=True))
    _puffs(picture, (x, y - 0.2 * h), h * 0.22, 1.1 * h, 1.6, seconds, (b, g, r), 0.75)
    cv2.line(picture, (int(x), int(y)), (int(x), int(y - 0.2 * h)), _lit((90, 96, 100), ambient), 3)


def _puffs(
    picture: Image,
    foot: tuple[float, float],
    radius: float,
    rise: float,
    life: float,
    seconds: float,
    tone: Tone,
    strength: float,
) -> None:
    """Soft balls that rise from a foot, widen, drift and fade within ``life`` seconds."""
    height, width = picture.shape[:2]
    cover = np.zeros((height, width), np.uint8)
    for n in range(PUFFS):
        age = (seconds / life + n / PUFFS) % 1
        wobble = math.sin(seconds * 1.3 + n * 2.1) * radius * 0.5
        at = (int(foot[0] + wobble + age * rise * 0.3), int(foot[1] - age * rise))
        size = max(2, int(radius * (0.4 + age)))
        fade = int(255 * strength * (1 - age) ** 0.6)
        ball = np.zeros_like(cover)
        cv2.circle(ball, at, size, (fade,), -1, cv2.LINE_AA)
        cv2.max(cover, ball, cover)
    reach = max(3, int(radius * 0.5)) | 1
    soft = cv2.GaussianBlur(cover, (reach, reach), 0).astype(np.float32)[..., None] / 255
    mixed = picture * (1 - soft) + np.array(tone, np.float32) * soft
    picture[:] = mixed.astype(np.uint8)


def _machine(
    picture: Image, scene: CameraScene, sight: Sight, seconds: float, ambient: Colour
) -> None:
    """An orange roller that trembles as its motor runs."""
    h = _size(scene, sight)
    x = sight.x * scene.width + 0.6 * math.sin(seconds * 31)
    y = sight.y * scene.height
    body = _lit(ORANGE, ambient)
    _box(picture, x - 0.55 * h, y - 0.75 * h, x + 0.55 * h, y - 0.2 * h, body)
    _box(picture, x - 0.2 * h, y - 1.05 * h, x + 0.25 * h, y - 0.7 * h, _lit((60, 62, 64), ambient))
    for side in (-0.4, 0.4):
        at = (int(x + side * h), int(y - 0.16 * h))
        cv2.circle(picture, at, max(2, int(0.18 * h)), _lit((40, 42, 46), ambient), -1, cv2.LINE_AA)


def _beacon(
    picture: Image, scene: CameraScene, sight: Sight, seconds: float, ambient: Colour
) -> None:
    """A warning light on a post: on and off twice a second."""
    h = _size(scene, sight)
    x, y = int(sight.x * scene.width), int(sight.y * scene.height)
    cv2.line(picture, (x, y), (x, int(y - 0.9 * h)), _lit((120, 126, 130), ambient), 3)
    on = (seconds * 1.1) % 1 < 0.5
    tone: Tone = (40, 170, 255) if on else _lit((30, 90, 150), ambient)
    cv2.circle(picture, (x, int(y - h)), max(3, int(0.16 * h)), tone, -1, cv2.LINE_AA)


def _welding(
    picture: Image, scene: CameraScene, sight: Sight, seconds: float, ambient: Colour
) -> None:
    """A blue-white arc that burns in bursts."""
    h = _size(scene, sight)
    at = (int(sight.x * scene.width), int(sight.y * scene.height - 0.3 * h))
    lick = math.floor(seconds * LICKS)
    if unit(seed_of("arc"), lick // 9) > 0.6 or unit(seed_of("arc", 1), lick) > 0.7:
        return
    size = h * (0.08 + 0.1 * unit(seed_of("arc", 2), lick))
    cv2.circle(picture, at, max(3, int(size * 1.8)), (255, 226, 190), -1, cv2.LINE_AA)
    cv2.circle(picture, at, max(2, int(size)), (255, 255, 255), -1, cv2.LINE_AA)


def _load(
    picture: Image, scene: CameraScene, sight: Sight, seconds: float, ambient: Colour
) -> None:
    """A bundle in a purple sheet on a sling, hanging above heads."""
    h = person_height(scene, sight.y)
    x, y = sight.x * scene.width, sight.y * scene.height
    bottom = max(0.1 * scene.height, y - LIFT * h)
    wide, tall = LOAD_SIZE[0] * scene.width, LOAD_SIZE[1] * scene.height
    rope = _lit((60, 60, 60), ambient)
    hook = (int(x), int(bottom - tall - 0.05 * scene.height))
    cv2.line(picture, (int(x), 0), hook, rope, 2, cv2.LINE_AA)
    for side in (-0.45, 0.45):
        cv2.line(picture, hook, (int(x + side * wide), int(bottom - tall)), rope, 1, cv2.LINE_AA)
    _box(picture, x - wide / 2, bottom - tall, x + wide / 2, bottom, _lit(LOAD, ambient))


def _lamp(
    picture: Image, scene: CameraScene, sight: Sight, seconds: float, ambient: Colour
) -> None:
    """The headlamp of plant that is itself too dark to be seen."""
    at = (int(sight.x * scene.width), int(sight.y * scene.height))
    cv2.circle(picture, at, max(3, scene.width // 130), (255, 255, 255), -1, cv2.LINE_AA)


def _size(scene: CameraScene, sight: Sight) -> float:
    return person_height(scene, sight.y) * 0.8


def _box(picture: Image, left: float, top: float, right: float, bottom: float, tone: Tone) -> None:
    cv2.rectangle(picture, (int(left), int(top)), (int(right), int(bottom)), tone, -1)
    dark = shade(tone, 0.8)
    cv2.rectangle(picture, (int(left), int(top)), (int(right), int(bottom)), dark, 1)


def _lit(tone: Tone, ambient: Colour) -> Tone:
    b, g, r = (int(c * a) for c, a in zip(tone, ambient, strict=True))
    return (b, g, r)


@lru_cache(maxsize=32)
def _grain(height: int, width: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(height * 7919 + width)
    return rng.normal(0, GRAIN, (height, width)).astype(np.float32)


LIFT: Final = 1.5
"""Person heights from the ground to the lower edge of a load."""
LOAD_SIZE: Final = (0.07, 0.05)
"""Width and height of a load, as fractions of the picture."""

_Painter = Callable[[Image, CameraScene, Sight, float, Colour], None]
_PAINTERS: Final[dict[str, _Painter]] = {
    "fire": _fire,
    "steam": _steam,
    "machine": _machine,
    "beacon": _beacon,
    "welding": _welding,
    "load": _load,
    "lamp": _lamp,
}
