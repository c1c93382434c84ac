"""What a project's rooms show beside its page: forecasts, devices over time, cameras set up."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from siteward_platform.api.schemas.setup import ZoneStateIn
from siteward_platform.api.schemas.values import Fraction, In, Out, Slug, Text, Yuan


class Estimate(Out):
    """An estimate at completion, by what it supposes of the rest of the work."""

    supposes: Literal["typical", "atypical", "combined"]
    formula: str
    amount: Yuan | None


class Forecast(Out):
    """What follows from the earned value of today; nulls where a division has no meaning.

    ``finish`` is the planned duration over SPI: when it is done if the pace stays.
    """

    as_of: date
    schedule_variance: Yuan
    cost_variance: Yuan
    estimates: list[Estimate]
    variance_at_completion: Yuan | None
    to_complete_index: float | None
    planned_finish: date
    finish: date | None


class StretchOut(Out):
    """A time in one condition: fit, reporting that it is not, reporting nothing, not yet there."""

    start: datetime
    end: datetime
    condition: Literal["ok", "unfit", "silent", "unknown"]


class DeviceAlertOut(Out):
    """An alert about the device itself; ``end`` is null while it lasts."""

    id: int
    kind: str
    title: Text
    start: datetime
    end: datetime | None


class DeviceTimelineOut(Out):
    """A device over time."""

    device: str
    kind: str
    name: Text
    fit_ratio: float | None
    stretches: list[StretchOut]
    alerts: list[DeviceAlertOut]


class TemplateStateOut(Out):
    """A state a kind of work passes through; ``unseen`` by any camera."""

    code: str
    name: Text
    percent: float
    acceptance: bool
    unseen: bool


class StateTemplateOut(Out):
    """The ordered states of a kind of project, as agents know it by name."""

    name: str
    title: Text
    note: str
    storeys: bool
    unseen_weight: float
    states: list[TemplateStateOut]


class CameraZoneIn(In):
    """A zone of a camera: what it is called, what grows in it, and where it is."""

    id: Slug
    name: Text
    work_item: Slug
    weight: Fraction
    polygon: list[tuple[Fraction, Fraction]] = Field(min_length=3, max_length=50)
    states: list[ZoneStateIn] = Field(min_length=2)


class CameraZoneOut(Out):
    """A zone of a camera as it stands; nothing is demanded of what was set before."""

    id: str
    name: Text
    work_item: str
    weight: float
    polygon: list[tuple[float, float]]
    states: list[ZoneStateIn]


class NamedZone(In):
    """A danger zone's name."""

    id: Slug
    name: Text


class CameraZonesIn(In):
    """Every zone and danger zone of a camera as the platform shows them."""

    zones: list[CameraZoneIn] = Field(max_length=100)
    danger_zones: list[NamedZone] = Field(max_length=100)


class CameraPicture(Out):
    """A stored picture to draw on."""

    sha256: str
    ts: datetime
    purpose: str


class CameraSetup(Out):
    """What is needed to set a camera up. ``agent`` speaks for it; null while none is known."""

    project: str
    camera: str
    name: Text
    agent: str | None
    health: str
    last_good: datetime | None
    pictures: list[CameraPicture]
    zones: list[CameraZoneOut]
    danger_zones: list[NamedZone]
