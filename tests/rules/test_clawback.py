"""Overpaid money: two people, never more than the works part, never twice."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_rules.money.clawback import ClawbackState, decide, propose, take_back
from siteward_rules.money.hold_states import Actor, BadAmountError, HoldRefusedError

DAY = date(2026, 6, 15)
AUDITOR, FINANCE = Actor("qian", "auditor"), Actor("sun", "finance")
PAID = Decimal("300000.00")
YUAN = st.decimals(min_value=0, max_value=400000, places=2)


def test_what_was_ordered_comes_back_in_parts() -> None:
    ordered = decide(propose(PAID, Decimal("50000.00"), AUDITOR), True, FINANCE, DAY)
    part = take_back(ordered, Decimal("20000.00"), DAY)
    assert (part.state, part.outstanding) == (ClawbackState.ORDERED, Decimal("30000.00"))
    whole = take_back(part, Decimal("30000.00"), DAY)
    assert (whole.state, whole.recovered_on) == (ClawbackState.RECOVERED, DAY)
    with pytest.raises(HoldRefusedError):
        take_back(whole, Decimal("0.01"), DAY)


def test_who_proposed_it_does_not_order_it() -> None:
    with pytest.raises(HoldRefusedError, match="qian proposed"):
        decide(propose(PAID, PAID, AUDITOR), True, Actor("qian", "finance"), DAY)


def test_a_declined_one_takes_no_money_back() -> None:
    declined = decide(propose(PAID, PAID, AUDITOR), False, FINANCE, DAY)
    assert declined.state is ClawbackState.DECLINED
    with pytest.raises(HoldRefusedError):
        take_back(declined, PAID, DAY)


@given(YUAN, YUAN, st.lists(YUAN, max_size=6))
def test_no_more_than_the_works_paid_ever_comes_back(
    works: Decimal, amount: Decimal, returns: list[Decimal]
) -> None:
    try:
        clawback = decide(propose(works, amount, AUDITOR), True, FINANCE, DAY)
    except BadAmountError:
        assert amount <= 0 or amount > works
        return
    for returned in returns:
        try:
            clawback = take_back(clawback, returned, DAY)
        except HoldRefusedError:
            continue
    assert 0 <= clawback.returned <= amount <= works
