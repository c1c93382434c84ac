"""A hazard as a value, and what it waits for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from siteward_contracts.clock import SHANGHAI
from siteward_rules.facts import HazardSeverity
from siteward_rules.hazards.deadlines import LIMITS, LOOK_BACK_GRACE, end_of
from siteward_rules.hazards.states import HazardState


@dataclass(frozen=True, slots=True)
class Hazard:
    """Where a hazard stands.

    Attributes:
        state: In the table.
        severity: As people graded it.
        found_by: Who reported it.
        found_at: When it was found.
        due: Last day for the fix.
        since: When the present state began.
        clause: What makes it ``major``: edition and clause; else empty.
        camera: The camera whose picture of it was first, if it was one.
        control_due: By when measures must be taken; None where no such step waits.
        submitted_by: Who told of the fix.
        fixed_by: Who made it, as the reply names them.
        submitted_at: When the fix was claimed; pictures of the recheck must be later.
        recheck_due: Last day for the recheck.
        rechecked_by: Who found it fixed.
        closed_on: When it was closed; None again when it comes back.
        closed_by: By whom.
        look_backs: Look-backs made since.
        look_back_due: When the next one is; None when there is no other.
        suspended: Work is stopped on an order.
        supervised: Listed for supervision.
        overdue: Name of the clock that ran out, empty when none did.
    """

    state: HazardState
    severity: HazardSeverity
    found_by: str
    found_at: datetime
    due: date
    since: datetime
    clause: str = ""
    camera: str | None = None
    control_due: datetime | None = None
    submitted_by: str | None = None
    fixed_by: str = ""
    submitted_at: datetime | None = None
    recheck_due: date | None = None
    rechecked_by: str | None = None
    closed_on: date | None = None
    closed_by: str | None = None
    look_backs: int = 0
    look_back_due: date | None = None
    suspended: bool = False
    supervised: bool = False
    overdue: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """What is being waited for, and until when."""

    name: Literal["confirm", "order", "control", "rectify", "recheck", "close", "look_back"]
    due: datetime


def clock(hazard: Hazard) -> Clock | None:
    """What a hazard waits for, and until when; None when for nothing."""
    match hazard.state:
        case HazardState.DETECTED:
            return Clock("confirm", hazard.found_at + LIMITS[hazard.severity].confirm)
        case HazardState.CONFIRMED | HazardState.REOPENED:
            return Clock("order", end_of(day_of(hazard.since)))
        case HazardState.NOTIFIED | HazardState.RECTIFYING:
            if hazard.control_due is not None:
                return Clock("control", hazard.control_due)
            return Clock("rectify", end_of(hazard.due))
        case HazardState.SUBMITTED | HazardState.RECHECK_PASSED:
            name: Literal["recheck", "close"] = (
                "recheck" if hazard.state is HazardState.SUBMITTED else "close"
            )
            return None if hazard.recheck_due is None else Clock(name, end_of(hazard.recheck_due))
        case HazardState.LOOK_BACK:
            assert hazard.look_back_due is not None
            grace = timedelta(days=LOOK_BACK_GRACE)
            return Clock("look_back", end_of(hazard.look_back_due + grace))
    return None


def day_of(at: datetime) -> date:
    """The legal date of an instant."""
    return at.astimezone(SHANGHAI).date()
