"""From judgements of single pictures to incidents with a begin, a best picture and an end. Pure.

One incident per kind, zone and person (or place). Somebody lost from sight and found again
near by within the cool-down goes on with the same incident, under whatever name the tracker
knows them then.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from siteward_contracts.ids import IdSource
from siteward_edge.config.hazards import Confirm
from siteward_edge.hazards.ports import Judged, Key, Sighting
from siteward_edge.vision.ports import Box

REACH: Final = 0.5
"""Body heights between two boxes of one person, one of which is cut or half hidden."""
STRIDE: Final = 0.8
"""Body heights per second at which somebody unseen may have walked on."""
ALIKE: Final = 1.6
"""Largest ratio of the heights of two boxes of one person."""
STALE: Final = timedelta(seconds=30)
"""Judgements older than this no longer support newer ones."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A confirmed hazard.

    Attributes:
        track: Names it in its begin and its end.
        sighting: What the picture showed that confirmed it, with the greatest confidence of
            those up to then.
        first_seen: When the first picture showed it.
        last_seen: When a picture last showed it.
        subject: Who it is about, as long as they are followed; empty for places.
        box: Where it was last.
        best: Worth of the best picture of it so far (see :func:`worth`).
    """

    track: str
    sighting: Sighting
    first_seen: datetime
    last_seen: datetime
    subject: str = ""
    box: Box = (0.0, 0.0, 1.0, 1.0)
    best: float = 0.0


def worth(sighting: Sighting) -> float:
    """How good a picture is as evidence: how certain, and how large in it."""
    return sighting.confidence * sighting.box[2] * sighting.box[3]


@dataclass(frozen=True, slots=True)
class Timing:
    """When a kind counts, and when it is over."""

    confirm: Confirm
    cool_down: timedelta


@dataclass(slots=True)
class Confirmation:
    """N-of-M confirmation of one key.

    Attributes:
        timing: How many of how many, and the cool-down.
        open: The incident going on, if any.
    """

    timing: Timing
    open: Incident | None = None
    _recent: deque[tuple[datetime, Sighting | None]] = field(default_factory=deque)

    def confirmed(self, sighting: Sighting | None, ts: datetime) -> Incident | None:
        """Takes what one picture shows; an incident without a name once enough have shown it."""
        self._recent.append((ts, sighting))
        while len(self._recent) > self.timing.confirm.of or ts - self._recent[0][0] > self._span:
            self._recent.popleft()
        hits = [(when, seen) for when, seen in self._recent if seen is not None]
        if sighting is None or len(hits) < self.timing.confirm.frames:
            return None
        self._recent.clear()
        first = min(seen.since or when for when, seen in hits)
        surest = max(seen.confidence for _, seen in hits)
        told = replace(sighting, confidence=surest)
        return Incident("", told, first, ts, "", sighting.box, worth(sighting))

    @property
    def _span(self) -> timedelta:
        """Slow judges look once a minute; their judgements must last until the next."""
        return max(STALE, self.timing.cool_down)

    def idle(self, ts: datetime) -> bool:
        """Whether nothing is left that could matter again."""
        return self.open is None and (not self._recent or ts - self._recent[-1][0] > self._span)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one picture changed.

    Attributes:
        begun: Incidents it confirmed.
        ended: Incidents that are over.
        better: Incidents it is the best picture of so far.
    """

    begun: list[Incident]
    ended: list[Incident]
    better: list[Incident]


BETTER: Final = 1.15
"""A picture must be worth so much more than the best before to take its place."""


@dataclass(slots=True)
class Incidents:
    """All incidents of one camera.

    Fed only with pictures of a camera that sees: what goes on while it is blind is neither
    confirmed nor ended.
    """

    timing: Callable[[str], Timing]
    by_key: dict[Key, Confirmation] = field(default_factory=dict)

    def observe(self, judged: Judged, ts: datetime, new_id: IdSource) -> Changes:
        """Takes what one picture says; returns what it changes."""
        changes = Changes([], [], [])
        for key, sighting in judged.items():
            one = self.by_key.setdefault(key, Confirmation(self.timing(key.kind)))
            if one.open is None:
                confirmed = one.confirmed(sighting, ts)
                if confirmed is None:
                    continue
                known = self._lost(key, confirmed, judged)
                if known is None:
                    one.open = replace(confirmed, track=new_id(), subject=key.subject)
                    changes.begun.append(one.open)
                    continue
                one.open = replace(self.by_key[known].open or confirmed, subject=key.subject)
                self.by_key[known].open = None
            if sighting is not None and one.open is not None:
                one.open = _go_on(one.open, sighting, ts, changes)
        self._end(ts, changes)
        return changes

    def _lost(self, key: Key, confirmed: Incident, judged: Judged) -> Key | None:
        """The incident that goes on under another name: not seen now, and near enough."""
        candidates = [
            (_apart(one.open, confirmed), other)
            for other, one in self.by_key.items()
            if one.open is not None
            and other[:2] == key[:2]
            and judged.get(other) is None
            and _reachable(one.open, confirmed)
        ]
        return min(candidates)[1] if candidates else None

    def _end(self, ts: datetime, changes: Changes) -> None:
        for key, one in list(self.by_key.items()):
            if one.open is not None and ts - one.open.last_seen >= one.timing.cool_down:
                changes.ended.append(one.open)
                one.open = None
            if one.idle(ts):
                del self.by_key[key]

    def going_on(self) -> list[Incident]:
        """Incidents without an end, to be remembered over a restart."""
        return [c.open for c in self.by_key.values() if c.open is not None]

    def resume(self, incidents: Iterable[Incident]) -> None:
        """Takes up what was going on before a restart; whose it was is not known any more."""
        for incident in incidents:
            subject = incident.subject and f"lost {incident.track}"
            key = Key(incident.sighting.kind, incident.sighting.zone, subject)
            self.by_key[key] = Confirmation(self.timing(key.kind), open=incident)


def _go_on(incident: Incident, sighting: Sighting, ts: datetime, changes: Changes) -> Incident:
    better = worth(sighting) > BETTER * incident.best
    best = worth(sighting) if better else incident.best
    incident = replace(incident, last_seen=ts, box=sighting.box, best=best)
    if better:
        changes.better.append(incident)
    return incident


def _apart(old: Incident, new: Incident) -> float:
    """Distance of the feet, in heights of the picture if that is twice as wide as high."""
    (ax, ay, aw, ah), (bx, by, bw, bh) = old.box, new.box
    return float(np.hypot(2 * (ax + aw / 2 - bx - bw / 2), ay + ah - by - bh))


def _reachable(old: Incident, new: Incident) -> bool:
    """Whether it may be the same person: of like height, and not too far for the time."""
    low, tall = sorted((old.box[3], new.box[3]))
    seconds = max(0.0, (new.first_seen - old.last_seen).total_seconds())
    return tall <= ALIKE * low and _apart(old, new) <= tall * (REACH + STRIDE * seconds)
