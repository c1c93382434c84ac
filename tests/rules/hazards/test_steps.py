"""A hazard goes its way only by the right people, in order, with proof."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_rules.calendar import china
from siteward_rules.hazards import steps
from siteward_rules.hazards.hazard import Hazard, clock
from siteward_rules.hazards.recheck import Picture, metres
from siteward_rules.hazards.states import (
    OPEN,
    ROLES,
    TRANSITIONS,
    HazardEvent,
    HazardGateError,
    HazardRefusedError,
    HazardState,
    SameHazardPersonError,
    WrongHazardRoleError,
    WrongHazardStateError,
)
from siteward_rules.hazards.steps import Recheck
from siteward_rules.money.hold_states import Actor
from siteward_rules.money.holds import RULES

T0 = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
INSPECTOR, CHIEF = Actor("wu", "inspector"), Actor("zheng", "chief_supervisor")
SUPERVISOR, DEPARTMENT = Actor("lin", "supervisor"), Actor("sun", "department")
PANEL = Actor("zhou", "panel")
SHA = "a" * 64


def after(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def at_camera(hours: float, camera: str = "cam-1", moved: bool = False) -> Picture:
    return Picture(SHA, after(hours), camera, moved)


def submitted(severity: Any = "serious", camera: str | None = "cam-1") -> Hazard:
    found = steps.report(INSPECTOR, T0, severity, None, camera)
    ordered = steps.order(found, CHIEF, after(1), "rectification")
    planned = steps.plan(ordered, DEPARTMENT, after(2))
    return steps.submit(planned, DEPARTMENT, after(5), "钱工")


def passed(severity: Any = "serious") -> Hazard:
    seen = Recheck("已设护栏", (at_camera(6),))
    return steps.recheck(submitted(severity), SUPERVISOR, after(7), True, seen)


def closed(severity: Any = "serious") -> Hazard:
    return steps.close(passed(severity), SUPERVISOR, after(8), china())


def test_the_whole_way_to_the_second_look_back() -> None:
    hazard = closed()
    assert (hazard.state, hazard.closed_on) == (HazardState.CLOSED, date(2026, 6, 15))
    for made, day in ((0, "2026-07-15"), (1, "2026-09-14")):  # 2026-09-13 is a Sunday
        assert hazard.look_back_due == date.fromisoformat(day)
        assert hazard.look_backs == made
        due = steps.come_due(hazard, RULES, T0 + timedelta(days=30 + 61 * made))
        hazard = steps.look_back(due, SUPERVISOR, due.since + timedelta(hours=1), True, china())
    assert (hazard.state, hazard.look_back_due) == (HazardState.EFFECTIVE, None)
    with pytest.raises(HazardRefusedError):
        steps.come_due(hazard, RULES, after(-99999))


def test_what_comes_back_is_open_again_with_a_new_due_date() -> None:
    due = steps.come_due(closed(), RULES, T0 + timedelta(days=30))
    again = steps.look_back(due, SUPERVISOR, T0 + timedelta(days=31), False, china())
    assert again.state is HazardState.REOPENED
    assert again.state in OPEN
    assert (again.closed_on, again.due) == (None, date(2026, 7, 19))
    ordered = steps.order(again, CHIEF, T0 + timedelta(days=31), "rectification")
    assert ordered.state is HazardState.NOTIFIED


def test_what_somebody_else_reports_waits_for_the_safety_staff() -> None:
    reported = steps.report(PANEL, T0, "suspected_major", None)
    assert reported.state is HazardState.DETECTED
    assert reported.state not in OPEN
    with pytest.raises(WrongHazardRoleError):
        steps.confirm(reported, DEPARTMENT, T0)
    assert steps.confirm(reported, INSPECTOR, T0).state is HazardState.CONFIRMED
    assert steps.dismiss(reported, INSPECTOR, T0).state is HazardState.DISMISSED


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (at_camera(5), "picture_too_early"),
        (at_camera(8), "picture_in_future"),
        (at_camera(6, "cam-2"), "other_camera"),
        (at_camera(6, moved=True), "camera_moved"),
        (Picture(SHA, after(6)), "place_unknown"),
        (Picture(SHA, after(6), distance=20, accuracy=150), "place_unknown"),
        (Picture(SHA, after(6), distance=301, accuracy=10), "not_on_site"),
    ],
)
def test_a_picture_that_proves_nothing_is_refused(picture: Picture, code: str) -> None:
    with pytest.raises(HazardGateError) as refused:
        steps.recheck(submitted(), SUPERVISOR, after(7), True, Recheck("好了", (picture,)))
    assert refused.value.code == code


def test_a_phone_on_the_site_proves_it() -> None:
    picture = Picture(SHA, after(6), distance=299, accuracy=100)
    seen = Recheck("好了", (picture,))
    assert steps.recheck(submitted(), SUPERVISOR, after(7), True, seen).rechecked_by == "lin"


def test_without_a_picture_a_lesser_hazard_needs_a_reason_and_a_major_one_does_not_pass() -> None:
    reason = Recheck("证件已补", (), "资料类隐患，无画面")
    assert steps.recheck(submitted(), SUPERVISOR, after(7), True, reason).rechecked_by
    for severity, seen in (("serious", Recheck("好了")), ("suspected_major", reason)):
        with pytest.raises(HazardGateError) as refused:
            steps.recheck(submitted(severity), SUPERVISOR, after(7), True, seen)
        assert refused.value.code == "picture_missing"


@pytest.mark.parametrize("name", ["sun", "钱工"])
def test_nobody_rechecks_closes_or_looks_back_on_what_he_fixed(name: str) -> None:
    fixer = Actor(name, "inspector")
    attempts: list[Callable[[], Hazard]] = [
        lambda: steps.recheck(submitted(), fixer, after(7), False, Recheck("没好")),
        lambda: steps.close(passed(), fixer, after(8), china()),
        lambda: steps.look_back(
            steps.come_due(closed(), RULES, after(800)), fixer, after(801), True, china()
        ),
    ]
    for attempt in attempts:
        with pytest.raises(SameHazardPersonError):
            attempt()


def test_the_finder_does_not_close_it() -> None:
    with pytest.raises(SameHazardPersonError):
        steps.close(passed(), INSPECTOR, after(8), china())


def test_major_only_with_a_clause_by_a_qualified_person_and_never_at_once() -> None:
    with pytest.raises(HazardGateError):
        steps.report(CHIEF, T0, "major", None)
    suspected = steps.report(INSPECTOR, T0, "suspected_major", None)
    with pytest.raises(WrongHazardRoleError):
        steps.grade(suspected, INSPECTOR, after(1), "major", "8", qualified=False)
    with pytest.raises(WrongHazardRoleError):
        steps.grade(suspected, RULES, after(1), "major", "8", qualified=True)
    with pytest.raises(HazardGateError) as refused:
        steps.grade(suspected, CHIEF, after(1), "major", qualified=True)
    assert refused.value.code == "clause_missing"
    major = steps.grade(suspected, CHIEF, after(1), "major", "8", qualified=True)
    assert (major.severity, major.clause) == ("major", "8")


def test_suspicion_is_not_lifted_by_an_inspector_alone() -> None:
    suspected = steps.report(INSPECTOR, T0, "suspected_major", None)
    with pytest.raises(WrongHazardRoleError):
        steps.grade(suspected, INSPECTOR, after(1), "general", qualified=False)
    assert steps.grade(suspected, CHIEF, after(1), "serious", qualified=True).severity == "serious"


def test_a_serious_hazard_is_not_major_without_having_been_suspected() -> None:
    serious = steps.report(INSPECTOR, T0, "serious", None)
    with pytest.raises(HazardGateError) as refused:
        steps.grade(serious, CHIEF, after(1), "major", "8", qualified=True)
    assert refused.value.code == "not_suspected"


def major_stopped() -> Hazard:
    suspected = steps.report(INSPECTOR, T0, "suspected_major", None, "cam-1")
    major = steps.grade(suspected, CHIEF, after(1), "major", "8", qualified=True)
    return steps.order(major, CHIEF, after(1), "suspension")


def test_a_major_hazard_stops_the_work_until_a_second_person_lets_it_go_on() -> None:
    suspected = steps.report(INSPECTOR, T0, "suspected_major", None, "cam-1")
    major = steps.grade(suspected, CHIEF, after(1), "major", "8", qualified=True)
    with pytest.raises(HazardGateError) as refused:
        steps.order(major, CHIEF, after(1), "rectification")
    assert refused.value.code == "must_stop"
    with pytest.raises(WrongHazardRoleError):
        steps.order(major, INSPECTOR, after(1), "suspension")
    fixed = steps.submit(major_stopped(), DEPARTMENT, after(5), "钱工")
    seen = Recheck("已整改", (at_camera(6),))
    good = steps.recheck(fixed, CHIEF, after(7), True, seen)
    with pytest.raises(HazardGateError) as refused:
        steps.close(good, SUPERVISOR, after(8), china())
    assert refused.value.code == "still_suspended"
    with pytest.raises(SameHazardPersonError):
        steps.resume(good, CHIEF, after(8))
    going = steps.resume(good, INSPECTOR, after(8))
    assert not going.suspended
    assert steps.close(going, SUPERVISOR, after(8), china()).closed_by == "lin"


def test_a_listed_hazard_is_taken_off_the_list_before_it_is_closed() -> None:
    listed = steps.supervise(passed(), SUPERVISOR, after(8), True)
    with pytest.raises(HazardGateError) as refused:
        steps.close(listed, SUPERVISOR, after(8), china())
    assert refused.value.code == "still_supervised"
    free = steps.supervise(listed, SUPERVISOR, after(8), False)
    assert steps.close(free, SUPERVISOR, after(8), china()).state is HazardState.CLOSED


def test_a_later_due_date_needs_its_reason() -> None:
    found = steps.report(INSPECTOR, T0, "general", None)
    late = date(2026, 6, 25)
    with pytest.raises(HazardGateError) as refused:
        steps.order(found, CHIEF, after(1), "rectification", late)
    assert refused.value.code == "due_too_late"
    ordered = steps.order(found, CHIEF, after(1), "rectification", late, later_reason="需订货")
    assert ordered.due == late


def test_steps_go_forward_in_time_only() -> None:
    with pytest.raises(HazardGateError) as refused:
        steps.recheck(submitted(), SUPERVISOR, after(-30), False, Recheck("没好"))
    assert refused.value.code == "out_of_order"


@pytest.mark.parametrize(
    ("hazard", "name", "hours"),
    [
        (steps.report(PANEL, T0, "serious", None), "confirm", 2),
        (steps.report(PANEL, T0, "general", None), "confirm", 24),
        (steps.report(INSPECTOR, T0, "general", None), "order", 14),  # 10:00 to midnight
        (steps.order(steps.report(INSPECTOR, T0, "serious", None), CHIEF, T0, "rectification"),
         "control", 24),
        (major_stopped(), "control", 1),
        (steps.order(steps.report(INSPECTOR, T0, "general", None), CHIEF, T0, "rectification"),
         "rectify", 14 + 72),
        (submitted(), "recheck", 14 + 48),
        (passed(), "close", 14 + 48),
        (steps.come_due(closed(), RULES, after(30 * 24)), "look_back", 14 + (30 + 7) * 24),
    ],
)  # fmt: skip
def test_each_state_has_its_clock_and_is_marked_once_when_it_runs_out(
    hazard: Hazard, name: str, hours: float
) -> None:
    running = clock(hazard)
    assert running is not None
    assert (running.name, running.due) == (name, after(hours))
    assert steps.expire(hazard, RULES, running.due - timedelta(seconds=1)) is hazard
    late = steps.expire(hazard, RULES, running.due)
    assert (late.overdue, late.state, late.since) == (name, hazard.state, hazard.since)
    assert steps.expire(late, RULES, running.due + timedelta(days=1)) is late


def test_the_next_step_takes_the_mark_away() -> None:
    late = steps.expire(submitted(), RULES, after(24 * 9))
    assert late.overdue == "recheck"
    assert steps.recheck(late, SUPERVISOR, after(24 * 9), False, Recheck("没好")).overdue == ""


def test_the_table_reaches_every_state_and_every_event_has_its_people() -> None:
    assert {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values()) == set(HazardState)
    assert {event for _, event in TRANSITIONS} == set(HazardEvent) == set(ROLES)


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() -> None:
    assert metres(30, 120, 31, 120) == pytest.approx(111_195, abs=1)
    assert metres(30.27, 120.15, 30.27, 120.15) == 0


PEOPLE = [INSPECTOR, CHIEF, SUPERVISOR, DEPARTMENT, RULES, Actor("wu", "chief_supervisor")]
ACTS: dict[str, Callable[[Hazard, Actor, datetime], Hazard]] = {
    "confirm": steps.confirm,
    "dismiss": steps.dismiss,
    "major": lambda h, w, t: steps.grade(h, w, t, "major", "8", qualified=w is CHIEF),
    "suspect": lambda h, w, t: steps.grade(h, w, t, "suspected_major", qualified=w is CHIEF),
    "lower": lambda h, w, t: steps.grade(h, w, t, "general", qualified=w is CHIEF),
    "order": lambda h, w, t: steps.order(h, w, t, "rectification"),
    "stop": lambda h, w, t: steps.order(h, w, t, "suspension"),
    "plan": steps.plan,
    "submit": lambda h, w, t: steps.submit(h, w, t, "wu"),
    "pass": lambda h, w, t: steps.recheck(h, w, t, True, Recheck("好", (Picture(SHA, t, "cam"),))),
    "fail": lambda h, w, t: steps.recheck(h, w, t, False, Recheck("坏")),
    "resume": steps.resume,
    "list": lambda h, w, t: steps.supervise(h, w, t, True),
    "unlist": lambda h, w, t: steps.supervise(h, w, t, False),
    "close": lambda h, w, t: steps.close(h, w, t, china()),
    "due": steps.come_due,
    "stands": lambda h, w, t: steps.look_back(h, w, t, True, china()),
    "back": lambda h, w, t: steps.look_back(h, w, t, False, china()),
    "late": steps.expire,
}
WAY = ["order", "submit", "pass", "resume", "close", "due", "stands"]


@given(
    st.integers(0, len(WAY)),
    st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(PEOPLE)), max_size=25),
)
def test_whoever_tries_whatever_a_hazard_is_closed_only_as_it_should_be(
    begun: int, acts: list[tuple[str, Actor]]
) -> None:
    hazard, at = steps.report(SUPERVISOR, T0, "suspected_major", None, "cam"), T0
    way = [(step, who) for step in WAY[:begun] for who in PEOPLE]
    for step, who in [*way, *acts]:
        at += timedelta(hours=1)
        before = hazard
        try:
            hazard = ACTS[step](hazard, who, at)
        except (HazardRefusedError, WrongHazardStateError):
            assert hazard is before
            continue
        if hazard.severity == "major" != before.severity:
            assert who is CHIEF
            assert hazard.clause
        if hazard.closed_on and not before.closed_on:
            assert hazard.rechecked_by not in (None, hazard.submitted_by, hazard.fixed_by)
            assert hazard.closed_by not in (before.found_by, before.submitted_by, before.fixed_by)
            assert not (before.suspended or before.supervised)
        if hazard.closed_on is None:
            assert hazard.state in {*OPEN, HazardState.DETECTED, HazardState.DISMISSED}
        assert hazard.due <= before.due or step in ("order", "stop", "back")
