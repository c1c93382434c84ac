"""Looks, tracks and instants for the tests of hazards."""

from datetime import UTC, datetime, timedelta

import numpy as np

from siteward_edge.hazards.ports import Look, Track
from siteward_edge.vision.ports import Box, DetectedPerson, DetectedThing, Image

T0 = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""A Monday, nine o'clock in Shanghai."""
GREY: Image = np.full((360, 640, 3), 110, np.uint8)


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def standing(x: float, y: float, tall: float = 0.3, **clothes: bool | None) -> DetectedPerson:
    return DetectedPerson((x - tall / 6, y - tall, tall / 3, tall), 0.8, **clothes)


def track(name: str, person: DetectedPerson, pictures: int = 9, since: datetime = T0) -> Track:
    return Track(name, person, since, pictures)


def look(
    ts: datetime, *tracks: Track, things: tuple[DetectedThing, ...] = (), image: Image = GREY
) -> Look:
    return Look(ts, image, tracks, things)


def box_at(x: float, y: float, tall: float = 0.3) -> Box:
    return standing(x, y, tall).box
