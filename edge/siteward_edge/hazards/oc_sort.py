"""Follows people by OC-SORT (Cao et al., CVPR 2023) as the ``trackers`` library has it.

It needs neither a picture nor a network, takes the time between pictures into account, and
loses the fewest people of those tried (docs/decisions/0015).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
import supervision as sv
from trackers import OCSORTTracker

from siteward_edge.hazards.ports import Track
from siteward_edge.vision.ports import DetectedPerson

LOST_SECONDS: Final = 3.0
"""Somebody unseen for longer is somebody else when seen again."""
LEAST_OVERLAP: Final = 0.1
"""Of a person's box with where it was expected. At four pictures a second somebody who walks
across the view keeps little of it."""
SIZE: Final = 1000.0
"""Boxes are handed over in thousandths of the picture's width and height."""


class OcSort:
    """A Tracker. Starts anew when the clock is set back."""

    def __init__(self, fps: float, name: str) -> None:
        """Knows nobody yet.

        Args:
            fps: Pictures per second asked for; the real time between them is what counts.
            name: Goes into every id, so that ids of different runs differ.
        """
        self._fps = fps
        self._name = name
        self._runs = 0
        self._start()

    def _start(self) -> None:
        self._library = OCSORTTracker(
            lost_track_buffer=round(LOST_SECONDS * 30),  # in thirtieths of a second
            frame_rate=self._fps,
            minimum_consecutive_frames=1,
            minimum_iou_threshold=LEAST_OVERLAP,
            high_conf_det_threshold=0.0,  # the detector has its own
        )
        self._runs += 1
        self._last: datetime | None = None
        self._known: dict[str, Track] = {}
        self._unseen: dict[str, datetime] = {}

    def follow(self, people: Sequence[DetectedPerson], ts: datetime) -> list[Track]:
        """Those of the picture's people who could be named."""
        if self._last is not None and ts <= self._last:
            self._start()
        boxes = [(x, y, x + w, y + h) for x, y, w, h in (p.box for p in people)]
        found = self._library.update(
            sv.Detections(
                xyxy=np.array(boxes, np.float64).reshape(-1, 4) * SIZE,
                confidence=np.array([p.confidence for p in people], np.float64),
                class_id=np.arange(len(people)),  # comes back in another order
            ),
            timestamp=ts.timestamp(),
        )
        tracks = []
        if len(found) and found.class_id is not None and found.tracker_id is not None:
            for index, number in zip(found.class_id, found.tracker_id, strict=True):
                if number >= 0:
                    name = f"{self._name}.{self._runs}.{number}"
                    tracks.append(self._seen(name, people[int(index)], ts))
        self._forget(ts)
        self._last = ts
        return tracks

    def _seen(self, name: str, person: DetectedPerson, ts: datetime) -> Track:
        known = self._known.get(name)
        if known is None:  # named in the second picture
            track = Track(name, person, self._last or ts, 2)
        else:
            track = Track(name, person, known.first_seen, known.pictures + 1)
        self._known[name] = track
        self._unseen[name] = ts
        return track

    def _forget(self, ts: datetime) -> None:
        gone = [n for n, at in self._unseen.items() if (ts - at).total_seconds() > LOST_SECONDS]
        for name in gone:
            del self._known[name], self._unseen[name]
