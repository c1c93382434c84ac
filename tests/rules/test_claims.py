"""The claim machine: every pair of its table, both procedures, and that wages always flow."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_rules.money.claims import (
    OPEN,
    TRANSITIONS,
    ClaimEvent,
    ClaimRefusedError,
    ClaimState,
    Procedure,
    advance,
    takes,
)

S, E = ClaimState, ClaimEvent


@pytest.mark.parametrize(("state", "event"), list(product(ClaimState, ClaimEvent)))
def test_every_pair_leads_where_the_table_says_or_is_refused(
    state: ClaimState, event: ClaimEvent
) -> None:
    for procedure in Procedure:
        if takes(state, event, procedure):
            assert advance(state, event, procedure) is TRANSITIONS[state, event]
        else:
            with pytest.raises(ClaimRefusedError, match=f"a {state} claim .* does not take"):
                advance(state, event, procedure)
    if (state, event) in TRANSITIONS:
        assert any(takes(state, event, procedure) for procedure in Procedure)


def test_wages_are_payable_in_every_state_of_a_claim_that_may_owe_any() -> None:
    for state in set(S) - {S.DRAFT, S.WITHDRAWN, S.RECONCILED}:
        for procedure in Procedure:
            assert advance(state, E.PAY_WAGES, procedure) is state


def walk(procedure: Procedure, start: ClaimState, *events: ClaimEvent) -> ClaimState:
    for event in events:
        start = advance(start, event, procedure)
    return start


def test_honest_and_held_claims_of_the_short_procedure_reach_their_ends() -> None:
    short = Procedure.SHORT
    assert walk(short, S.SUBMITTED, E.BEGIN_CHECK, E.PASS_CHECK, E.PAY_WORKS, E.SETTLE) is S.SETTLED
    assert walk(short, S.SUBMITTED, E.BEGIN_CHECK, E.RECOMMEND_HOLD, E.PAY_WORKS) is S.SETTLED
    lifted = walk(short, S.SUBMITTED, E.BEGIN_CHECK, E.RECOMMEND_HOLD, E.LIFT_HOLD)
    assert lifted is S.FINANCE_REVIEW


def test_the_full_procedure_from_the_draft_to_the_banks_word_and_back() -> None:
    certified = walk(
        Procedure.FULL, S.DRAFT, E.SUBMIT, E.BEGIN_REVIEW, E.RETURN, E.SUBMIT, E.BEGIN_REVIEW,
        E.CERTIFY, E.BEGIN_OWNER_REVIEW, E.AGREE_PARTLY, E.CERTIFY_INTERIM,
    )  # fmt: skip
    assert certified is S.INTERIM_CERTIFIED
    paid = walk(
        Procedure.FULL, certified, E.BEGIN_CHECK, E.PASS_CHECK, E.INSTRUCT, E.PAY_WORKS, E.SETTLE,
        E.RECONCILE,
    )  # fmt: skip
    assert paid is S.RECONCILED
    assert walk(Procedure.FULL, paid, E.CLAW_BACK, E.RECOVER, E.RECONCILE) is S.RECONCILED


def test_the_full_procedure_has_no_way_round_certificates_and_instruction() -> None:
    for state, event in ((S.SUBMITTED, E.BEGIN_CHECK), (S.FINANCE_REVIEW, E.PAY_WORKS)):
        with pytest.raises(ClaimRefusedError, match="full procedure"):
            advance(state, event, Procedure.FULL)
    reached, found = {S.DRAFT}, {S.DRAFT}
    while found:
        found = {
            TRANSITIONS[s, e]
            for s in found
            for e in E
            if takes(s, e, Procedure.FULL) and e not in (E.CERTIFY, E.AGREE, E.AGREE_PARTLY)
        } - reached
        reached |= found
    assert not reached & {S.RISK_CHECK, S.FINANCE_REVIEW, S.HELD, S.PAID, S.SETTLED}


@given(st.sampled_from(list(Procedure)), st.lists(st.sampled_from(list(E)), max_size=30))
def test_works_are_paid_only_after_the_check_whatever_is_tried(
    procedure: Procedure, events: list[ClaimEvent]
) -> None:
    state, seen = S.DRAFT, [S.DRAFT]
    for event in events:
        try:
            state = advance(state, event, procedure)
        except ClaimRefusedError:
            continue
        seen.append(state)
        if event is E.PAY_WORKS:
            assert S.RISK_CHECK in seen
            assert procedure is Procedure.SHORT or S.SUPERVISOR_CERTIFIED in seen
    assert S.WITHDRAWN not in OPEN and S.DRAFT not in OPEN
