"""One camera: what its pictures say, as messages and as what must be remembered."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

import msgspec

from siteward_contracts.messages import CameraStatus, FrameBox, Health, Model
from siteward_edge.config.camera import Camera
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.evidence.snapshot import Occasion, Snapshot
from siteward_edge.hazards.incidents import Incident
from siteward_edge.hazards.ports import Sighting, Tracker
from siteward_edge.hazards.watch import MODELS, HazardMemory, HazardWatch
from siteward_edge.health.monitor import Monitor, View, shrink
from siteward_edge.progress.states import ZoneProgress
from siteward_edge.report import Report
from siteward_edge.vision.ports import Box, Detector, Frame, ZoneClassifier

HEALTH_MODEL: Final = Model(name="camera-health", version="1")
WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)
FAULTS: Final = {
    Health.BLIND: "camera_blind",
    Health.FROZEN: "camera_blind",
    Health.MOVED: "camera_moved",
}
"""Which hazard a state of health is; offline is told by status and by missing readings."""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What a camera must know again after a restart.

    Attributes:
        health: As decided last.
        since: When that began.
        fault_track: Names the fault that was begun and has no end yet.
        hazards: Incidents without an end, and what else takes days.
        zones: Zone to accepted state.
        evidence: Zone to the hash of the picture it last changed on.
    """

    health: Health
    since: datetime
    fault_track: str = ""
    hazards: HazardMemory = HazardMemory()
    zones: dict[str, str] = {}
    evidence: dict[str, str] = {}


@dataclass(slots=True)
class Result:
    """What one step leads to: messages to store, and whether memory changed with them."""

    messages: list[Outgoing] = field(default_factory=list)
    changed: bool = False


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
        reference: View | None = None,
    ) -> None:
        """Takes up what was remembered.

        Args:
            camera: What to look for.
            detector: Finds people.
            classifier: Judges zones; None without zones.
            tracker: Follows people from picture to picture.
            report: Writes its messages.
            memory: From before a restart, or offline since now.
            reference: The right view; the first good picture when None.
        """
        self._camera = camera
        self._detector = detector
        self._classifier = classifier
        self._report = report
        self._fault_track = memory.fault_track
        self._evidence = dict(memory.evidence)
        self._monitor = Monitor(camera.health, memory.health, memory.since, reference)
        self._tracker = tracker
        self._hazards = HazardWatch(camera, tracker, memory.hazards)
        self._zones = [
            ZoneProgress(zone, camera.progress, memory.zones.get(zone.id)) for zone in camera.zones
        ]
        self._people = 0
        self.boxes: list[FrameBox] = []

    @property
    def camera(self) -> Camera:
        """What it was told to look for."""
        return self._camera

    @property
    def health(self) -> Health:
        """How well the camera sees, as decided."""
        return self._monitor.health

    @property
    def reference(self) -> View | None:
        """The view it holds for right."""
        return self._monitor.reference

    def status(self, fps: float) -> CameraStatus:
        """Its line in the agent's status."""
        return CameraStatus(
            device=self._camera.device,
            health=self._monitor.health,
            fps=round(fps, 1),
            since=self._monitor.since,
            last_good=self._monitor.last_good,
        )

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
            self._monitor.reference,
        )

    def memory(self) -> Memory:
        """What to store with the messages of a step that changed it."""
        return Memory(
            health=self._monitor.health,
            since=self._monitor.since,
            fault_track=self._fault_track,
            hazards=self._hazards.memory(),
            zones={z.zone.id: z.accepted for z in self._zones if z.accepted},
            evidence=self._evidence,
        )

    def see(self, frame: Frame) -> Result:
        """Judges one picture."""
        result = Result()
        snapshot = self._report.snapshot(frame)
        before = (self._monitor.health, self._monitor.since)
        if self._monitor.observe(shrink(frame.image), frame.ts):
            self._health_changed(before, frame.ts, result, snapshot)
        self.boxes = []
        if self._monitor.verdict is Health.OK and self._monitor.health is Health.OK:
            self._look_for_hazards(snapshot, result)
            self._measure(snapshot, result)
        return result

    def miss(self, since: datetime, ts: datetime) -> Result:
        """No picture has come since ``since``."""
        result = Result()
        before = (self._monitor.health, self._monitor.since)
        if self._monitor.observe_silence(since, ts):
            self.boxes = []
            self._health_changed(before, ts, result, None)
        return result

    def telemetry(self, fps: float, ts: datetime, judged_fps: float | None = None) -> Outgoing:
        """The camera's own readings; people are only counted while it sees."""
        sees = self._monitor.health is Health.OK
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

    def _health_changed(
        self,
        before: tuple[Health, datetime],
        ts: datetime,
        result: Result,
        snapshot: Snapshot | None,
    ) -> None:
        result.changed = True
        for zone in self._zones:
            zone.forget()
        old, new = FAULTS.get(before[0]), FAULTS.get(self._monitor.health)
        if old == new:
            return
        if old:
            result.messages += self._report.detection(
                self._fault(old, before[1]), "end", ts, HEALTH_MODEL, None
            )
            self._fault_track = ""
        if new:
            self._fault_track = self._report.new_id()
            result.messages += self._report.detection(
                self._fault(new, self._monitor.since), "begin", ts, HEALTH_MODEL, snapshot
            )

    def _fault(self, kind: str, since: datetime) -> Incident:
        return Incident(self._fault_track, Sighting(kind, None, WHOLE, 1.0), since, since)

    def _look_for_hazards(self, snapshot: Snapshot, result: Result) -> None:
        scene = self._detector.detect(snapshot.frame.image)
        self._people = max(self._people, len(scene.people))
        found = self._hazards.look(snapshot, scene, self._report.new_id)
        self.boxes = found.boxes
        for ended in found.ended:
            self._tell(ended.incident, "end", snapshot.ts, ended.best, result)
        for incident in found.begun:
            self._tell(incident, "begin", snapshot.ts, snapshot, result)
        result.changed |= found.changed

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

    def _measure(self, snapshot: Snapshot, result: Result) -> None:
        if self._classifier is None:
            return
        for zone in self._zones:
            if not zone.due(snapshot.ts):
                continue
            estimate = self._classifier.classify(snapshot.frame.image, zone.zone)
            finding = zone.observe(estimate, snapshot.ts)
            if finding is None:
                continue
            if finding.changed or zone.zone.id not in self._evidence:
                occasion = Occasion("progress", zone.zone.id, confidence=finding.confidence)
                sha256, messages = snapshot.prove(self._report.new_id, occasion)
                self._evidence[zone.zone.id] = sha256
                result.messages += messages
                result.changed = True
            evidence = self._evidence[zone.zone.id]
            result.messages.append(
                self._report.progress(
                    zone.zone.id, finding, self._classifier.method, evidence, snapshot.ts
                )
            )
