"""The claim machine: every pair of its table, and that wages flow in every live state."""

from itertools import product

import pytest

from siteward_rules.money.claims import (
    TRANSITIONS,
    ClaimEvent,
    ClaimRefusedError,
    ClaimState,
    advance,
)


@pytest.mark.parametrize(("state", "event"), list(product(ClaimState, ClaimEvent)))
def test_every_pair_leads_where_the_table_says_or_is_refused(
    state: ClaimState, event: ClaimEvent
) -> None:
    if (state, event) in TRANSITIONS:
        assert advance(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(ClaimRefusedError, match=f"a {state} claim does not take"):
            advance(state, event)


def test_wages_are_payable_in_every_state_but_a_withdrawn_claim() -> None:
    for state in set(ClaimState) - {ClaimState.WITHDRAWN}:
        assert advance(state, ClaimEvent.PAY_WAGES) is state


def test_honest_and_held_claims_reach_their_ends() -> None:
    def walk(*events: ClaimEvent) -> ClaimState:
        state = ClaimState.SUBMITTED
        for event in events:
            state = advance(state, event)
        return state

    e = ClaimEvent
    assert walk(e.BEGIN_CHECK, e.PASS_CHECK, e.PAY_WORKS, e.SETTLE) is ClaimState.SETTLED
    assert walk(e.BEGIN_CHECK, e.RECOMMEND_HOLD, e.PAY_WAGES, e.PAY_WORKS) is ClaimState.SETTLED
    assert walk(e.BEGIN_CHECK, e.RECOMMEND_HOLD, e.LIFT_HOLD) is ClaimState.FINANCE_REVIEW
