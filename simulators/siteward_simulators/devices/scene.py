"""What one camera looks at, as the painter needs it: plain values, hashable for caching."""

from dataclasses import dataclass

Point = tuple[float, float]
"""``x``, ``y`` as fractions of the picture, origin at the top left."""


@dataclass(frozen=True, slots=True)
class ZoneScene:
    """A zone and what each of its states looks like.

    Attributes:
        zone: Zone id.
        polygon: Its outline.
        states: Ordered ``(code, pattern)``; a pattern names one material per band, bottom to top.
    """

    zone: str
    polygon: tuple[Point, ...]
    states: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def upright(self) -> bool:
        """Whether it stands up before the sky; a zone that never shows sky lies on the ground."""
        return any("sky" in pattern for _, pattern in self.states)


@dataclass(frozen=True, slots=True)
class DangerZone:
    """Ground where nobody may be, marked with a striped barrier."""

    zone: str
    polygon: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class CameraScene:
    """A camera's view.

    Attributes:
        site: Site slug.
        device: Camera slug.
        width: Picture width in pixels.
        height: Picture height in pixels.
        zones: Zones in view, painted in this order.
        danger_zones: Danger zones in view.
        crane: Where the crane's mast stands (its foot), None when out of view.
        horizon: ``y`` of the horizon; people shrink toward it.
    """

    site: str
    device: str
    width: int
    height: int
    zones: tuple[ZoneScene, ...] = ()
    danger_zones: tuple[DangerZone, ...] = ()
    crane: Point | None = None
    horizon: float = 0.42
