"""The hold machine: every pair of the table, every invariant, and arbitrary call sequences."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_rules.money import holds
from siteward_rules.money.hold_states import (
    CLOSED,
    TRANSITIONS,
    Actor,
    BadAmountError,
    ForbiddenTransitionError,
    HoldEvent,
    HoldRefusedError,
    HoldState,
    SamePersonError,
    SecondPersonMissingError,
    WagesTouchedError,
    WrongRoleError,
)
from siteward_rules.money.holds import Hold

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
TODAY = date(2026, 11, 24)
FINANCE = Actor("Qian", "finance")
SUPERVISOR = Actor("Ren", "supervisor")
AUDITOR = Actor("Shen", "auditor")
CLAIM, WAGES, WORKS = Decimal("2900000.00"), Decimal("580000.00"), Decimal("2320000.00")


def recommended() -> Hold:
    return holds.recommend(CLAIM, WAGES, WORKS, holds.RULES, NOW, TODAY)


def decided(amount: Decimal = WORKS) -> Hold:
    hold = holds.give_opinion(recommended(), SUPERVISOR)
    return holds.decide_hold(hold, amount, FINANCE, NOW, TODAY, "BUDGET_IMPL_57_3", "超进度")


def apply(hold: Hold, event: HoldEvent, by: Actor, amount: Decimal) -> Hold:
    calls: dict[HoldEvent, Callable[[], Hold]] = {
        HoldEvent.OPINION: lambda: holds.give_opinion(hold, by),
        HoldEvent.DECIDE_HOLD: lambda: holds.decide_hold(
            hold, amount, by, NOW, TODAY, "AUDIT_LAW_38", "why"
        ),
        HoldEvent.DECIDE_RELEASE: lambda: holds.decide_release(
            hold, by, NOW, "AUDIT_LAW_38", "why"
        ),
        HoldEvent.CONCLUDE: lambda: holds.conclude(hold, amount, by),
        HoldEvent.RELEASE: lambda: holds.release(hold, amount, by),
        HoldEvent.EXPIRE: lambda: holds.expire(hold, TODAY + timedelta(days=30)),
    }
    return calls[event]()


def test_kindergarten_hold_ends_with_the_remainder_released_and_the_rest_reduced() -> None:
    hold = holds.conclude(decided(), Decimal("215000.00"), AUDITOR)
    assert (hold.state, hold.reduced) == (HoldState.AUDITED, Decimal("2105000.00"))
    assert hold.remaining == Decimal("215000.00")
    done = holds.release(hold, Decimal("215000.00"), FINANCE)
    assert (done.state, done.is_open) == (HoldState.RELEASED, False)
    assert done.remaining == 0


def test_partial_releases_stay_open_until_nothing_is_left() -> None:
    hold = holds.conclude(decided(), Decimal("215000.00"), AUDITOR)
    hold = holds.release(hold, Decimal("200000.00"), FINANCE)
    assert (hold.state, hold.is_open) == (HoldState.AUDITED, True)
    with pytest.raises(BadAmountError, match=r"at most 15000\.00"):
        holds.release(hold, Decimal("15000.01"), FINANCE)
    assert holds.release(hold, Decimal("15000.00"), FINANCE).state is HoldState.RELEASED


def test_audit_that_finds_nothing_payable_reduces_the_whole_hold() -> None:
    hold = holds.conclude(decided(), Decimal("0.00"), AUDITOR)
    assert (hold.state, hold.reduced, hold.is_open) == (HoldState.REDUCED, WORKS, False)


def test_audit_cannot_take_back_what_was_not_held() -> None:
    hold = decided(Decimal("2000000.00"))
    with pytest.raises(BadAmountError):
        holds.conclude(hold, Decimal("319999.99"), AUDITOR)
    assert holds.conclude(hold, Decimal("320000.00"), AUDITOR).reduced == 2000000


@pytest.mark.parametrize("amount", [WORKS + Decimal("0.01"), CLAIM])
def test_hold_that_reaches_into_wages_is_refused(amount: Decimal) -> None:
    with pytest.raises(WagesTouchedError, match=r"at most 2320000\.00"):
        holds.recommend(CLAIM, WAGES, amount, holds.RULES, NOW, TODAY)
    with pytest.raises(WagesTouchedError):
        holds.decide_hold(recommended(), amount, FINANCE, NOW, TODAY, "AUDIT_LAW_38", "why")


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-1)])
def test_hold_of_nothing_is_refused(amount: Decimal) -> None:
    with pytest.raises(BadAmountError):
        holds.recommend(CLAIM, WAGES, amount, holds.RULES, NOW, TODAY)


def test_recommender_cannot_decide_even_with_the_role() -> None:
    hold = holds.recommend(CLAIM, WAGES, WORKS, Actor("Qian", "supervisor"), NOW, TODAY)
    with pytest.raises(SamePersonError):
        holds.decide_hold(hold, WORKS, FINANCE, NOW, TODAY, "AUDIT_LAW_38", "why")


def test_adviser_cannot_decide_on_the_own_opinion() -> None:
    hold = holds.give_opinion(recommended(), Actor("Qian", "supervisor"))
    with pytest.raises(SamePersonError):
        holds.decide_release(hold, FINANCE, NOW, "AUDIT_LAW_38", "why")


@pytest.mark.parametrize("role", ["system", "supervisor", "auditor", "department", "admin"])
def test_only_finance_decides_and_releases(role: str) -> None:
    other = Actor("Zhao", role)
    with pytest.raises(WrongRoleError, match="is for finance"):
        holds.decide_hold(recommended(), WORKS, other, NOW, TODAY, "AUDIT_LAW_38", "why")
    with pytest.raises(WrongRoleError):
        holds.release(holds.conclude(decided(), Decimal(1), AUDITOR), Decimal(1), other)


def test_no_release_without_a_second_person() -> None:
    with pytest.raises(SecondPersonMissingError):
        holds.decide_release(recommended(), FINANCE, NOW, "AUDIT_LAW_38", "why")
    late = holds.expire(decided(), TODAY + timedelta(days=60))
    with pytest.raises(SecondPersonMissingError):
        holds.release(late, Decimal(1), FINANCE)


def test_auditor_is_neither_the_decider_nor_the_releaser() -> None:
    with pytest.raises(SamePersonError):
        holds.conclude(decided(), Decimal(1), Actor("Qian", "auditor"))
    hold = holds.conclude(decided(), Decimal(1), AUDITOR)
    with pytest.raises(SamePersonError):
        holds.release(hold, Decimal(1), Actor("Shen", "finance"))


def test_expired_hold_escalates_and_never_releases_itself() -> None:
    hold = recommended()
    assert hold.review_due == date(2026, 12, 3)
    assert holds.expire(hold, hold.review_due) is hold
    late = holds.expire(hold, hold.review_due + timedelta(days=1))
    assert (late.state, late.is_open, late.remaining) == (HoldState.EXPIRED, True, WORKS)
    again = holds.give_opinion(late, SUPERVISOR)
    assert holds.decide_hold(again, WORKS, FINANCE, NOW, TODAY, "AUDIT_LAW_38", "why").is_open


def test_opinion_on_an_expired_but_decided_hold_does_not_undecide_it() -> None:
    late = holds.expire(decided(), TODAY + timedelta(days=60))
    assert holds.give_opinion(late, SUPERVISOR).state is HoldState.DECIDED_HOLD
    audited = holds.conclude(late, Decimal(1), AUDITOR)
    later = holds.expire(audited, TODAY + timedelta(days=60))
    assert holds.give_opinion(later, SUPERVISOR).state is HoldState.AUDITED


ROLES = {
    HoldEvent.OPINION: SUPERVISOR, HoldEvent.DECIDE_HOLD: FINANCE,
    HoldEvent.DECIDE_RELEASE: FINANCE, HoldEvent.CONCLUDE: AUDITOR, HoldEvent.RELEASE: FINANCE,
}  # fmt: skip


@pytest.mark.parametrize(("state", "event"), list(product(HoldState, ROLES)))
def test_pairs_outside_the_table_are_refused(state: HoldState, event: HoldEvent) -> None:
    hold = replace(decided(), state=state)
    if (state, event) in TRANSITIONS:
        try:
            apply(hold, event, ROLES[event], Decimal(1))
        except ForbiddenTransitionError:
            pytest.fail("the table allows it")
        except HoldRefusedError:
            return
    else:
        with pytest.raises(ForbiddenTransitionError, match=f"a {state} hold"):
            apply(hold, event, ROLES[event], Decimal(1))


people = st.sampled_from(["Qian", "Ren", "Shen", "rules"])
roles = st.sampled_from(["finance", "supervisor", "auditor", "department", "system"])
actors = st.builds(Actor, people, roles)
money = st.integers(-100, 30_000_000).map(lambda fen: Decimal(fen) / 10)
steps = st.lists(st.tuples(st.sampled_from(HoldEvent), actors, money), max_size=14)


@given(steps)
def test_no_sequence_of_calls_touches_wages_or_releases_on_one_word(
    calls: list[tuple[HoldEvent, Actor, Decimal]],
) -> None:
    hold = recommended()
    consenting: set[str] = set()
    for event, by, amount in calls:
        before = hold
        try:
            hold = apply(hold, event, by, amount)
        except HoldRefusedError:
            continue
        if event is not HoldEvent.EXPIRE:
            consenting.add(by.name)
        assert hold.amount <= hold.claim_amount - hold.wage_amount
        assert hold.wage_amount == WAGES
        assert hold.remaining >= 0
        if hold.released > before.released:
            assert by.role == "finance"
            assert len(consenting) >= 2
        if event is HoldEvent.EXPIRE:
            assert hold.released == before.released
        assert hold.is_open == (hold.state not in CLOSED)
