"""What simulated cameras see in an exam: pictures through hours of weather, faults and hazards."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import av
import cv2
import numpy as np

from siteward_simulators.devices.film import Press
from siteward_simulators.devices.materials import Image
from siteward_simulators.devices.renderer import render
from siteward_simulators.snapshot import scene_of
from siteward_simulators.world.calendar import hour
from siteward_simulators.world.chance import rng
from siteward_simulators.world.state import CameraTruth, Fault, SiteState
from siteward_simulators.world.weather import hard
from siteward_simulators.world.world import CLOCK_AHEAD, SHIFT, World

HEALTH_SIZE: Final = (640, 360)
"""Faults of a camera show as well in a small picture."""
HAZARD_SIZE: Final = (960, 540)
"""As the simulated cameras send it: helmets at the horizon are five pixels wide."""
BURST: Final = timedelta(seconds=40)
BURSTS: Final = timedelta(minutes=6)
"""Weather is looked at for 40 s of every 6 minutes: longer than any fault needs to be told."""
WEATHER_EVERY: Final = timedelta(seconds=1)
FAULT_EVERY: Final = timedelta(seconds=0.5)
BEFORE: Final = timedelta(seconds=40)
LASTS: Final = timedelta(seconds=75)
AFTER: Final = timedelta(seconds=25)
"""Around a planted fault. It must be told within 60 s."""
HOURS: Final = (13.0, 19.5, 2.0, 8.0)
"""Of the day at which faults are planted, in turn."""
HAZARD_EVERY: Final = timedelta(seconds=0.25)
PROGRESS_EVERY: Final = timedelta(minutes=40)
PAIR: Final = timedelta(seconds=0.5)
"""Progress looks at two pictures in a row, to tell rain."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One instant before a camera: a picture, or None when it sends nothing.

    Attributes:
        ts: When.
        picture: What the coder left of it.
        clock_offset: What the camera's clock says, where it is asked just then.
    """

    ts: datetime
    picture: Image | None
    clock_offset: float | None = None


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault of a camera that was made."""

    fault: Fault
    start: datetime
    end: datetime


class Eye:
    """A simulated camera: what it sees goes through its coder, as a stream would."""

    def __init__(self, world: World, device: str, size: tuple[int, int]) -> None:
        """Opens its coder."""
        self._world = world
        self._device = device
        self._scene = scene_of(world.scenario, device, *size)
        self._press = Press(*size)
        self._reader = av.CodecContext.create("h264", "r")
        self._first: datetime | None = None
        self._last: Image | None = None

    def see(
        self, ts: datetime, truth: CameraTruth, change: Callable[[SiteState], SiteState]
    ) -> Image | None:
        """The picture of an instant; None while it is offline."""
        if truth.fault == "offline":
            return None
        if truth.fault != "frozen" or self._last is None:
            state = change(self._world.at(ts))
            state = replace(state, cameras={self._device: truth})
            self._last = render(state, self._scene, ts.timestamp() % 3600)
        self._first = self._first or ts
        for item in self._press.encode(
            self._last, int((ts - self._first) / timedelta(milliseconds=1))
        ):
            for frame in self._reader.decode(av.Packet(item.unit)):
                return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
        return None


def weather(eye: Eye, world: World, device: str, start: datetime, hours: float) -> Iterator[Shot]:
    """Hours of hard weather without any fault."""
    begin = start
    while begin < start + timedelta(hours=hours):
        for ts in _steps(begin, begin + BURST, WEATHER_EVERY):
            yield Shot(ts, eye.see(ts, CameraTruth(device), lambda s: _harder(world, s)))
        begin += BURSTS


def plan(world: World, device: str, start: datetime, kinds: Sequence[Fault]) -> list[Planted]:
    """Every fault once, in an order and at hours of the seed, after ``start``."""
    chance = rng(world.seed, "exam", device)
    faults = list(kinds)
    chance.shuffle(faults)
    midnight = world.calendar.start(int(world.calendar.days(start)) + 1)
    planted = []
    for number, fault in enumerate(faults):
        at = (number // len(HOURS)) * 24 + sorted(HOURS)[number % len(HOURS)]
        begin = midnight + timedelta(hours=at + chance.uniform(0, 2))
        planted.append(Planted(fault, begin, begin + LASTS))
    return planted


def faults(eye: Eye, world: World, device: str, planted: list[Planted]) -> Iterator[Shot]:
    """Each planted fault with what was before and after it."""
    for one in planted:
        for ts in _steps(one.start - BEFORE, one.end + AFTER, FAULT_EVERY):
            wrong = one.start <= ts < one.end
            truth = _truth(device, one.fault) if wrong else CameraTruth(device)
            picture = eye.see(ts, truth, lambda s: _harder(world, s))
            asked = one.fault == "clock" and ts in (one.start, one.end)
            yield Shot(ts, picture, truth.clock_offset if asked else None)


def hazards(eye: Eye, device: str, start: datetime, seconds: float) -> Iterator[Shot]:
    """A drill, picture by picture."""
    for ts in _steps(start, start + timedelta(seconds=seconds), HAZARD_EVERY):
        yield Shot(ts, eye.see(ts, CameraTruth(device), lambda s: s))


def build(eye: Eye, world: World, device: str, first_day: int, days: int) -> Iterator[Shot]:
    """A build in pairs of pictures through the working hours of many days."""
    for day in range(first_day, first_day + days):
        morning = world.calendar.start(day) + timedelta(hours=8)
        for begin in _steps(morning, morning + timedelta(hours=9), PROGRESS_EVERY):
            for ts in (begin, begin + PAIR):
                yield Shot(ts, eye.see(ts, CameraTruth(device), lambda s: s))


def packet_body(picture: Image | None) -> bytes:
    """A picture as it goes to the agent: nothing more is lost."""
    if picture is None:
        return b""
    _, encoded = cv2.imencode(".bmp", picture)
    return np.asarray(encoded).tobytes()


def _truth(device: str, fault: Fault) -> CameraTruth:
    shift = SHIFT if fault == "moved" else (0.0, 0.0)
    return CameraTruth(device, fault, shift, CLOCK_AHEAD if fault == "clock" else 0.0)


def _harder(world: World, state: SiteState) -> SiteState:
    local = hour(world.calendar.days(state.at))
    return replace(state, weather=hard(state.weather, local))


def _steps(start: datetime, end: datetime, every: timedelta) -> Iterator[datetime]:
    for number in range(int((end - start) / every)):
        yield start + number * every
