"""What stream rules read of a project's papers and days."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from siteward_rules.calendar import china
from siteward_rules.daily_facts import daily_facts, idle_working_days
from siteward_rules.facts import HazardFacts
from siteward_rules.language.quantity import FACTS
from siteward_rules.papers import NO_PAPERS, SiteDay, Wages
from tests.rules.kindergarten import DISHONEST

MONDAY = date(2026, 11, 23)


def days(*people: int | None, last: date = MONDAY, stopped: int | None = None) -> list[SiteDay]:
    """Days up to ``last``, the newest first."""
    return [
        SiteDay(last - timedelta(days=n), count, stopped=n == stopped)
        for n, count in enumerate(people)
    ]


@pytest.mark.parametrize(
    ("people", "idle"),
    [
        ((), None),
        ((None, None), None),
        ((4, 0, 0), 0),
        ((0, 4), 1),
        ((0, None, None, 0, 0, 3), 3),
        ((0, 0, 0, 0, 0, 0, 0, 0, 5), 6),
    ],
)
def test_idle_working_days_leave_out_weekends_and_days_nobody_saw(
    people: tuple[int | None, ...], idle: int | None
) -> None:
    assert idle_working_days(days(*people), china()) == idle


def test_a_day_on_which_work_was_stopped_by_order_is_not_idle() -> None:
    assert idle_working_days(days(0, 0, 0, 0, 0, 3, stopped=3), china()) == 2


def test_the_national_holiday_is_not_idle() -> None:
    last = date(2026, 10, 8)
    assert china().is_working_day(last)
    assert idle_working_days(days(*[0] * 8, 3, last=last), china()) == 1


def test_what_is_not_known_is_not_fed() -> None:
    known = daily_facts(DISHONEST, None)
    assert {"idle_working_days", "wage_cover"}.isdisjoint(known)
    assert set(known) <= set(FACTS)
    wages = Wages(balance=Decimal("50.00"), next_payroll=Decimal("100.00"))
    papers = replace(DISHONEST, papers=replace(NO_PAPERS, wages=wages))
    assert daily_facts(papers, 3) == {**known, "idle_working_days": 3.0, "wage_cover": 0.5}


def test_a_hazard_is_overdue_from_the_day_after_its_date_until_it_is_closed() -> None:
    day = DISHONEST.as_of
    hazard = HazardFacts(1, "open_hole", "serious", day, day)
    for due, closed, count in (
        (day, None, 0.0), (day - timedelta(days=1), None, 1.0), (day - timedelta(days=1), day, 0.0)
    ):  # fmt: skip
        facts = replace(DISHONEST, hazards=(replace(hazard, due=due, closed_on=closed),))
        assert daily_facts(facts, None)["overdue_hazards"] == count


def test_points_behind_are_planned_less_accepted() -> None:
    item = replace(
        DISHONEST.work_items[0], planned_start=DISHONEST.as_of - timedelta(days=9),
        planned_finish=DISHONEST.as_of + timedelta(days=10), accepted_percent=20,
    )  # fmt: skip
    facts = replace(DISHONEST, work_items=(item,))
    assert daily_facts(facts, None)["lag_points"] == 30.0
    assert "lag_points" not in daily_facts(replace(DISHONEST, work_items=()), None)
