"""What moves in a picture: people on foot and the tower crane."""

import math
from typing import Final

import cv2
import numpy as np

from siteward_contracts.scene_palette import HAIR, HELMET, JACKET, SKIN, TROUSERS, VEST
from siteward_simulators.devices.light import Colour
from siteward_simulators.devices.materials import Image, Tone
from siteward_simulators.devices.scene import CameraScene
from siteward_simulators.world.state import Crane, Person

TALL: Final = 0.40
"""Height of a person standing at the lower border, in picture heights, horizon at 0.42."""

STEEL: Final[Tone] = (40, 168, 226)


def person_height(scene: CameraScene, y: float) -> float:
    """Pixels from feet to helmet of somebody whose feet are at ``y``."""
    depth = max(0.02, y - scene.horizon + 0.04) / (1 - 0.42 + 0.04)
    return max(14.0, TALL * scene.height * depth)


def draw_person(
    picture: Image, scene: CameraScene, person: Person, seconds: float, ambient: Colour
) -> None:
    """Draws somebody walking, feet at ``person.x``, ``person.y``."""
    h = person_height(scene, person.y)
    x, y = person.x * scene.width, person.y * scene.height

    def tone(colour: Tone) -> Tone:
        b, g, r = (min(255, int(c * a)) for c, a in zip(colour, ambient, strict=True))
        return (b, g, r)

    def at(dx: float, dy: float) -> tuple[int, int]:
        return round((x + dx * h) * 16), round((y - dy * h) * 16)

    phase = seconds * 5.5 + sum(person.key.encode()) + person.x * 60
    swing = math.sin(phase) * 0.10
    stroke = max(2, round(h * 0.085))
    thin = max(1, round(h * 0.06))
    shadow = (round(x * 16), round(y * 16))
    axes = (max(16, round(h * 0.17 * 16)), max(8, round(h * 0.035 * 16)))
    cv2.ellipse(picture, shadow, axes, 0, 0, 360, tone((70, 76, 80)), -1, cv2.LINE_AA, 4)
    for side in (1, -1):
        _limb(picture, at(0.03 * side, 0.48), at(swing * side, 0.02), tone(TROUSERS), stroke)
    coat = tone(VEST if person.vest else JACKET)
    torso = np.array([at(-0.115, 0.80), at(0.115, 0.80), at(0.10, 0.46), at(-0.10, 0.46)], np.int32)
    cv2.fillPoly(picture, [torso], coat, cv2.LINE_AA, 4)
    if person.vest and h > 34:
        band = tone((216, 222, 224))
        _limb(picture, at(-0.105, 0.59), at(0.105, 0.59), band, max(1, round(h * 0.022)))
    for side in (1, -1):
        hand = at(0.14 * side - swing * side * 0.8, 0.47)
        _limb(picture, at(0.12 * side, 0.77), hand, tone(JACKET), thin)
    _disc(picture, at(0, 0.885), h * 0.066, tone(SKIN))
    crown = tone(HELMET.get(person.helmet, HAIR) if person.helmet else HAIR)
    cap = (max(16, round(h * 0.083 * 16)), max(16, round(h * 0.085 * 16)))
    cv2.ellipse(picture, at(0, 0.915), cap, 0, 180, 360, crown, -1, cv2.LINE_AA, 4)


def draw_crane(picture: Image, scene: CameraScene, crane: Crane, ambient: Colour) -> None:
    """Draws the tower crane: mast, slewing jib with trolley and hook, counterweight."""
    if scene.crane is None:
        return
    b, g, r = (int(c * a) for c, a in zip(STEEL, ambient, strict=True))
    steel: Tone = (b, g, r)
    foot = (int(scene.crane[0] * scene.width), int(scene.crane[1] * scene.height))
    top = (foot[0], int(scene.height * 0.115))
    half = max(3, scene.width // 190)
    _lattice(picture, foot, top, half, steel)
    angle = math.radians(crane.slew)
    reach = scene.width * 0.44
    drop = scene.height * 0.035

    def along(share: float) -> tuple[int, int]:
        return (
            int(top[0] + math.cos(angle) * reach * share),
            int(top[1] + math.sin(angle) * drop * share),
        )

    peak = (top[0], top[1] - int(scene.height * 0.06))
    for side in (-2, 2):
        _line(
            picture,
            (along(-0.3)[0], along(-0.3)[1] + side),
            (along(1)[0], along(1)[1] + side),
            steel,
        )
    for i in range(-6, 21):
        a, z = along(i / 20), along((i + 1) / 20)
        if i < 20:
            tilt = 2 if i % 2 else -2
            _line(picture, (a[0], a[1] + tilt), (z[0], z[1] - tilt), steel)
    for end in (along(0.72), along(-0.28), top):
        _line(picture, peak, end, steel)
    weight = along(-0.27)
    cv2.rectangle(
        picture, (weight[0] - 9, weight[1]), (weight[0] + 9, weight[1] + 14), _dim(ambient, 104), -1
    )
    cab = (top[0] + (6 if math.cos(angle) >= 0 else -18), top[1] + 5)
    cv2.rectangle(picture, cab, (cab[0] + 12, cab[1] + 13), _dim(ambient, 225), -1)
    trolley = along(min(0.97, max(0.08, crane.radius / 60)))
    ground = scene.horizon * scene.height
    hook = (
        trolley[0],
        int(ground - min(1.0, max(0.0, crane.height / 45)) * (ground - trolley[1] - 12)),
    )
    _line(picture, trolley, hook, _dim(ambient, 40))
    size = 4 + int(min(6.0, crane.load) * 2)
    if crane.load > 0.2:
        cv2.rectangle(picture, hook, (hook[0] + size * 2, hook[1] + size), _dim(ambient, 92), -1)
        return
    cv2.circle(picture, hook, 3, _dim(ambient, 60), -1, cv2.LINE_AA)


def _lattice(
    picture: Image, foot: tuple[int, int], top: tuple[int, int], half: int, tone: Tone
) -> None:
    for side in (-half, half):
        cv2.line(picture, (foot[0] + side, foot[1]), (top[0] + side, top[1]), tone, 2, cv2.LINE_AA)
    step = half * 3
    for i, y in enumerate(range(top[1], foot[1] - step, step)):
        a = (top[0] - half * (-1) ** i, y)
        z = (top[0] + half * (-1) ** i, y + step)
        _line(picture, a, z, tone)


def _line(picture: Image, a: tuple[int, int], z: tuple[int, int], tone: Tone) -> None:
    cv2.line(picture, a, z, tone, 1, cv2.LINE_AA)


def _limb(
    picture: Image, a: tuple[int, int], z: tuple[int, int], tone: Tone, thickness: int
) -> None:
    cv2.line(picture, a, z, tone, thickness, cv2.LINE_AA, 4)


def _disc(picture: Image, centre: tuple[int, int], radius: float, tone: Tone) -> None:
    cv2.circle(picture, centre, max(16, round(radius * 16)), tone, -1, cv2.LINE_AA, 4)


def _dim(ambient: Colour, value: int) -> Tone:
    b, g, r = (int(value * a) for a in ambient)
    return (b, g, r)
