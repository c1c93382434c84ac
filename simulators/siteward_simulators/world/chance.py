"""Chance that can be asked again: the same seed and question always give the same answer."""

import hashlib
import math
import random
from functools import lru_cache
from typing import Final

_MASK: Final = (1 << 64) - 1


def seed_of(*parts: object) -> int:
    """A 64-bit seed from whatever names the thing that is random."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def rng(*parts: object) -> random.Random:
    """A generator of its own for whatever the parts name."""
    return random.Random(seed_of(*parts))


@lru_cache(maxsize=1 << 16)
def unit(seed: int, index: int) -> float:
    """A number in 0..1 that looks random in ``index`` (splitmix64)."""
    z = (seed + index * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((z ^ (z >> 31)) >> 11) / (1 << 53)


def smooth(seed: int, x: float) -> float:
    """A number in -1..1 that wanders smoothly with ``x``, about one swing per unit."""
    whole = math.floor(x)
    part = x - whole
    ease = part * part * (3 - 2 * part)
    left = unit(seed, whole)
    return 2 * (left + (unit(seed, whole + 1) - left) * ease) - 1
