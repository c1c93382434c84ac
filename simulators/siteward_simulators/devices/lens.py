"""What stands between a site and its picture: fog, a low sun, a lens, a shutter."""

import math
from typing import Final

import cv2
import numpy as np

from siteward_simulators.devices.light import Light, mix
from siteward_simulators.devices.materials import Image

FOG: Final = (198.0, 194.0, 190.0)
"""Colour of lit fog (BGR)."""
NEAR: Final = 0.2
"""How far the nearest ground is, against the horizon."""
DEFOCUS: Final = 0.006
"""Blur of a lens out of focus, in picture widths."""
BANDS: Final = 2.4
"""Waves of mains light over the picture's height."""
SWING: Final = 0.16
"""How much they take and give."""


def fog(picture: Image, density: float, horizon: float, light: Light) -> Image:
    """Takes contrast away, the more the farther something is.

    Args:
        picture: Is painted over.
        density: 0 none to 1: a hundred metres of sight.
        horizon: ``y`` of the horizon; above it everything is far.
        light: Colours the fog.
    """
    height, width = picture.shape[:2]
    y = np.linspace(0, 1, height)
    far = np.clip((1 - y) / (1 - horizon), 0, 1) ** 2
    lost = 1 - np.exp(-2.2 * density * (NEAR + (1 - NEAR) * far))
    lit = light.daylight + 0.5 * light.darkness  # floodlights make it glow
    veil = np.array(mix(light.sky(0), (FOG[0] * lit, FOG[1] * lit, FOG[2] * lit), 0.5), np.float32)
    keep = np.broadcast_to((1 - lost)[:, None, None], (height, width, 3)).astype(np.float32)
    return np.asarray(np.clip(picture * keep + veil * (1 - keep), 0, 255), np.uint8)


def low_sun(picture: Image, strength: float) -> Image:
    """The sun in the picture: a white patch, and a veil over everything."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot(x / width - 0.72, (y / height - 0.2) * height / width)
    veil = strength * (45 + 230 * np.exp(-((away / 0.16) ** 2)))
    return np.asarray(np.clip(picture * (1 - 0.25 * strength) + veil[..., None], 0, 255), np.uint8)


def defocused(picture: Image, share: float = DEFOCUS) -> Image:
    """What a lens out of focus makes of it."""
    blurred = cv2.GaussianBlur(picture, (0, 0), share * picture.shape[1])
    return np.asarray(blurred, np.uint8)


def flickering(picture: Image, seconds: float) -> Image:
    """Mains light under a wrong shutter time: bands that wander."""
    waves = np.linspace(0, BANDS, picture.shape[0]) + seconds * 0.83
    gain = 1 + SWING * np.sin(2 * math.pi * waves)
    lit = picture * gain[:, None, None].astype(np.float32)
    return np.asarray(np.clip(lit, 0, 255), np.uint8)
