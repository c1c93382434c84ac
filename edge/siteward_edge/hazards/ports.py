"""What hazards are judged on: people followed over pictures, and everything else in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from siteward_edge.vision.ports import Box, DetectedPerson, DetectedThing, Image


@dataclass(frozen=True, slots=True)
class Track:
    """Somebody followed from picture to picture.

    Attributes:
        id: Names them as long as they are followed; never used twice.
        person: What the newest picture shows of them.
        first_seen: When the first picture showed them.
        pictures: How many have shown them.
    """

    id: str
    person: DetectedPerson
    first_seen: datetime
    pictures: int


class Tracker(Protocol):
    """Follows people. One instance per camera; called from its thread only."""

    def follow(self, people: Sequence[DetectedPerson], ts: datetime) -> list[Track]:
        """Those of the picture's people who could be named, in any order.

        Somebody new may be named only in their second picture; ``first_seen`` is the first.
        """


@dataclass(frozen=True, slots=True)
class Look:
    """One picture, as the judges of hazards get it.

    Attributes:
        ts: When it arrived.
        image: The picture.
        tracks: The people in it.
        things: What else a detector found.
    """

    ts: datetime
    image: Image
    tracks: Sequence[Track]
    things: Sequence[DetectedThing]

    @property
    def aspect(self) -> float:
        """Width by height: a fraction of the width is so many times one of the height."""
        return float(self.image.shape[1] / self.image.shape[0])


class Key(NamedTuple):
    """What can be one incident.

    Attributes:
        kind: Hazard kind.
        zone: Where, if a zone was declared.
        subject: Who: a track's id; empty where a place is at fault.
    """

    kind: str
    zone: str | None
    subject: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """A hazard in one picture.

    Attributes:
        kind: Hazard kind.
        zone: Where, if a zone was declared.
        box: Around it.
        confidence: 0 to 1.
        detail: What exactly was seen, for the reader.
        since: When it began, where that was before this picture.
    """

    kind: str
    zone: str | None
    box: Box
    confidence: float
    detail: str = ""
    since: datetime | None = None


Judged = dict[Key, Sighting | None]
"""What one picture says: a hazard, None for "looked, and there is none". What could not be
judged is absent."""
