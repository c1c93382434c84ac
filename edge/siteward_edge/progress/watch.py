"""Progress of one camera: which pictures are measured on, its zones, its picture of the day."""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import cv2
import msgspec
import numpy as np

from siteward_contracts.messages import Model
from siteward_edge.config.camera import Camera
from siteward_edge.config.location import Location
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.evidence.snapshot import Occasion, Snapshot
from siteward_edge.health.look import shrink
from siteward_edge.health.view import View, view_of
from siteward_edge.progress.album import Album
from siteward_edge.progress.daily import DayPicture
from siteward_edge.progress.registration import LARGEST, register, registered
from siteward_edge.progress.usable import MAX_GAP, dark, foggy, hidden_share, raining
from siteward_edge.progress.zone import ZoneMemory, ZoneProgress, with_less_visible
from siteward_edge.report import Report
from siteward_edge.vision.ports import (
    Frame,
    Image,
    ModelError,
    Scene,
    StateEstimate,
    ZoneClassifier,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """What progress needs to know of a site besides its cameras.

    Attributes:
        location: Where it is, for the height of the sun.
        album: Keeps the pictures of the days.
    """

    location: Location | None = None
    album: Album | None = None


class ProgressMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known again after a restart: zone to what is known of it."""

    zones: dict[str, ZoneMemory] = {}


@dataclass(slots=True)
class Measured:
    """What one picture leads to.

    Attributes:
        messages: To be stored, pictures before what names them.
        changed: Whether the memory changed.
        counts: Why pictures were not measured on, and what the album gave up.
    """

    messages: list[Outgoing] = field(default_factory=list)
    changed: bool = False
    counts: Counter[str] = field(default_factory=Counter)


class ProgressWatch:
    """Measures on the pictures of one camera that sees. Belongs to one thread; has no clock."""

    def __init__(
        self,
        camera: Camera,
        classifier: ZoneClassifier | None,
        report: Report,
        memory: ProgressMemory,
        place: Place,
    ) -> None:
        """Takes up what was remembered."""
        self._camera = camera
        self._classifier = classifier
        self._report = report
        self._location = place.location
        self._zones = [
            ZoneProgress(zone, camera.progress, memory.zones.get(zone.id)) for zone in camera.zones
        ]
        self._presets = {preset.id: _view(preset.reference) for preset in camera.presets}
        self._daily = DayPicture(place.album, report) if place.album is not None else None
        self._before: Frame | None = None

    def memory(self) -> ProgressMemory:
        """What to store with the messages of a step that changed it."""
        return ProgressMemory(zones={zone.zone.id: zone.memory for zone in self._zones})

    def forget(self) -> None:
        """The camera was at fault: the unfinished day begins anew."""
        self._before = None
        for zone in self._zones:
            zone.forget()

    def look(self, snapshot: Snapshot, scene: Scene, reference: View | None) -> Measured:
        """Judges one picture.

        Args:
            snapshot: The picture, untouched.
            scene: Who and what stands in it.
            reference: The right view; without it nothing is made up for.
        """
        frame, measured = snapshot.frame, Measured()
        before, self._before = self._before, frame
        zones = [zone for zone in self._zones if zone.due(frame.ts)]
        if self._daily is not None:
            self._keep_day(self._daily, frame.ts, measured)
        daily = self._daily is not None and self._daily.due(frame.ts)
        if not zones and not daily:
            return measured
        if before is None and not self._camera.progress.usable.in_rain:
            return measured  # rain is seen between two pictures only
        unusable = self._unusable(frame, before, reference)
        if unusable:
            measured.counts[f"not_measured.{unusable}"] += len(zones)
            for zone in zones:
                zone.postpone(frame.ts)
            return measured
        if daily:
            self._look_daily(snapshot)
        for preset in {zone.zone.preset for zone in zones}:
            view = self._presets.get(preset, reference)
            here = [zone for zone in zones if zone.zone.preset == preset]
            self._measure(here, snapshot, scene, view, measured)
        return measured

    def _unusable(self, frame: Frame, before: Frame | None, reference: View | None) -> str:
        usable = self._camera.progress.usable
        if word := dark(frame.image, frame.ts, usable, self._location):
            return word
        if reference is not None and foggy(reference, view_of(shrink(frame.image))):
            return "fog"
        if usable.in_rain:
            return ""
        follows = before is not None and (frame.ts - before.ts).total_seconds() <= MAX_GAP
        wet = before is not None and follows and raining(before.image, frame.image)
        return "rain" if wet else ""

    def _measure(
        self,
        zones: list[ZoneProgress],
        snapshot: Snapshot,
        scene: Scene,
        view: View | None,
        measured: Measured,
    ) -> None:
        if self._classifier is None:
            return
        image = _laid_over(view, snapshot.frame.image)
        for zone in zones:
            if image is None:
                zone.postpone(snapshot.ts)
                measured.counts["not_measured.moved"] += 1
                continue
            hidden = hidden_share(zone.zone, scene)
            if hidden > self._camera.progress.usable.hidden:
                zone.postpone(snapshot.ts)
                measured.counts["not_measured.hidden"] += 1
                continue
            estimate = self._classifier.classify(image, zone.zone)
            self._observe(zone, snapshot, with_less_visible(estimate, hidden), measured)

    def _observe(
        self, zone: ZoneProgress, snapshot: Snapshot, estimate: StateEstimate, measured: Measured
    ) -> None:
        finding = zone.observe(estimate, snapshot.ts)
        measured.changed = True
        if finding is None or self._classifier is None:
            return
        if finding.changed or not zone.pictures_of(finding)[0]:
            occasion = Occasion(
                "progress",
                zone.zone.id,
                confidence=finding.confidence,
                model=Model(name=self._classifier.method, version="1"),
            )
            sha256, messages = snapshot.prove(self._report.new_id, occasion)
            zone.prove(finding, sha256)
            measured.messages += messages
        measured.messages.append(
            self._report.progress(
                zone.zone.id,
                finding,
                self._classifier.method,
                zone.pictures_of(finding),
                snapshot.ts,
            )
        )

    def _look_daily(self, snapshot: Snapshot) -> None:
        if self._daily is None:
            return
        try:
            self._daily.look(snapshot)
        except OSError as error:  # measuring goes on without it
            log.error("%s: picture of the day not kept: %s", self._camera.device, error)

    def _keep_day(self, daily: DayPicture, ts: datetime, measured: Measured) -> None:
        try:
            messages, given_up = daily.keep(ts)
        except OSError as error:
            log.error("%s: picture of the day not kept: %s", self._camera.device, error)
            return
        measured.messages += messages
        measured.counts += given_up


def _laid_over(view: View | None, image: Image) -> Image | None:
    """The picture as the reference view would show it; None where it is too far off."""
    if view is None:
        return image
    registration = register(view, view_of(shrink(image)))
    if registration is None or registration.shift > LARGEST:
        return None
    return registered(image, registration)


def _view(file: Path) -> View:
    image = cv2.imread(str(file))
    if image is None:
        raise ModelError(f"no picture at {file}; take one of the preset's view")
    return view_of(shrink(np.asarray(image, np.uint8)))
