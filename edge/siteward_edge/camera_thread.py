"""Runs one camera: its capture thread, and the thread that judges its newest picture."""

import base64
import logging
import queue
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import cv2
import msgspec
import numpy as np

from siteward_contracts.clock import Clock
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import CameraStatus, Health
from siteward_contracts.topics import Kind, Topic
from siteward_edge.camera import CameraWatch, Memory, Result
from siteward_edge.capture.latest import Decoded, Latest, to_frame
from siteward_edge.capture.loop import capture
from siteward_edge.capture.pace import Budget, CameraPace, Pace, Rate
from siteward_edge.capture.source import source_of
from siteward_edge.config.camera import Camera
from siteward_edge.delivery.outbox import Outbox, OutboxFullError
from siteward_edge.evidence.mask import FenceMask
from siteward_edge.evidence.snapshot import Seal
from siteward_edge.hazards.oc_sort import OcSort
from siteward_edge.health.clock import keep_asking
from siteward_edge.health.look import shrink
from siteward_edge.health.view import View, view_of
from siteward_edge.live import Watches, live_frame
from siteward_edge.progress.watch import Place
from siteward_edge.report import Report
from siteward_edge.vision.ports import Detector, ZoneClassifier

log = logging.getLogger(__name__)

OWED = 50
"""Findings of a camera that wait in memory while the disk takes nothing; pictures among them."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every camera of an agent shares."""

    site: str
    outbox: Outbox
    watches: Watches
    publish_frame: Callable[[Topic, bytes], None]
    clock: Clock
    new_id: IdSource
    telemetry_every: timedelta
    budget: Budget
    thread_cpu: Callable[[], float]
    seal: Seal = field(default_factory=Seal)
    place: Place = field(default_factory=Place)


class Settings(NamedTuple):
    """Of one camera, with what they need."""

    camera: Camera
    detector: Detector
    classifier: ZoneClassifier | None


