"""One site's world: ask it for any instant, before or after the first start."""

import math
from datetime import datetime, timedelta
from typing import Final

from siteward_simulators.world import air, crane, hazards, people, sights, weather, works
from siteward_simulators.world.calendar import Calendar, at_work
from siteward_simulators.world.chance import seed_of, unit
from siteward_simulators.world.hazards import LIVE_SLOT, Episode
from siteward_simulators.world.scenario import Camera, Scenario
from siteward_simulators.world.state import (
    Air,
    CameraTruth,
    Crane,
    Fault,
    Person,
    Sight,
    SiteState,
    Weather,
    ZoneTruth,
)

INTRUSION_MARGIN: Final = people.APPROACH
"""Intruders are in the picture a little before and after they are in the zone."""
SHIFT: Final = (0.09, 0.05)
"""How far a moved camera looks aside, in fractions of its picture."""
CLOCK_AHEAD: Final = 437.0
"""Seconds by which a wrong clock is ahead."""


class World:
    """Deterministic in scenario, seed and anchor; every method is a question about ``t``."""

    def __init__(self, scenario: Scenario, seed: int, anchor: datetime, speed: float = 1) -> None:
        """Fixes a world.

        Args:
            scenario: The site.
            seed: Draws everything the scenario leaves open.
            anchor: The instant of the first start; day 0 is its Shanghai date.
            speed: After the anchor, work grows this many times as fast. Clocks, and with
                them daylight and legal hours, stay as they are.
        """
        self.scenario = scenario
        self.anchor = anchor
        self.calendar = Calendar(anchor)
        self.speed = speed
        self.seed = seed_of(seed, scenario.site)
        self._sky = seed_of(seed, "sky")  # the sites stand in one city
        self._cameras = {camera.id: camera for camera in scenario.cameras}
        self._written = hazards.written(scenario, self.calendar)
        self._innocents = hazards.innocents(scenario, self.calendar)
        self._days: dict[int, list[Episode]] = {}
        self._weather: tuple[datetime, Weather | None] = (anchor, None)

    def at(self, t: datetime) -> SiteState:
        """Everything true of the site at an instant."""
        items = self.work_items(t)
        return SiteState(
            site=self.scenario.site,
            at=t,
            weather=self.weather(t),
            air=self.air(t),
            crane=self.crane(t),
            zones=works.zones(self.scenario, items),
            work_items=items,
            people=[p for camera in self.scenario.cameras for p in self.people(camera.id, t)],
            workers=self.workers(t),
            cameras={name: self.camera(name, t) for name in self._cameras},
            hazards=frozenset(e.kind for e in self.episodes(t, t + timedelta(seconds=1))),
            sights=[s for camera in self.scenario.cameras for s in self.sights(camera.id, t)],
        )

    def weather(self, t: datetime) -> Weather:
        """Light, rain and wind."""
        asked, answer = self._weather
        if asked != t or answer is None:
            days = self.calendar.days(t)
            answer = weather.weather(self._sky, self.scenario.project.latitude, days, t)
            self._weather = t, answer  # air, crane and pictures ask for the same instant
        return answer

    def air(self, t: datetime) -> Air | None:
        """What the dust and noise box would read; None where there is none."""
        if self.scenario.dust_box is None:
            return None
        days = self.calendar.days(t)
        return air.air(self.seed, days, t, self.work(t), self.weather(t), self._now(t))

    def crane(self, t: datetime) -> Crane | None:
        """What the tower crane's controller would say; None where there is none."""
        if self.scenario.crane is None:
            return None
        days = self.calendar.days(t)
        return crane.crane(self.seed, days, self.work(t), self.weather(t), self._now(t))

    def work(self, t: datetime) -> float:
        """Share of the crews at work, 0 to 1."""
        days = self.calendar.days(t)
        attendance = 0.82 + 0.18 * unit(self.seed ^ 61, math.floor(days))
        return attendance * at_work(days)

    def workers(self, t: datetime) -> int:
        """People on the whole site."""
        day = self.calendar.days(t)
        size = sum(c.size for c in self.scenario.crews if c.days[0] <= day <= c.days[1])
        return round(size * self.work(t))

    def people(self, camera: str, t: datetime) -> list[Person]:
        """Everybody in one camera's picture."""
        near = self.episodes(t - INTRUSION_MARGIN, t + INTRUSION_MARGIN)
        mine = [e for e in near if e.kind == "intrusion" and e.device == camera]
        days = self.calendar.days(t)
        look = self._camera(camera)
        found = people.people(self.seed, self.scenario, look, days, self.work(t), t, mine)
        for episode in self._planted(camera, t):
            found += sights.people_of(episode, t)
        return found

    def sights(self, camera: str, t: datetime) -> list[Sight]:
        """What else is in one camera's picture."""
        planted = self._planted(camera, t)
        found = sights.plots(self.scenario, camera, planted, t)
        for episode in planted:
            found += sights.sights_of(episode, t)
        return found

    def people_count(self, camera: str, t: datetime) -> int:
        """How many workers are in one camera's picture, without their places."""
        days = self.calendar.days(t)
        return people.count(self.seed, self._camera(camera), days, self.work(t))

    def camera(self, device: str, t: datetime) -> CameraTruth:
        """What is wrong with a camera."""
        for episode in self._now(t):
            if episode.device == device and episode.kind.startswith("camera_"):
                fault: Fault = episode.kind.removeprefix("camera_")  # type: ignore[assignment]
                shift = SHIFT if fault == "moved" else (0.0, 0.0)
                ahead = CLOCK_AHEAD if fault == "clock" else 0.0
                return CameraTruth(device, fault, shift, ahead)
        return CameraTruth(device)

    def work_items(self, t: datetime) -> dict[str, float]:
        """Percent really done of every work item."""
        days = self.calendar.days(t)
        if t > self.anchor and self.speed != 1:
            start = self.calendar.days(self.anchor)
            days = start + (days - start) * self.speed
        return {item.id: works.done(item, days) for item in self.scenario.work_items}

    def zones(self, t: datetime) -> dict[str, ZoneTruth]:
        """The truth of every zone."""
        return works.zones(self.scenario, self.work_items(t))

    def episodes(self, start: datetime, end: datetime) -> list[Episode]:
        """Everything wrong at any instant of ``[start, end)``, by when it began."""
        first = math.floor(self.calendar.days(start)) - 1
        last = math.floor(self.calendar.days(end))
        found = [e for day in range(first, last + 1) for e in self._day(day)]
        found += self._written + self._live(start, end)
        overlapping = [e for e in found if e.start < end and e.end > start]
        return sorted(overlapping, key=lambda e: (e.start, e.kind, e.device))

    def _now(self, t: datetime) -> list[Episode]:
        day = math.floor(self.calendar.days(t))
        candidates = (*self._day(day), *self._day(day - 1), *self._written)
        return [e for e in candidates if e.holds(t)]

    def _planted(self, camera: str, t: datetime) -> list[Episode]:
        """What the scenario plants before a camera now, hazards and innocents."""
        return [
            e
            for e in (*self._written, *self._innocents)
            if e.spot is not None and e.device == camera and e.holds(t)
        ]

    def _day(self, day: int) -> list[Episode]:
        if day not in self._days:
            drawn = hazards.episodes_of_day(self.scenario, self.seed, self.calendar, day)
            faults = [e for e in (*drawn, *self._written) if e.kind.startswith("camera_")]
            self._days[day] = [e for e in drawn if not _unseen(e, faults)]
        return self._days[day]

    def _live(self, start: datetime, end: datetime) -> list[Episode]:
        first = math.floor((start - self.anchor).total_seconds() / LIVE_SLOT)
        last = math.floor((end - self.anchor).total_seconds() / LIVE_SLOT)
        slots = range(max(0, first), last + 1)
        drawn = (hazards.live_intrusion(self.scenario, self.seed, self.anchor, k) for k in slots)
        return [e for e in drawn if e]

    def _camera(self, device: str) -> Camera:
        return self._cameras[device]


def _unseen(episode: Episode, faults: list[Episode]) -> bool:
    """An intrusion before a camera that sees nothing is nobody's to find."""
    return episode.kind == "intrusion" and any(
        fault.device == episode.device and fault.start < episode.end and fault.end > episode.start
        for fault in faults
    )
