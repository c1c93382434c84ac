"""One camera: what its pictures say, as messages and as what must be remembered."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

from siteward_contracts.messages import CameraStatus, FrameBox, Health
from siteward_edge.config.camera import Camera
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.evidence.snapshot import Snapshot
from siteward_edge.hazards.incidents import Incident
from siteward_edge.hazards.ports import Tracker
from siteward_edge.hazards.watch import MODELS, HazardMemory, HazardWatch
from siteward_edge.health.view import View
from siteward_edge.health.watch import HealthMemory, HealthWatch
from siteward_edge.progress.watch import Place, ProgressMemory, ProgressWatch
from siteward_edge.report import Report
from siteward_edge.vision.ports import Detector, Frame, Scene, ZoneClassifier


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What a camera must know again after a restart.

    Attributes:
        sight: Whether it sees, and the fault without an end.
        hazards: Incidents without an end, and what else takes days.
        progress: What is known of its zones.
    """

    sight: HealthMemory = HealthMemory()
    hazards: HazardMemory = HazardMemory()
    progress: ProgressMemory = ProgressMemory()


@dataclass(slots=True)
class Result:
    """What one step leads to.

    Attributes:
        messages: To be stored.
        changed: Whether memory changed with them.
        counts: To be added to the agent's counts of this camera.
    """

    messages: list[Outgoing] = field(default_factory=list)
    changed: bool = False
    counts: Counter[str] = field(default_factory=Counter)


class CameraWatch:
    """Judges the pictures of one camera. Belongs to one thread; has no clock."""

    def __init__(
        self,
        camera: Camera,
        detector: Detector,
        classifier: ZoneClassifier | None,
        tracker: Tracker,
        report: Report,
        memory: Memory,
        now: datetime,
        reference: View | None = None,
        place: Place | None = None,
    ) -> None:
        """Takes up what was remembered.

        Args:
            camera: What to look for.
            detector: Finds people.
            classifier: Judges zones; None without zones.
            tracker: Follows people from picture to picture.
            report: Writes its messages.
            memory: From before a restart; empty at the very first start.
            now: When it begins to look.
            reference: The right view; the first good picture when None.
            place: What progress needs to know of the site.
        """
        self._camera = camera
        self._detector = detector
        self._report = report
        self._sight = HealthWatch(camera.health, report, memory.sight, reference, now)
        self._now = now
        self._tracker = tracker
        self._hazards = HazardWatch(camera, tracker, memory.hazards)
        self._place = place or Place()
        self._progress = ProgressWatch(camera, classifier, report, memory.progress, self._place)
        self._people = 0
        self.boxes: list[FrameBox] = []

    @property
    def camera(self) -> Camera:
        """What it was told to look for."""
        return self._camera

    @property
    def health(self) -> Health:
        """How well the camera sees, as decided."""
        return self._sight.health

    @property
    def reference(self) -> View | None:
        """The view it holds for right."""
        return self._sight.reference

    def status(self, fps: float) -> CameraStatus:
        """Its line in the agent's status."""
        return self._sight.status(self._camera.device, fps)

    def changed(
        self, camera: Camera, detector: Detector, classifier: ZoneClassifier | None
    ) -> "CameraWatch":
        """The same watch with other settings: what it remembers and holds for right stays."""
        return CameraWatch(
            camera,
            detector,
            classifier,
            self._tracker,
            self._report,
            self.memory(),
            self._sight.looked or self._now,
            self._sight.reference,
            self._place,
        )

    def memory(self) -> Memory:
        """What to store with the messages of a step that changed it."""
        return Memory(
            sight=self._sight.memory(),
            hazards=self._hazards.memory(),
            progress=self._progress.memory(),
        )

    def see(self, frame: Frame) -> Result:
        """Judges one picture."""
        result = Result()
        snapshot = self._report.snapshot(frame)
        result.messages, changed = self._sight.see(snapshot)
        self._health_changed(changed, result)
        self.boxes = []
        if self._sight.sees:
            scene = self._look_for_hazards(snapshot, result)
            self._measure(snapshot, scene, result)
        return result

    def miss(self, since: datetime, ts: datetime, cause: str = "") -> Result:
        """No picture has come since ``since``, for a reason that capture may know."""
        result = Result()
        result.messages, changed = self._sight.miss(since, ts, cause)
        self._health_changed(changed, result)
        return result

    def tell_clock(self, offset: float, ts: datetime) -> Result:
        """The camera's clock is so many seconds ahead of the agent's."""
        return Result(self._sight.tell_clock(offset, ts), changed=True)

    def telemetry(self, fps: float, ts: datetime, judged_fps: float | None = None) -> Outgoing:
        """The camera's own readings; people are only counted while it sees."""
        sees = self._sight.health is Health.OK
        readings = {"camera_ok": 1.0 if sees else 0.0, "camera_fps": round(min(fps, 120.0), 2)}
        if judged_fps is not None:
            readings["judged_fps"] = round(min(judged_fps, 120.0), 2)
        if sees:
            readings["people_count"] = float(self._people)
            unknown = self._hazards.unknown_share()
            if unknown is not None:
                readings["unknown_share"] = round(unknown, 3)
        self._people = 0
        return self._report.telemetry(readings, ts)

    def _health_changed(self, changed: bool, result: Result) -> None:
        if changed:
            self.boxes = []
            self._progress.forget()
            result.changed = True

    def _look_for_hazards(self, snapshot: Snapshot, result: Result) -> Scene:
        scene = self._detector.detect(snapshot.frame.image)
        self._people = max(self._people, len(scene.people))
        found = self._hazards.look(snapshot, scene, self._report.new_id)
        self.boxes = found.boxes
        for ended in found.ended:
            self._tell(ended.incident, "end", snapshot.ts, ended.best, result)
        for incident in found.begun:
            self._tell(incident, "begin", snapshot.ts, snapshot, result)
        result.changed |= found.changed
        return scene

    def _tell(
        self,
        incident: Incident,
        phase: Literal["begin", "end"],
        ts: datetime,
        picture: Snapshot | None,
        result: Result,
    ) -> None:
        own = MODELS.get(incident.sighting.kind)
        model, threshold = own or self._detector.model, None if own else self._detector.threshold
        result.messages += self._report.detection(incident, phase, ts, model, picture, threshold)

    def _measure(self, snapshot: Snapshot, scene: Scene, result: Result) -> None:
        measured = self._progress.look(snapshot, scene, self._sight.reference)
        result.messages += measured.messages
        result.changed |= measured.changed
        result.counts += measured.counts