@dataclass(slots=True)
class CameraThread:
    """The threads of one camera: one only decodes, one only judges, one asks for the time.

    Attributes:
        camera: What to open and look for.
        shared: What it shares with the agent's other cameras.
        watch: What judges its pictures.
        pace: How often that is done.
        latest: Its newest picture.
        fps: Pictures per second that came lately.
        judged_fps: And that were judged.
        beat: When the judging thread last went round; once that stands still, it hangs.
    """

    camera: Camera
    shared: Surroundings
    watch: CameraWatch
    pace: CameraPace
    latest: Latest = field(default_factory=Latest)
    fps: float = 0.0
    judged_fps: float = 0.0
    beat: datetime | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _clock_offsets: queue.SimpleQueue[float] = field(default_factory=queue.SimpleQueue)
    _settings: queue.SimpleQueue[Settings] = field(default_factory=queue.SimpleQueue)
    _threads: list[threading.Thread] = field(default_factory=list)
    _kept_view: View | None = None
    _owed: Result = field(default_factory=Result)
    _refused: bool = False
    _counted: Counter[str] = field(default_factory=Counter)

    def start(self, rng: random.Random) -> None:
        """Starts the threads. They are daemons: a read may block for seconds."""
        source = source_of(self.camera)
        args = (source, self.latest, self._stop, self.shared.clock, rng, self._note)
        name = self.camera.device
        self._threads = [
            threading.Thread(target=capture, args=args, name=f"{name}.capture", daemon=True),
            threading.Thread(target=self._judge_all, name=f"{name}.judge", daemon=True),
            threading.Thread(target=self._ask_clock, name=f"{name}.clock", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def change(self, settings: Settings) -> None:
        """Other settings from the next picture on; capture goes on meanwhile."""
        self._settings.put(settings)

    def ask_to_stop(self) -> None:
        """All threads end soon."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Waits for the judging thread; what it has begun is stored then."""
        self._threads[1].join(seconds)

    def status(self) -> CameraStatus:
        """Its line in the agent's status."""
        offline = self.watch.health is Health.OFFLINE
        status = self.watch.status(0.0 if offline else self.fps)
        return msgspec.structs.replace(
            status,
            cause=str(self.latest.cause) if offline else status.cause,
            judged_fps=0.0 if offline else round(self.judged_fps, 1),
            asked_fps=self.camera.fps,
        )

    def _note(self, word: str) -> None:
        self._counted[word] += 1

    def _judge_all(self) -> None:
        now = self.shared.clock()
        newest = now
        report = Pace(self.shared.telemetry_every, now + self.shared.telemetry_every)
        mask = FenceMask(self.camera.mask)
        came, judged = Rate(now), Rate(now)
        while not self._stop.is_set():
            self.beat = self.shared.clock()
            try:
                if self._adopt_settings():
                    self.pace.ask(self.camera.fps)
                decoded = self.latest.take(0.25)
                now = self.shared.clock()
                if decoded is None:
                    self._store(self._missed(newest, now))
                else:
                    newest = decoded.ts
                    self._look(decoded, mask)
                if not self._clock_offsets.empty():
                    self._store(self.watch.tell_clock(self._clock_offsets.get(), now))
                if report.due(now):
                    self.fps = came.ask(self.latest.count, now)
                    self.judged_fps = judged.ask(self.pace.judged, now)
                    reading = self.watch.telemetry(self.fps, now, self.judged_fps)
                    self._store(Result([reading], changed=True))  # when it last looked, too
                    self._keep_counts()
            except Exception:  # one bad picture must not end a camera
                log.exception("%s: picture not judged", self.camera.device)
                self.shared.outbox.count(f"camera.failed.{self.camera.device}")
                self._stop.wait(1)
        self._store(Result(changed=True))  # until when it looked

    def _ask_clock(self) -> None:
        url = self.camera.health.clock_url or self.camera.url
        tell = self._clock_offsets.put
        keep_asking(url, self._connected, tell, self.shared.clock, self._stop)

    def _connected(self) -> bool:
        return self.latest.count > 0 and self.latest.trouble is None

    def _missed(self, newest: datetime, now: datetime) -> Result:
        return self.watch.miss(self.latest.silent_since(newest), now, str(self.latest.cause))

    def _keep_counts(self) -> None:
        """Adds what capture noted to the outbox's counts, rarely: each is a write to disk."""
        for word in list(self._counted):
            self.shared.outbox.count(f"camera.{word}.{self.camera.device}", self._counted.pop(word))

    def _adopt_settings(self) -> bool:
        if self._settings.empty():
            return False
        settings = self._settings.get()
        self.camera, self.watch = settings.camera, self.watch.changed(*settings)
        return True

    def _look(self, decoded: Decoded, mask: FenceMask) -> None:
        """Judges a picture if it is time to, and shows it if somebody watches."""
        before = self.shared.thread_cpu()
        due = self.pace.due(decoded.ts)
        watched = self.shared.watches.wanted(self.camera.device, decoded.ts)
        if not due and not watched:
            return
        frame = mask(to_frame(decoded, self.camera.device))
        if due:
            self._store(self.watch.see(frame))
            self.pace.took(self.shared.thread_cpu() - before)
        if watched:
            # Between two judgements the boxes are those of the last one.
            payload = live_frame(frame, self.watch.health, self.watch.boxes, self.shared.new_id)
            self.shared.publish_frame(Topic(self.shared.site, frame.device, Kind.FRAME), payload)

    def _store(self, result: Result) -> None:
        """Stores what a step led to; on a full disk findings are kept and tried again later."""
        self._counted += result.counts
        step = Result([*self._owed.messages, *result.messages], self._owed.changed | result.changed)
        remembered, view = to_remember(self.watch, step, self._kept_view)
        if not result.messages and (self._refused or not remembered):
            self._owed = step
            return  # once refused, tried again no more often than readings come
        try:
            self.shared.outbox.put(step.messages, remembered)
        except OutboxFullError as error:
            log.error("%s: %s", self.camera.device, error)
            findings = [m for m in step.messages if not m.thinnable]
            self._owed, self._refused = Result(findings[-OWED:], step.changed), True
        else:
            self._owed, self._refused, self._kept_view = Result(), False, view


def camera_thread(
    camera: Camera,
    shared: Surroundings,
    detector: Detector,
    classifier: ZoneClassifier | None,
) -> CameraThread:
    """Prepares a camera with what the outbox remembers of it."""
    report = Report(shared.site, camera.device, shared.new_id, shared.seal)
    recall, now = shared.outbox.recall, shared.clock()
    watch = camera_watch(camera, detector, classifier, report, recall, now, shared.place)
    pace = shared.budget.camera(camera.fps, now)
    return CameraThread(camera, shared, watch, pace, _kept_view=watch.reference)


def camera_watch(
    camera: Camera,
    detector: Detector,
    classifier: ZoneClassifier | None,
    report: Report,
    recall: Callable[[str], str | None],
    now: datetime,
    place: Place,
) -> CameraWatch:
    """What judges a camera's pictures, with what is remembered of it under its keys."""
    stored = recall(memory_key(camera))
    memory = msgspec.json.decode(stored, type=Memory) if stored else Memory()
    view = first_view(camera, recall)
    tracker = OcSort(camera.fps, f"{camera.device}-{now:%y%m%d%H%M%S}")
    return CameraWatch(camera, detector, classifier, tracker, report, memory, now, view, place)


def to_remember(
    watch: CameraWatch, result: Result, kept_view: View | None
) -> tuple[dict[str, str], View | None]:
    """What a step changed of a camera's memory, under its keys, and the view kept then."""
    remembered: dict[str, str] = {}
    if result.changed:
        remembered[memory_key(watch.camera)] = msgspec.json.encode(watch.memory()).decode()
    if watch.reference is not None and watch.reference is not kept_view:
        kept_view = watch.reference
        remembered[view_key(watch.camera)] = _as_text(kept_view)
    return remembered, kept_view


def memory_key(camera: Camera) -> str:
    """Where the outbox keeps a camera's memory."""
    return f"camera.{camera.device}"


def view_key(camera: Camera) -> str:
    """Where the outbox keeps a camera's reference view; empty for "take a new one"."""
    return f"view.{camera.device}"


def first_view(camera: Camera, recall: Callable[[str], str | None]) -> View | None:
    """The right view of a camera, from its file or as it was remembered; None for neither."""
    if camera.reference is not None:
        image = cv2.imread(str(camera.reference))
        if image is None:
            log.warning("%s: no picture at %s", camera.device, camera.reference)
            return None
        return view_of(shrink(np.asarray(image, np.uint8)))
    stored = recall(view_key(camera))
    if not stored:
        return None
    png = np.frombuffer(base64.b64decode(stored), np.uint8)
    return view_of(np.asarray(cv2.imdecode(png, cv2.IMREAD_GRAYSCALE), np.uint8))


def _as_text(view: View) -> str:
    _, png = cv2.imencode(".png", view.gray)
    return base64.b64encode(np.asarray(png).tobytes()).decode()
