"""Too many people together for a while."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median_low
from typing import Final

from siteward_edge.config.hazards import Area, Crowding
from siteward_edge.hazards.ground import around, feet, inside
from siteward_edge.hazards.ports import Judged, Key, Look, Sighting
from siteward_edge.vision.ports import Box

KIND: Final = "crowding"
WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)
FILLED: Final = 0.8
"""Share of the time asked for that counts must span before they are judged."""


@dataclass(slots=True)
class Crowd:
    """Remembers how many were where over the time asked for."""

    settings: Crowding
    _counts: dict[str, deque[tuple[datetime, int]]] = field(default_factory=dict)

    def judge(self, look: Look) -> Judged:
        """Each zone, or the whole picture; absent until it was watched for long enough."""
        judged: Judged = {}
        areas: Sequence[Area | None] = self.settings.zones or (None,)
        for area in areas:
            zone = area.id if area else None
            count = sum(
                area is None or inside(feet(t.person.box), area.polygon) for t in look.tracks
            )
            usual = self._usual(zone or "", count, look.ts)
            if usual is None:
                continue
            key = Key(KIND, zone, "")
            judged[key] = None
            if usual >= self.settings.people:
                box = around(area.polygon) if area else WHOLE
                sure = min(0.99, usual / (usual + 1))
                detail = f"{usual} people, {self.settings.people} are too many"
                judged[key] = Sighting(KIND, zone, box, sure, detail)
        return judged

    def _usual(self, zone: str, count: int, ts: datetime) -> int | None:
        """The median count over the time asked for."""
        counts = self._counts.setdefault(zone, deque())
        counts.append((ts, count))
        while (ts - counts[0][0]).total_seconds() > self.settings.seconds:
            counts.popleft()
        spanned = (ts - counts[0][0]).total_seconds()
        if spanned < FILLED * self.settings.seconds:
            return None
        return median_low(n for _, n in counts)
