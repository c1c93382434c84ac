"""All hazards of one camera: people followed, every kind judged, incidents kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import msgspec

from siteward_contracts.ids import IdSource
from siteward_contracts.messages import FrameBox, Model
from siteward_edge.config.camera import Camera
from siteward_edge.config.hazards import Rule
from siteward_edge.evidence.snapshot import Snapshot
from siteward_edge.hazards import clothes, cover, suspended
from siteward_edge.hazards.crowd import Crowd
from siteward_edge.hazards.fire import Fire
from siteward_edge.hazards.flames import Spotter
from siteward_edge.hazards.incidents import Changes, Incident, Incidents, Timing
from siteward_edge.hazards.intrusion import Intrusion
from siteward_edge.hazards.night import Night
from siteward_edge.hazards.ports import Judged, Look, Tracker
from siteward_edge.hazards.staff import Staff, WorkDays
from siteward_edge.vision.ports import Scene

MODELS: Final = {
    "fire_smoke": Model(name="flame-behaviour", version="1"),
    "bare_soil": Model(name="lab-cover", version="1"),
    "net_missing": Model(name="lab-cover", version="1"),
}
"""What finds the kinds that need no detector."""
SLOW: Final = 2.5
"""Measurements at intervals end an incident after so many intervals without it."""


class HazardMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known again after a restart.

    Attributes:
        incidents: Those without an end.
        work_days: Working days without anybody.
    """

    incidents: list[Incident] = []
    work_days: WorkDays = WorkDays()


@dataclass(frozen=True, slots=True)
class Ended:
    """An incident that is over, and its best picture where that is better than the first."""

    incident: Incident
    best: Snapshot | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What one picture leads to.

    Attributes:
        begun: Incidents it confirmed.
        ended: Incidents that are over.
        boxes: What it shows, for whoever watches.
        changed: Whether the memory changed.
    """

    begun: list[Incident]
    ended: list[Ended]
    boxes: list[FrameBox]
    changed: bool


class HazardWatch:
    """Judges the pictures of one camera that sees. Belongs to one thread; has no clock."""

    def __init__(self, camera: Camera, tracker: Tracker, memory: HazardMemory) -> None:
        """Takes up what was remembered."""
        self._camera = camera
        self._tracker = tracker
        self._incidents = Incidents(self._timing)
        self._incidents.resume(memory.incidents)
        told = camera.hazards.no_staff
        self._staff = Staff(told, memory.work_days) if told else None
        self._work_days = memory.work_days
        self._judges = self._all_judges()
        self._best: dict[str, Snapshot] = {}
        self._asked = self._unknown = 0

    def look(self, snapshot: Snapshot, scene: Scene, new_id: IdSource) -> Findings:
        """Judges one picture."""
        frame = snapshot.frame
        tracks = self._tracker.follow(scene.people, frame.ts)
        look = Look(frame.ts, frame.image, tracks, scene.things)
        judged: Judged = {}
        for judge in self._judges:
            judged.update(judge(look))
        self._count_unknown(scene)
        changes = self._incidents.observe(judged, frame.ts, new_id)
        for incident in changes.better:
            self._best[incident.track] = snapshot.kept()
        remember = bool(changes.begun or changes.ended)
        if self._staff is not None and self._staff.changed:
            self._staff.changed, remember = False, True
        return Findings(changes.begun, self._over(changes), _boxes(scene, judged), remember)

    def memory(self) -> HazardMemory:
        """What to store with the messages of a picture that changed it."""
        days = self._staff.days if self._staff else self._work_days
        return HazardMemory(incidents=self._incidents.going_on(), work_days=days)

    def unknown_share(self) -> float | None:
        """Share of looks at people since last asked in which helmet or vest was not known.

        None when nobody was looked at.
        """
        asked, unknown = self._asked, self._unknown
        self._asked = self._unknown = 0
        return unknown / asked if asked else None

    def _over(self, changes: Changes) -> list[Ended]:
        return [Ended(incident, self._best.pop(incident.track, None)) for incident in changes.ended]

    def _count_unknown(self, scene: Scene) -> None:
        hazards = self._camera.hazards
        for person in scene.people:
            for looked_for, worn in (
                (hazards.no_helmet, person.helmet),
                (hazards.no_vest, person.vest),
            ):
                if looked_for is not None:
                    self._asked += 1
                    self._unknown += worn is None

    def _timing(self, kind: str) -> Timing:
        rule: Rule = getattr(self._camera.hazards, kind, None) or Rule()
        slow = getattr(rule, "every_seconds", 0.0) * SLOW
        seconds = rule.cool_down_seconds or max(self._camera.cool_down_seconds, slow)
        return Timing(rule.confirm or self._camera.confirm, timedelta(seconds=seconds))

    def _all_judges(self) -> list[Callable[[Look], Judged]]:
        hazards = self._camera.hazards
        judges: list[Callable[[Look], Judged]] = []
        if hazards.no_helmet:
            judges.append(partial(clothes.judge, kind="no_helmet", settings=hazards.no_helmet))
        if hazards.no_vest:
            judges.append(partial(clothes.judge, kind="no_vest", settings=hazards.no_vest))
        if hazards.intrusion and self._camera.danger_zones:
            judges.append(Intrusion(self._camera.danger_zones).judge)
        if hazards.person_under_load:
            judges.append(partial(suspended.judge, settings=hazards.person_under_load))
        if hazards.fire_smoke:
            judges.append(Fire(hazards.fire_smoke, Spotter(hazards.fire_smoke.smoke)).judge)
        if hazards.bare_soil:
            judges.append(cover.bare_soil(hazards.bare_soil).judge)
        if hazards.net_missing:
            judges.append(cover.net_missing(hazards.net_missing).judge)
        if hazards.crowding:
            judges.append(Crowd(hazards.crowding).judge)
        if self._staff:
            judges.append(self._staff.judge)
        if hazards.night_work:
            judges.append(Night(hazards.night_work).judge)
        return judges


def _boxes(scene: Scene, judged: Judged) -> list[FrameBox]:
    """People and hazards of one picture, as the live view draws them."""
    boxes = [FrameBox(kind="person", box=p.box, confidence=p.confidence) for p in scene.people]
    return boxes + [
        FrameBox(kind=s.kind, box=s.box, confidence=s.confidence, zone=s.zone)
        for s in judged.values()
        if s is not None
    ]
