"""A site as declared in ``scenarios/*.yaml``: what is built, watched, paid and what goes wrong.

Days are whole days relative to day 0, the Shanghai date of the first start: -30 is a month
before it, 40 lies ahead. The same file gives the camera renderer its pictures and the edge
agent its zones, so the two can never disagree.
"""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from siteward_contracts.topics import SLUG_PATTERN
from siteward_simulators.world.state import Fault

Slug = Annotated[str, Field(pattern=SLUG_PATTERN)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Percent = Annotated[float, Field(ge=0, le=100)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Fraction, Fraction]
Polygon = Annotated[tuple[Point, ...], Field(min_length=3)]
Yuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2, ge=0)]
Day = int
HazardKind = Literal[
    "intrusion", "night_work", "noise_day", "dust", "crane_wind", "crane_overmoment",
    "no_helmet", "no_vest", "person_under_load", "fire_smoke", "bare_soil", "crowding",
]  # fmt: skip
InnocentKind = Literal["steam", "machine", "beacon", "welding", "load", "group"]
"""What looks like a hazard and is none: steam and welding are no fire, nor are an orange machine
and a warning light; nobody stands under the load; the group is no crowd."""


class Entry(BaseModel):
    """Part of a scenario: unknown keys are refused and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Entry):
    """A name in both languages."""

    zh: str
    en: str


class Responsible(Entry):
    """Somebody who answers for the project."""

    duty: Text
    name: str


class Project(Entry):
    """What the project is. Its id is the site's slug."""

    id: Slug
    name: Text
    kind: Literal["kindergarten", "elderly_care", "road"]
    address: str
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    started: Day
    planned_finish: Day
    description: str = ""
    people: list[Responsible] = []


class Contract(Entry):
    """The works contract, in yuan."""

    contract_sum: Yuan
    approved_estimate: Yuan
    approved_variations: Yuan = Decimal("0.00")
    progress_cap: Fraction = 0.97
    retention: Fraction = 0.03
    wage_share: Fraction = 0.20
    advance: Yuan = Decimal("0.00")
    signed: Day
    payee_name: str
    payee_account: str


class WorkItem(Entry):
    """A line of the bill. ``progress`` is the truth: days and the percent really done then."""

    id: Slug
    name: Text
    value: Yuan
    planned: tuple[Day, Day]
    progress: Annotated[list[tuple[Day, Percent]], Field(min_length=2)]

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.planned[0] >= self.planned[1]:
            raise ValueError("planned: the work must start before it finishes")
        for (day, percent), (later, more) in zip(self.progress, self.progress[1:], strict=False):
            if later <= day or more < percent:
                raise ValueError("progress: days must rise and percents must not fall")
        return self


class Milestone(Entry):
    """An acceptance node; ``claimed`` and ``accepted`` are days, or not yet."""

    id: Slug
    name: Text
    due: Day
    work_items: list[Slug]
    claimed: Day | None = None
    accepted: Day | None = None


class ZoneState(Entry):
    """A state of a zone. ``pattern`` names the material of each band, bottom to top."""

    code: Code
    name: Text
    percent: Percent
    pattern: list[str]


class Zone(Entry):
    """A part of a picture in which one work item grows, as stacked bands of material."""

    id: Code
    name: Text
    camera: Slug
    work_item: Slug
    weight: Fraction
    polygon: Polygon
    bands: Annotated[int, Field(ge=1, le=12)]
    states: Annotated[list[ZoneState], Field(min_length=2)]


class DangerZone(Entry):
    """Where nobody may be, in one camera's picture."""

    id: Code
    name: Text
    camera: Slug
    polygon: Polygon


class Camera(Entry):
    """A camera, and the ways on which people walk in its picture.

    Attributes:
        people: At most so many are in the picture at once, intruders aside.
        walkways: Paths of the feet, as fractions of the picture.
        crane: Foot of the crane's mast where it is in view.
        horizon: ``y`` of the horizon.
    """

    id: Slug
    name: Text
    horizon: Fraction = 0.42
    crane: Point | None = None
    people: Annotated[int, Field(ge=0, le=12)] = 4
    walkways: Annotated[
        tuple[Annotated[tuple[Point, ...], Field(min_length=2)], ...], Field(min_length=1)
    ]


