"""The check values of the domain reference, the guards, and the S-curve."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from siteward_rules.facts import PaymentFacts, WorkItemFacts
from siteward_rules.money.earned_value import (
    Accepted,
    EarnedValue,
    earned_value,
    planned_percent,
    s_curve,
    schedule_light,
    weighed_percent,
)

ITEM = WorkItemFacts("a", Decimal("100.00"), date(2026, 3, 1), date(2026, 3, 10))


def test_check_values_of_the_domain_reference() -> None:
    value = EarnedValue(Decimal(1000), Decimal(500), Decimal(420), Decimal(560))
    assert [value.sv, value.cv] == [-80, -140]
    assert value.spi == pytest.approx(0.840)
    assert value.cpi == pytest.approx(0.750)
    assert value.eac_typical == Decimal("1333.33")
    assert value.eac_atypical == 1140
    assert value.eac_combined == pytest.approx(Decimal("1480.6"), abs=Decimal("0.1"))
    assert value.etc == Decimal("773.33")
    assert value.vac == Decimal("-333.33")
    assert value.tcpi == pytest.approx(1.318, abs=5e-4)


def test_nothing_planned_or_paid_gives_none_not_infinity() -> None:
    value = EarnedValue(Decimal(1000), Decimal(0), Decimal(0), Decimal(0))
    assert (value.spi, value.cpi, value.eac_typical, value.eac_combined) == (None,) * 4
    assert EarnedValue(Decimal(5), Decimal(5), Decimal(5), Decimal(5)).tcpi is None


@pytest.mark.parametrize(
    ("spi", "light"),
    [(None, "grey"), (1.2, "green"), (0.95, "green"), (0.9499, "yellow"), (0.85, "yellow"),
     (0.8499, "red"), (0.0, "red")],
)  # fmt: skip
def test_status_light_thresholds(spi: float | None, light: str) -> None:
    assert schedule_light(spi) == light


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(2026, 2, 28), 0),
        (date(2026, 3, 1), 10),
        (date(2026, 3, 10), 100),
        (date(2027, 1, 1), 100),
    ],
)
def test_plan_is_linear_over_whole_days(day: date, percent: float) -> None:
    assert planned_percent(ITEM, day) == percent


def test_one_day_item_is_done_on_its_day() -> None:
    item = WorkItemFacts("b", Decimal(1), date(2026, 3, 1), date(2026, 3, 1))
    assert planned_percent(item, date(2026, 2, 28)) == 0
    assert planned_percent(item, date(2026, 3, 1)) == 100


def test_s_curve_is_cumulative_and_ends_today() -> None:
    days = [ITEM.planned_start + timedelta(days=n) for n in range(0, 12, 2)]
    payments = [PaymentFacts(1, Decimal("30.00"), Decimal(0), date(2026, 3, 4), "x")]
    accepted = [Accepted("a", 40, date(2026, 3, 5)), Accepted("a", 20, date(2026, 3, 2))]
    curve = s_curve([ITEM], accepted, payments, days, date(2026, 3, 7))
    assert [p.planned for p in curve] == [10, 30, 50, 70, 90, 100]
    assert [p.earned for p in curve] == [0, 20, 40, 40, None, None]
    assert [p.paid for p in curve] == [0, 0, 30, 30, None, None]


def test_value_weighs_percent_and_payments_after_the_day_do_not_count() -> None:
    items = [
        ITEM,
        WorkItemFacts("b", Decimal("300.00"), ITEM.planned_start, ITEM.planned_finish, 0, 50),
    ]
    assert weighed_percent(items, lambda item: item.accepted_percent) == 37.5
    assert weighed_percent([], lambda item: item.accepted_percent) == 0
    payments = [PaymentFacts(1, Decimal("30.00"), Decimal(0), date(2026, 3, 6), "x")]
    value = earned_value(items, payments, date(2026, 3, 5))
    assert [value.bac, value.pv, value.ev, value.ac] == [400, 200, 150, 0]
