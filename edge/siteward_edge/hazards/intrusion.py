"""Who stands where nobody may: polygon, schedule, permitted crew, inertia, loitering."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from siteward_edge.config.hazards import DangerZone
from siteward_edge.hazards.ground import feet, inside
from siteward_edge.hazards.ports import Judged, Key, Look, Sighting, Track
from siteward_edge.hazards.schedule import holds

FORGET: Final = timedelta(seconds=5)
"""Somebody unseen for so long is no longer followed by any tracker."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody in or near one zone.

    Attributes:
        inside: Whether they count as inside.
        since: When they came in, or were first seen there on the way to count as inside.
        against: Pictures in a row that say the opposite.
        seen: When a picture last showed them.
    """

    inside: bool
    since: datetime
    against: int
    seen: datetime


def step(stay: Stay | None, within: bool, track: Track, ts: datetime, inertia: int) -> Stay:
    """What one more picture makes of a stay."""
    if stay is None:
        came = track.first_seen if track.pictures == 2 and within else ts
        pictures = min(track.pictures, 2) if within else 0
        return Stay(pictures >= inertia, came, 0 if pictures >= inertia else pictures, ts)
    if within == stay.inside:
        return Stay(stay.inside, stay.since, 0, ts)
    against = stay.against + 1
    since = stay.since if stay.inside or stay.against else ts
    if against >= inertia:
        return Stay(within, since, 0, ts)
    return Stay(stay.inside, since, against, ts)


@dataclass(slots=True)
class Intrusion:
    """Remembers who is in which zone since when."""

    zones: Sequence[DangerZone]
    stays: dict[tuple[str, str], Stay] = field(default_factory=dict)

    def judge(self, look: Look) -> Judged:
        """Everybody in a zone that is active now; None for those who are not or are gone."""
        judged: Judged = {}
        for zone in self.zones:
            forbidden = (not zone.active or holds(zone.active, look.ts)) and not holds(
                zone.allowed, look.ts
            )
            here = {track.id for track in look.tracks}
            for name, subject in self.stays:
                if name == zone.id and subject not in here:
                    judged[Key("intrusion", zone.id, subject)] = None
            for track in look.tracks:
                within = inside(feet(track.person.box), zone.polygon)
                before = self.stays.get((zone.id, track.id))
                stay = step(before, within, track, look.ts, zone.inertia)
                self.stays[zone.id, track.id] = stay
                stayed = (look.ts - stay.since).total_seconds()
                counts = forbidden and stay.inside and stayed >= zone.loiter_seconds
                person = track.person
                judged[Key("intrusion", zone.id, track.id)] = (
                    Sighting(
                        "intrusion",
                        zone.id,
                        person.box,
                        person.confidence,
                        detail=f"stayed {stayed:.0f} s" if zone.loiter_seconds else "",
                        since=stay.since,
                    )
                    if counts
                    else None
                )
        gone = [key for key, stay in self.stays.items() if look.ts - stay.seen > FORGET]
        for key in gone:
            del self.stays[key]
        return judged