class Sensor(Entry):
    """A dust and noise box (HJ 212; ``mn`` is its 24-character id) or a tower crane."""

    id: Slug
    name: Text
    mn: str = ""


class Crew(Entry):
    """People of one trade, on site between two days."""

    trade: Text
    size: Annotated[int, Field(gt=0, le=200)]
    days: tuple[Day, Day]


class Rates(Entry):
    """How often things go wrong before the first start, per 30 days."""

    intrusion: float = 12
    night_work: float = 2
    noise_day: float = 1
    dust: float = 3
    crane_wind: float = 1.5
    crane_overmoment: float = 1.5
    camera_fault: float = 1


class LiveHazard(Entry):
    """Something that happens soon after the first start, so that a visitor sees it.

    Attributes:
        spot: Where in the picture, for what a camera sees.
        zone: The plot or meeting place it happens on, if any.
    """

    kind: HazardKind
    device: Slug
    after_minutes: Annotated[float, Field(gt=0)]
    minutes: Annotated[float, Field(gt=0)]
    spot: Point | None = None
    zone: Code | None = None


class Innocent(Entry):
    """Something that looks like a hazard and is none, before a camera."""

    kind: InnocentKind
    device: Slug
    after_minutes: Annotated[float, Field(gt=0)]
    minutes: Annotated[float, Field(gt=0)]
    spot: Point


class Plot(Entry):
    """Ground in one camera's picture: soil under a dust net, or a place where people meet."""

    id: Code
    camera: Slug
    polygon: Polygon


class Outage(Entry):
    """A camera fault at known hours relative to the instant of the first start."""

    camera: Slug
    fault: Fault
    start_hours: float
    hours: Annotated[float, Field(gt=0)]


class Percents(Entry):
    """Percents of work items on one day, as somebody reports or accepts them."""

    day: Day
    percents: dict[Slug, Percent]


class Claim(Entry):
    """A payment claim. ``expected`` are the fund rules that must fire, none when honest."""

    title: Annotated[str, Field(min_length=2)]
    milestone: Slug
    day: Day
    amount: Yuan
    wage_amount: Yuan
    claimed_percent: Percent
    signed: Day
    paid: Day | None = None
    expected: list[Annotated[str, Field(pattern=r"^FR-\d\d$")]] = []


class PayeeChange(Entry):
    """The account money goes to is changed."""

    day: Day
    account: str
    reason: str


class FoundHazard(Entry):
    """A hazard an inspector writes down, and when its recheck found it gone."""

    kind: str
    severity: Literal["general", "serious", "suspected_major"]
    description: str
    day: Day
    due: Day
    closed: Day | None = None


class Scenario(Entry):
    """One whole site."""

    project: Project
    contract: Contract
    work_items: Annotated[list[WorkItem], Field(min_length=1)]
    milestones: Annotated[list[Milestone], Field(min_length=1)]
    cameras: Annotated[list[Camera], Field(min_length=1)]
    dust_box: Sensor | None = None
    crane: Sensor | None = None
    zones: list[Zone]
    danger_zones: list[DangerZone]
    crews: list[Crew]
    rates: Rates = Rates()
    live: list[LiveHazard] = []
    innocents: list[Innocent] = []
    plots: list[Plot] = []
    meeting_places: list[Plot] = []
    look_for: list[HazardKind] = []
    outages: list[Outage] = []
    reports: list[Percents] = []
    measurements: list[Percents] = []
    payee_changes: list[PayeeChange] = []
    hazards: list[FoundHazard] = []
    claims: list[Claim] = []
    live_claim: Claim

    @cached_property
    def site(self) -> str:
        """The project's id, which is the site's slug in topics."""
        return self.project.id

    @cached_property
    def agent(self) -> str:
        """The device id of the site's edge agent."""
        return "agent"

    def zones_of(self, camera: str) -> list[Zone]:
        """The zones in one camera's picture."""
        return [zone for zone in self.zones if zone.camera == camera]

    def danger_zones_of(self, camera: str) -> list[DangerZone]:
        """The danger zones in one camera's picture."""
        return [zone for zone in self.danger_zones if zone.camera == camera]

    def payee_account(self, day: Day) -> str:
        """The account money goes to on a day."""
        account = self.contract.payee_account
        for change in sorted(self.payee_changes, key=lambda change: change.day):
            if change.day <= day:
                account = change.account
        return account
