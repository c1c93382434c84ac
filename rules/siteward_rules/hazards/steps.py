"""Every step of a rectification: a hazard and who does what to it, to the hazard after it."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Literal

from siteward_rules.calendar import Calendar
from siteward_rules.facts import HazardSeverity
from siteward_rules.hazards.deadlines import LIMITS, look_back_on, recheck_by, rectify_by
from siteward_rules.hazards.hazard import Hazard, clock, day_of
from siteward_rules.hazards.recheck import Picture, check_pictures
from siteward_rules.hazards.states import (
    ROLES,
    HazardEvent,
    HazardGateError,
    HazardState,
    SameHazardPersonError,
    WrongHazardRoleError,
    advance,
)
from siteward_rules.money.hold_states import Actor

OrderKind = Literal["rectification", "suspension"]
"""整改通知单 or 工程暂停令."""
SAFETY_ROLES: Final = ROLES[HazardEvent.CONFIRM]
_E: Final = HazardEvent
_MAJOR: Final = frozenset({"major", "suspected_major"})


@dataclass(frozen=True, slots=True)
class Recheck:
    """What somebody who looked again says: pictures, or why there are none."""

    note: str
    pictures: tuple[Picture, ...] = field(default=())
    no_picture_reason: str = ""


def report(
    who: Actor, at: datetime, severity: HazardSeverity, due: date | None, camera: str | None = None
) -> Hazard:
    """A hazard somebody found; one that safety staff found is confirmed by that.

    Raises:
        HazardGateError: It would be ``major`` from the start.
    """
    if severity == "major":
        raise HazardGateError(
            "major_needs_grading",
            "record it as suspected_major; a qualified person then grades it by its clause",
        )
    state = HazardState.CONFIRMED if who.role in SAFETY_ROLES else HazardState.DETECTED
    limit = due or rectify_by(severity, day_of(at))
    return Hazard(state, severity, who.name, at, limit, at, camera=camera)


def confirm(hazard: Hazard, who: Actor, at: datetime) -> Hazard:
    """Somebody of the safety staff looked and it is there."""
    return _step(hazard, _E.CONFIRM, who, at)


def dismiss(hazard: Hazard, who: Actor, at: datetime) -> Hazard:
    """Somebody looked and it is not there (误报)."""
    return _step(hazard, _E.DISMISS, who, at)


def grade(
    hazard: Hazard,
    who: Actor,
    at: datetime,
    severity: HazardSeverity,
    clause: str = "",
    *,
    qualified: bool,
) -> Hazard:
    """Another severity. To and from major and suspected major only by a qualified person.

    Args:
        hazard: As it is.
        who: Who grades; software never does.
        at: When.
        severity: The new one.
        clause: Edition and clause, checked; only ``major`` has one and must have one.
        qualified: Whether ``who`` is a chief supervisor or a named qualified person.

    Raises:
        HazardGateError: No clause, or ``major`` without having been suspected.
        WrongHazardRoleError: Not qualified.
    """
    next_ = _step(hazard, _E.GRADE, who, at)
    down = hazard.severity in _MAJOR and severity not in _MAJOR
    if (severity == "major" or hazard.severity == "major" or down) and not qualified:
        reason = "a major hazard is graded by a chief supervisor or a named qualified person"
        raise WrongHazardRoleError(who.role, _E.GRADE, reason)
    if severity == "major" and hazard.severity not in _MAJOR:
        raise HazardGateError("not_suspected", "grade it suspected_major first")
    if severity == "major" and not clause:
        raise HazardGateError("clause_missing", "a major hazard needs the clause it falls under")
    kept = clause if severity == "major" else ""
    due = min(hazard.due, rectify_by(severity, day_of(at)))
    return replace(
        next_, severity=severity, clause=kept, due=due, since=hazard.since, overdue=hazard.overdue
    )


def order(
    hazard: Hazard,
    who: Actor,
    at: datetime,
    kind: OrderKind,
    due: date | None = None,
    *,
    later_reason: str = "",
) -> Hazard:
    """An order to put it right; a suspension (停工) only by the chief supervisor.

    Raises:
        HazardGateError: A major hazard without stopping work, or a due date later than the
            standard one without a reason, or before the order.
        WrongHazardRoleError: The role gives no such orders.
    """
    next_ = _step(hazard, _E.ORDER, who, at)
    limits = LIMITS[hazard.severity]
    if limits.stop and kind != "suspension" and not hazard.suspended:
        raise HazardGateError("must_stop", "a major hazard stops the work at once")
    if kind == "suspension" and who.role != "chief_supervisor":
        reason = "an order to stop work is signed by the chief supervisor"
        raise WrongHazardRoleError(who.role, _E.ORDER, reason)
    standard = rectify_by(hazard.severity, day_of(at))
    wanted = due or standard
    if wanted < day_of(at):
        raise HazardGateError("due_before_order", f"{wanted} is before the order")
    if wanted > standard and not later_reason.strip():
        raise HazardGateError("due_too_late", f"later than {standard} needs a reason")
    return replace(
        next_,
        due=wanted,
        control_due=None if limits.control is None else at + limits.control,
        suspended=hazard.suspended or kind == "suspension",
        closed_on=None,
        closed_by=None,
        look_backs=0,
        look_back_due=None,
    )


def plan(hazard: Hazard, who: Actor, at: datetime) -> Hazard:
    """The contractor set measures, a person and a time (三定); danger is under control."""
    return replace(_step(hazard, _E.PLAN, who, at), control_due=None)


def submit(hazard: Hazard, who: Actor, at: datetime, fixed_by: str) -> Hazard:
    """The contractor's reply (整改回复单): it is fixed, and by whom."""
    next_ = _step(hazard, _E.SUBMIT, who, at)
    return replace(
        next_,
        submitted_by=who.name,
        fixed_by=fixed_by,
        submitted_at=at,
        recheck_due=recheck_by(day_of(at)),
        control_due=None,
    )


