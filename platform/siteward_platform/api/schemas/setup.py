"""Setting a project up."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from siteward_platform.api.schemas.values import (
    Fraction,
    In,
    NonNegativeYuan,
    Percent,
    PositiveYuan,
    Slug,
    Text,
    Yuan,
)
from siteward_rules.money.claims import Procedure
from siteward_rules.papers import WorkKind


class ContractIn(In):
    """The works contract. ``progress_cap`` is the share of verified value that may be paid.

    ``procedure``: ``full`` certifies claims before they are checked, ``short`` checks what is
    filed. ``payment_days`` is agreed with a small or medium enterprise (``sme``), 60 at most.
    From ``approval_limit`` on a higher office must approve.
    """

    contract_sum: PositiveYuan
    approved_estimate: PositiveYuan
    approved_variations: Yuan = Decimal("0.00")
    progress_cap: Fraction = 0.97
    retention: Fraction = 0.03
    wage_share: Fraction = 0.20
    advance: NonNegativeYuan = Decimal("0.00")
    signed_on: date
    payee_name: str
    payee_account: str
    procedure: Procedure = Procedure.SHORT
    sme: bool = False
    payment_days: int = Field(default=30, ge=1, le=60)
    approval_limit: PositiveYuan | None = None


class WorkItemIn(In):
    """A line of the bill of quantities. Its value weighs it; its dates plan it.

    ``kind`` says how fast such work can go; without it nobody asks.
    """

    id: Slug
    name: Text
    value: PositiveYuan
    planned_start: date
    planned_finish: date
    kind: WorkKind | None = None


class MilestoneIn(In):
    """An acceptance node; payments name the milestone they are bound to."""

    id: Slug
    name: Text
    due: date
    work_items: list[Slug]


class ZoneStateIn(In):
    """One of a zone's ordered states and the percent of its work done when it is reached."""

    code: Slug
    name: Text
    percent: Percent


class ZoneIn(In):
    """A part of a camera's picture in which a work item grows."""

    id: Slug
    name: Text
    camera: Slug
    work_item: Slug
    weight: Fraction
    polygon: list[tuple[Fraction, Fraction]]
    states: list[ZoneStateIn]


class DangerZoneIn(In):
    """Ground in a camera's picture where nobody may be; named so that alerts can say where."""

    id: Slug
    name: Text
    camera: Slug


class DeviceIn(In):
    """Anything on a site that sends messages."""

    id: Slug
    kind: Literal["agent", "camera", "dust_box", "crane"]
    name: Text


class PersonIn(In):
    """Somebody responsible: 责任领导, 责任部门, 总监 and so on."""

    duty: Text
    name: str


class ProjectIn(In):
    """A whole project as it is set up; putting it again replaces it.

    ``region`` and ``city`` choose the local rules, written as the packs write them (上海, 河北).
    """

    name: Text
    kind: Literal["kindergarten", "elderly_care", "road", "park", "lift", "other"]
    address: str
    latitude: float
    longitude: float
    started_on: date
    planned_finish: date
    description: str = ""
    region: str = Field(default="", max_length=50)
    city: str = Field(default="", max_length=50)
    people: list[PersonIn] = Field(default=[])
    contract: ContractIn
    work_items: list[WorkItemIn]
    milestones: list[MilestoneIn]
    zones: list[ZoneIn]
    danger_zones: list[DangerZoneIn] = Field(default=[])
    devices: list[DeviceIn]
