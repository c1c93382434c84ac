"""Which pictures prove that a hazard is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Final

from siteward_rules.hazards.states import HazardGateError

GEOFENCE_METRES: Final = 300.0
"""How far from the site a phone may be (platform default)."""
ACCURACY_METRES: Final = 100.0
"""How vague a phone's position may be (platform default)."""
_EARTH_METRES: Final = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture kept under its hash.

    Attributes:
        sha256: Of its bytes.
        ts: When it was taken.
        camera: The fixed camera that took it; None if a phone did.
        moved: Whether that camera had moved by then: another view proves nothing.
        distance: Metres from a phone to the site; None if it did not say.
        accuracy: Metres by which that may be wrong.
    """

    sha256: str
    ts: datetime
    camera: str | None = None
    moved: bool = False
    distance: float | None = None
    accuracy: float = 0.0


def check_pictures(
    pictures: Iterable[Picture], fixed_at: datetime, at: datetime, camera: str | None
) -> None:
    """Refuses pictures that prove nothing.

    Args:
        pictures: What is shown.
        fixed_at: When the fix was claimed.
        at: When somebody looked again.
        camera: The camera that first showed the hazard; None if none did.

    Raises:
        HazardGateError: Taken before the fix or in the future; from another camera or another
            view; or from a phone that was not on the site.
    """
    for picture in pictures:
        name = picture.sha256[:12]
        if picture.ts <= fixed_at:
            text = f"picture {name} of {picture.ts} is not later than the fix claimed {fixed_at}"
            raise HazardGateError("picture_too_early", text)
        if picture.ts > at:
            raise HazardGateError("picture_in_future", f"picture {name} is of {picture.ts}")
        if picture.camera is None:
            _check_phone(picture)
        elif camera is not None and picture.camera != camera:
            text = f"picture {name} is {picture.camera}'s; the hazard was seen by {camera}"
            raise HazardGateError("other_camera", text)
        elif picture.moved:
            text = f"{picture.camera} had moved when picture {name} was taken"
            raise HazardGateError("camera_moved", text)


def _check_phone(picture: Picture) -> None:
    name = picture.sha256[:12]
    if picture.distance is None or picture.accuracy > ACCURACY_METRES:
        text = f"picture {name} does not say closely enough where it was taken"
        raise HazardGateError("place_unknown", text)
    if picture.distance > GEOFENCE_METRES:
        text = f"picture {name} was taken {picture.distance:.0f} m from the site"
        raise HazardGateError("not_on_site", text)


def metres(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Distance on the globe, by the haversine formula; degrees in, metres out."""
    north = radians(to_latitude - latitude) / 2
    east = radians(to_longitude - longitude) / 2
    chord = sin(north) ** 2 + cos(radians(latitude)) * cos(radians(to_latitude)) * sin(east) ** 2
    return 2 * _EARTH_METRES * asin(sqrt(min(1.0, chord)))
