"""Live frames and events to those who watch.

A viewer holds at most the newest frame of each camera, so that a slow one skips frames and
never makes anybody wait; events wait in a bounded queue. Cameras send only while watched.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from siteward_contracts.clock import Clock
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import Command
from siteward_contracts.topics import EVENTS, BadTopicError, Kind, Topic, parse_topic
from siteward_platform.api.metrics import Metrics

ASK_AGAIN: Final = 10.0
"""Seconds between watch commands to a watched camera."""
ASK_FOR: Final = 25.0
"""Seconds a camera sends after one command; two may be lost."""
MOST_CAMERAS: Final = 16
MOST_FPS: Final = 15.0
_EVENTS_WAITING: Final = 200
_EARLY: Final = 0.8
"""A frame may come this share of its interval after the one before: cameras jitter."""


class Wire(Protocol):
    """The broker as the live relay needs it; see :class:`siteward_platform.api.broker.Broker`."""

    def start(self, listener: Callable[[str, bytes], None]) -> None:
        """Connects; the listener is called on another thread."""

    def stop(self) -> None:
        """Disconnects."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Sends at most once."""

    def listen(self, topic: str) -> None:
        """Subscribes."""

    def unlisten(self, topic: str) -> None:
        """Unsubscribes."""


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a viewer asks for: cameras as ``site/device`` and frames per second.

    ``rates`` are those of cameras that want another rate: the enlarged one, or thumbnails.
    """

    watch: list[str]
    fps: float = 5.0
    rates: dict[str, float] = {}


@dataclass(eq=False, slots=True)
class Viewer:
    """One open socket: what it wants and what waits to be sent to it."""

    cameras: dict[str, float] = field(default_factory=dict)
    frames: dict[str, bytes] = field(default_factory=dict)
    sent_at: dict[str, float] = field(default_factory=dict)
    events: deque[str] = field(default_factory=lambda: deque(maxlen=_EVENTS_WAITING))
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def next_messages(self) -> list[str | bytes]:
        """Waits for something to send; events first, then the newest frame of each camera."""
        await self.wake.wait()
        self.wake.clear()
        waiting: list[str | bytes] = [*self.events, *self.frames.values()]
        self.events.clear()
        self.frames.clear()
        return waiting


class BadWatchError(ValueError):
    """A viewer asked for something that cannot be."""


def parse_watch(text: str) -> Watch:
    """What a viewer says.

    Raises:
        BadWatchError: It is not a watch request, or wants too much.
    """
    try:
        watch = msgspec.json.decode(text, type=Watch)
    except msgspec.DecodeError as error:
        raise BadWatchError(str(error)) from error
    if len(watch.watch) > MOST_CAMERAS:
        raise BadWatchError(f"at most {MOST_CAMERAS} cameras")
    if not all(0 < fps <= MOST_FPS for fps in (watch.fps, *watch.rates.values())):
        raise BadWatchError(f"fps must be over 0 and at most {MOST_FPS:g}")
    for camera in watch.watch:
        _topic(camera, Kind.FRAME)
    return watch


class Live:
    """The relay. All of it runs on the event loop but the broker's own thread."""

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        new_id: IdSource,
        monotonic: Callable[[], float],
        metrics: Metrics,
    ) -> None:
        """Keeps its parts; :meth:`running` starts it."""
        self._wire, self._clock, self._new_id = wire, clock, new_id
        self._monotonic, self._metrics = monotonic, metrics
        self._viewers: set[Viewer] = set()
        self._watched: dict[str, float] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connects for the length of the block and keeps asking watched cameras."""
        loop = asyncio.get_running_loop()

        def arrived(topic: str, payload: bytes) -> None:
            with suppress(RuntimeError):  # the loop has closed; nobody watches any more
                loop.call_soon_threadsafe(self.take, topic, payload)

        self._wire.listen(f"{EVENTS}/+")
        self._wire.start(arrived)
        asking = asyncio.create_task(self._keep_asking())
        try:
            yield
        finally:
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
            self._wire.stop()

    def join(self) -> Viewer:
        """A new viewer; it gets events at once and frames when it asks."""
        viewer = Viewer()
        self._viewers.add(viewer)
        self._metrics.viewers.set(len(self._viewers))
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """The viewer has gone; cameras nobody else watches are left alone."""
        self._viewers.discard(viewer)
        self._metrics.viewers.set(len(self._viewers))
        self._settle()

    def watch(self, viewer: Viewer, wanted: Watch) -> None:
        """Changes what a viewer sees."""
        viewer.cameras = {c: wanted.rates.get(c, wanted.fps) for c in wanted.watch}
        for camera in viewer.frames.keys() - viewer.cameras.keys():
            del viewer.frames[camera]
        self._settle()

    def take(self, topic: str, payload: bytes) -> None:
        """Hands an event to every viewer, a frame to those who watch its camera."""
        if topic.startswith(f"{EVENTS}/"):
            try:
                text = payload.decode()
            except UnicodeDecodeError:
                return
            for viewer in self._viewers:
                viewer.events.append(text)
                viewer.wake.set()
            return
        camera = _camera(topic)
        if camera is None or not payload.startswith(b'{"'):
            self._metrics.frames_refused.inc()
            return
        self._take_frame(camera, b'{"camera":"%b",%b' % (camera.encode(), payload[1:]))

    def count_frame(self) -> None:
        """A frame has gone out to a viewer."""
        self._metrics.frames.inc()

    def _take_frame(self, camera: str, frame: bytes) -> None:
        now = self._monotonic()
        for viewer in self._viewers:
            fps = viewer.cameras.get(camera)
            if fps is None or now - viewer.sent_at.get(camera, float("-inf")) < _EARLY / fps:
                continue
            if camera in viewer.frames:
                self._metrics.frames_skipped.inc()
            viewer.frames[camera] = frame
            viewer.sent_at[camera] = now
            viewer.wake.set()

    def _settle(self) -> None:
        """Brings subscriptions and cameras in line with what viewers want."""
        wanted: dict[str, float] = {}
        for viewer in self._viewers:
            for camera, fps in viewer.cameras.items():
                wanted[camera] = max(fps, wanted.get(camera, 0.0))
        before, self._watched = self._watched, wanted
        for camera in before.keys() - wanted.keys():
            self._wire.unlisten(_topic(camera, Kind.FRAME))
        for camera, fps in wanted.items():
            if camera not in before:
                self._wire.listen(_topic(camera, Kind.FRAME))
            if fps > before.get(camera, 0.0):
                self._ask(camera, fps)

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(ASK_AGAIN)
            for camera, fps in self._watched.items():
                self._ask(camera, fps)

    def _ask(self, camera: str, fps: float) -> None:
        command = Command(
            id=self._new_id(), ts=self._clock(), action="watch", seconds=ASK_FOR, fps=fps
        )
        self._wire.publish(_topic(camera, Kind.COMMAND), msgspec.json.encode(command))


def _topic(camera: str, kind: Kind) -> str:
    site, _, device = camera.partition("/")
    topic = str(Topic(site, device, kind))
    try:
        parse_topic(topic)
    except BadTopicError as error:
        raise BadWatchError(str(error)) from error
    return topic


def _camera(topic: str) -> str | None:
    try:
        where = parse_topic(topic)
    except BadTopicError:
        return None
    return f"{where.site}/{where.device}" if where.kind is Kind.FRAME else None
