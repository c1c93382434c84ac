"""Who wears no helmet or no vest. Pure.

A detector answers yes, no or unknown for each person and picture. Unknown (too small, hidden,
cut by the border) is not judged at all, so it is never a violation: only pictures in which it
could be told count among the pictures that must agree.
"""

from siteward_edge.config.hazards import Wear
from siteward_edge.hazards.ground import zone_of
from siteward_edge.hazards.ports import Judged, Key, Look, Sighting, Track


def judge(look: Look, kind: str, settings: Wear) -> Judged:
    """Every person who could be judged, those who wear it as None."""
    judged: Judged = {}
    for track in look.tracks:
        worn = answer(track, kind)
        zone = zone_of(track.person.box, settings.zones)
        if worn is None or (settings.zones and zone is None):
            continue
        place = zone.id if zone else None
        person = track.person
        since = track.first_seen if track.pictures == 2 else None
        judged[Key(kind, place, track.id)] = (
            None if worn else Sighting(kind, place, person.box, person.confidence, since=since)
        )
    return judged


def answer(track: Track, kind: str) -> bool | None:
    """Whether it is worn; None when that cannot be told."""
    return track.person.helmet if kind == "no_helmet" else track.person.vest
