"""Who stands under a hanging load. Pure.

One camera does not tell how far away a load hangs, so what lies under it in the picture may
be before or behind it: a prompt to look, never a verdict.
"""

from typing import Final

from siteward_edge.config.hazards import UnderLoad
from siteward_edge.hazards.ground import feet
from siteward_edge.hazards.ports import Judged, Key, Look, Sighting
from siteward_edge.vision.ports import Box, DetectedThing, Thing

KIND: Final = "person_under_load"
DETAIL: Final = "under a load in the picture; its distance is not known"
HANGING: Final = 0.25
"""A load's lower edge is at least so far above the ground at the person's feet, in heights of
the person: less is a load being set down, or standing on the ground."""


def judge(look: Look, settings: UnderLoad) -> Judged:
    """Everybody, those under no load as None."""
    loads = [thing for thing in look.things if thing.thing is Thing.LOAD]
    judged: Judged = {}
    for track in look.tracks:
        over = [load for load in loads if _under(track.person.box, load, look.aspect, settings)]
        best = max(over, key=lambda load: load.confidence, default=None)
        key = Key(KIND, None, track.id)
        judged[key] = None
        if best is not None:
            box = _both(track.person.box, best.box)
            sure = min(track.person.confidence, best.confidence)
            judged[key] = Sighting(KIND, None, box, sure, detail=DETAIL)
    return judged


def _under(
    person: Box,
    load: DetectedThing,
    aspect: float,
    settings: UnderLoad,
) -> bool:
    x, ground = feet(person)
    left, top, width, height = load.box
    fall = ground - (top + height)
    if fall < HANGING * person[3] or top > person[1] + person[3] / 2:
        return False
    margin = settings.spread * fall / aspect
    return left - margin <= x <= left + width + margin


def _both(a: Box, b: Box) -> Box:
    left, top = min(a[0], b[0]), min(a[1], b[1])
    right, bottom = max(a[0] + a[2], b[0] + b[2]), max(a[1] + a[3], b[1] + b[3])
    return (left, top, right - left, bottom - top)
