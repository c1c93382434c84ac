"""When things go wrong: episodes drawn per day, written in the scenario, or shown live."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, get_args

from siteward_simulators.world.calendar import Calendar
from siteward_simulators.world.chance import rng, unit
from siteward_simulators.world.geometry import Point
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.state import Fault

LIVE_SLOT: Final = 100.0
"""Seconds; in each slot after the first start somebody walks where nobody may be."""
QUIET_DAYS: Final = range(-9, 1)
"""No camera fails by chance in the week that online ratios of claims look back on."""


@dataclass(frozen=True, slots=True)
class Episode:
    """Something wrong for a while.

    Attributes:
        kind: Hazard kind of the catalogue, or ``camera_`` and the fault.
        device: What should notice it.
        zone: Danger zone, for intrusions.
        start: First instant.
        end: First instant after.
        level: 0 mild to 1 severe.
        spot: Where in a camera's picture, for what is planted there.
    """

    kind: str
    device: str
    zone: str | None
    start: datetime
    end: datetime
    level: float
    spot: Point | None = None

    def holds(self, t: datetime) -> bool:
        """Whether it is going on."""
        return self.start <= t < self.end


def episodes_of_day(s: Scenario, seed: int, calendar: Calendar, day: int) -> list[Episode]:
    """Everything drawn by chance that begins on one day, live intrusions aside."""
    begins = calendar.start(day)
    found: list[Episode] = []
    for kind, per_month, hours, minutes in (
        ("night_work", s.rates.night_work, (22.3, 23.0), (60, 140)),
        ("noise_day", s.rates.noise_day, (8.0, 16.0), (40, 80)),
        ("dust", s.rates.dust, (8.0, 15.0), (65, 130)),
        ("crane_wind", s.rates.crane_wind, (8.0, 16.0), (30, 70)),
        ("crane_overmoment", s.rates.crane_overmoment, (8.0, 16.5), (8, 15)),
    ):
        device = s.crane if kind.startswith("crane") else s.dust_box
        chance = rng(seed, kind, day)
        if device is None or chance.random() >= per_month / 30:
            continue
        start = begins + timedelta(hours=chance.uniform(*hours))
        length = timedelta(minutes=chance.uniform(*minutes))
        found.append(Episode(kind, device.id, None, start, start + length, chance.random()))
    if begins < calendar.anchor:
        found += _intrusions(s, seed, begins, day)
    if day not in QUIET_DAYS:
        found += _camera_faults(s, seed, begins, day)
    return [e for e in found if e.start >= calendar.anchor or e.end <= calendar.anchor]


def _intrusions(s: Scenario, seed: int, begins: datetime, day: int) -> Iterator[Episode]:
    chance = rng(seed, "intrusion", day)
    expected = s.rates.intrusion / 30
    count = int(expected) + (chance.random() < expected % 1)
    for _ in range(count if s.danger_zones else 0):
        zone = chance.choice(s.danger_zones)
        start = begins + timedelta(hours=chance.uniform(7.2, 17.4))
        length = timedelta(seconds=chance.uniform(12, 60))
        yield Episode("intrusion", zone.camera, zone.id, start, start + length, chance.random())


def _camera_faults(s: Scenario, seed: int, begins: datetime, day: int) -> Iterator[Episode]:
    for camera in s.cameras:
        chance = rng(seed, "camera", camera.id, day)
        if chance.random() >= s.rates.camera_fault / 30:
            continue
        fault = chance.choice(get_args(Fault))
        start = begins + timedelta(hours=chance.uniform(0, 22))
        length = timedelta(minutes=chance.uniform(25, 90))
        yield Episode(f"camera_{fault}", camera.id, None, start, start + length, chance.random())


def written(s: Scenario, calendar: Calendar) -> list[Episode]:
    """The outages and live hazards that the scenario itself names."""
    outages = [
        Episode(
            f"camera_{outage.fault}",
            outage.camera,
            None,
            calendar.anchor + timedelta(hours=outage.start_hours),
            calendar.anchor + timedelta(hours=outage.start_hours + outage.hours),
            0.5,
        )
        for outage in s.outages
    ]
    shown = [
        Episode(
            event.kind,
            event.device,
            event.zone,
            calendar.anchor + timedelta(minutes=event.after_minutes),
            calendar.anchor + timedelta(minutes=event.after_minutes + event.minutes),
            0.5,
            event.spot,
        )
        for event in s.live
    ]
    return outages + shown


def innocents(s: Scenario, calendar: Calendar) -> list[Episode]:
    """What only looks like a hazard, as the scenario names it."""
    return [
        Episode(
            one.kind,
            one.device,
            None,
            calendar.anchor + timedelta(minutes=one.after_minutes),
            calendar.anchor + timedelta(minutes=one.after_minutes + one.minutes),
            0.5,
            one.spot,
        )
        for one in s.innocents
    ]


def live_intrusion(s: Scenario, seed: int, anchor: datetime, slot: int) -> Episode | None:
    """The intrusion of one slot of ``LIVE_SLOT`` seconds after the first start."""
    if slot < 0 or not s.danger_zones:
        return None
    zone = s.danger_zones[math.floor(unit(seed ^ 31, slot) * len(s.danger_zones))]
    begin = slot * LIVE_SLOT + 20 + unit(seed ^ 32, slot) * (LIVE_SLOT - 60)
    start = anchor + timedelta(seconds=begin)
    end = start + timedelta(seconds=12 + 16 * unit(seed ^ 33, slot))
    return Episode("intrusion", zone.camera, zone.id, start, end, unit(seed ^ 34, slot))
