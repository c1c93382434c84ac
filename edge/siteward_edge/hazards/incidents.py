"""From people in single pictures to incidents with a begin and an end. Pure.

One incident per kind and zone at a time: people are not followed from picture to picture,
so two in one zone are one incident, which is what the reader has to act on.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import cv2
import numpy as np

from siteward_contracts.ids import IdSource
from siteward_edge.config.hazards import Confirm, DangerZone
from siteward_edge.config.section import Point
from siteward_edge.vision.ports import Box, DetectedPerson

Key = tuple[str, str | None]
"""Hazard kind and zone."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A hazard in one picture."""

    kind: str
    zone: str | None
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Incident:
    """A confirmed hazard.

    Attributes:
        track: Names it in its begin and its end.
        sighting: The most certain sighting up to its confirmation.
        first_seen: When the first picture showed it.
        last_seen: When a picture last showed it.
    """

    track: str
    sighting: Sighting
    first_seen: datetime
    last_seen: datetime


def feet(box: Box) -> Point:
    """Where a person stands: the middle of the lower edge of the box."""
    x, y, width, height = box
    return (x + width / 2, y + height)


def inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Whether a point lies in a polygon; its border belongs to it."""
    corners = np.asarray(polygon, np.float32)
    return cv2.pointPolygonTest(corners, point, False) >= 0


def sightings(people: Iterable[DetectedPerson], zones: Sequence[DangerZone]) -> list[Sighting]:
    """The hazards one picture shows: people in danger zones, bare heads, no vests.

    What a detector cannot tell (None) is never a violation.
    """
    found = []
    for person in people:
        for zone in zones:
            if inside(feet(person.box), zone.polygon):
                found.append(Sighting("intrusion", zone.id, person.box, person.confidence))
        if person.helmet is False:
            found.append(Sighting("no_helmet", None, person.box, person.confidence))
        if person.vest is False:
            found.append(Sighting("no_vest", None, person.box, person.confidence))
    return found


@dataclass(slots=True)
class Confirmation:
    """N-of-M confirmation of one kind in one zone, and its end after a cool-down.

    Attributes:
        confirm: How many pictures of how many must show it.
        cool_down: An incident ends when no picture showed it for so long.
        open: The incident going on, if any.
    """

    confirm: Confirm
    cool_down: timedelta
    open: Incident | None = None
    _recent: deque[tuple[datetime, Sighting | None]] = field(default_factory=deque)

    def observe(
        self, sighting: Sighting | None, ts: datetime, new_id: IdSource
    ) -> tuple[Incident | None, Incident | None]:
        """Takes what one picture shows; returns the incident it begins and the one it ends."""
        if self.open is not None:
            return None, self._go_on(self.open, sighting, ts)
        self._recent.append((ts, sighting))
        while len(self._recent) > self.confirm.of:
            self._recent.popleft()
        hits = [(when, seen) for when, seen in self._recent if seen is not None]
        if sighting is None or len(hits) < self.confirm.frames:
            return None, None
        best = max((seen for _, seen in hits), key=lambda seen: seen.confidence)
        self.open = Incident(new_id(), best, first_seen=hits[0][0], last_seen=ts)
        self._recent.clear()
        return self.open, None

    def _go_on(
        self, incident: Incident, sighting: Sighting | None, ts: datetime
    ) -> Incident | None:
        if sighting is not None:
            self.open = Incident(incident.track, incident.sighting, incident.first_seen, ts)
            return None
        if ts - incident.last_seen < self.cool_down:
            return None
        self.open = None
        return incident


@dataclass(slots=True)
class Incidents:
    """All incidents of one camera.

    Fed only with pictures of a camera that sees: what goes on while it is blind is neither
    confirmed nor ended.
    """

    confirm: Confirm
    cool_down: timedelta
    by_key: dict[Key, Confirmation] = field(default_factory=dict)

    def observe(
        self, seen: Sequence[Sighting], ts: datetime, new_id: IdSource
    ) -> tuple[list[Incident], list[Incident]]:
        """Takes the sightings of one picture; returns incidents begun and ended by it."""
        best: dict[Key, Sighting] = {}
        for sighting in sorted(seen, key=lambda s: s.confidence):
            best[sighting.kind, sighting.zone] = sighting
        for key in best:
            if key not in self.by_key:
                self.by_key[key] = Confirmation(self.confirm, self.cool_down)
        changes = [
            confirmation.observe(best.get(key), ts, new_id)
            for key, confirmation in self.by_key.items()
        ]
        return (
            [begun for begun, _ in changes if begun is not None],
            [ended for _, ended in changes if ended is not None],
        )

    def going_on(self) -> list[Incident]:
        """Incidents without an end, to be remembered over a restart."""
        return [c.open for c in self.by_key.values() if c.open is not None]

    def resume(self, incidents: Iterable[Incident]) -> None:
        """Takes up what was going on before a restart."""
        for incident in incidents:
            key = (incident.sighting.kind, incident.sighting.zone)
            self.by_key[key] = Confirmation(self.confirm, self.cool_down, open=incident)