def recheck(hazard: Hazard, who: Actor, at: datetime, passed: bool, seen: Recheck) -> Hazard:
    """Another person than who fixed it looked again.

    Raises:
        SameHazardPersonError: The same person.
        HazardGateError: It passed without a picture that proves it, see :func:`check_pictures`.
    """
    next_ = _step(hazard, _E.PASS if passed else _E.FAIL, who, at)
    _another(hazard, who, _E.PASS if passed else _E.FAIL)
    if not passed:
        return replace(next_, rechecked_by=None)
    assert hazard.submitted_at is not None
    must = hazard.severity in _MAJOR
    check_pictures(seen.pictures, hazard.submitted_at, at, hazard.camera)
    if not seen.pictures and (must or not seen.no_picture_reason.strip()):
        raise HazardGateError(
            "picture_missing",
            "a recheck needs a picture" if must else "a recheck needs a picture or says why not",
        )
    return replace(next_, rechecked_by=who.name)


def resume(hazard: Hazard, who: Actor, at: datetime) -> Hazard:
    """Work goes on after a review (经审查同意复工); of a major hazard by a second person.

    Raises:
        HazardGateError: Work is not suspended.
        SameHazardPersonError: The one who rechecked a major hazard, or who fixed it.
    """
    next_ = _step(hazard, _E.RESUME, who, at)
    if not hazard.suspended:
        raise HazardGateError("not_suspended", "work is not suspended")
    _another(hazard, who, _E.RESUME)
    if hazard.severity == "major" and who.name == hazard.rechecked_by:
        raise SameHazardPersonError(who.name, _E.RESUME, "rechecked")
    return replace(next_, suspended=False, since=hazard.since, overdue=hazard.overdue)


def supervise(hazard: Hazard, who: Actor, at: datetime, listed: bool) -> Hazard:
    """Lists it for supervision (挂牌督办), or takes it off the list.

    Raises:
        HazardGateError: It is so already.
    """
    if hazard.supervised == listed:
        raise HazardGateError("already_so", "it is so already")
    next_ = _step(hazard, _E.SUPERVISE if listed else _E.END_SUPERVISION, who, at)
    return replace(next_, supervised=listed, since=hazard.since, overdue=hazard.overdue)


def close(hazard: Hazard, who: Actor, at: datetime, calendar: Calendar) -> Hazard:
    """Closed (销号) by another person than who found or fixed it; the look-back is set.

    Raises:
        HazardGateError: Work is still suspended, or it is still listed.
        SameHazardPersonError: The finder or the fixer.
    """
    next_ = _step(hazard, _E.CLOSE, who, at)
    if who.name == hazard.found_by:
        raise SameHazardPersonError(who.name, _E.CLOSE, "found")
    _another(hazard, who, _E.CLOSE)
    if hazard.suspended:
        raise HazardGateError("still_suspended", "work must be allowed to go on first")
    if hazard.supervised:
        raise HazardGateError("still_supervised", "it must be taken off the list first")
    day = day_of(at)
    due = look_back_on(day, 0, calendar)
    return replace(next_, closed_on=day, closed_by=who.name, look_backs=0, look_back_due=due)


def come_due(hazard: Hazard, who: Actor, at: datetime) -> Hazard:
    """The day of a look-back has come."""
    return _step(hazard, _E.COME_DUE, who, at)


def look_back(
    hazard: Hazard, who: Actor, at: datetime, effective: bool, calendar: Calendar
) -> Hazard:
    """Somebody but the fixer looked whether it lasts (回头看); if not, it is open again.

    Raises:
        SameHazardPersonError: Who fixed it.
    """
    event = _E.STAND if effective else _E.RELAPSE
    next_ = _step(hazard, event, who, at)
    _another(hazard, who, event)
    if not effective:
        return replace(
            next_, closed_on=None, closed_by=None, look_backs=0, look_back_due=None,
            due=rectify_by(hazard.severity, day_of(at)), submitted_at=None, rechecked_by=None,
        )  # fmt: skip
    assert hazard.closed_on is not None
    made = hazard.look_backs + 1
    return replace(
        next_, look_backs=made, look_back_due=look_back_on(hazard.closed_on, made, calendar)
    )


def expire(hazard: Hazard, who: Actor, at: datetime) -> Hazard:
    """Marks it overdue; the same value when its clock still runs or it is marked already."""
    running = clock(hazard)
    if running is None or at < running.due or hazard.overdue == running.name:
        return hazard
    return replace(_step(hazard, _E.EXPIRE, who, at), since=hazard.since, overdue=running.name)


def _step(hazard: Hazard, event: HazardEvent, who: Actor, at: datetime) -> Hazard:
    if who.role not in ROLES[event]:
        raise WrongHazardRoleError(who.role, event)
    state = advance(hazard.state, event)
    if day_of(at) < day_of(hazard.since):
        raise HazardGateError("out_of_order", f"before the step that came last, {hazard.since}")
    return replace(hazard, state=state, since=at, overdue="")


def _another(hazard: Hazard, who: Actor, event: HazardEvent) -> None:
    if who.name in (hazard.submitted_by, hazard.fixed_by):
        raise SameHazardPersonError(who.name, event, "fixed")
