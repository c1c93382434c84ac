"""Variations: every pair of the table, who may what, and nothing approved by who raised it."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from siteward_rules.money.hold_states import Actor
from siteward_rules.money.variations import (
    ROLES,
    TRANSITIONS,
    Variation,
    VariationEvent,
    VariationKind,
    VariationRefusedError,
    VariationState,
    possible,
    step,
)

E, S = VariationEvent, VariationState
DAY = date(2026, 6, 15)
PATH = [
    E.SUPERVISOR_AGREES,
    E.DESIGNER_AGREES,
    E.OWNER_AGREES,
    E.PRICE,
    E.APPROVE,
    E.EXECUTE,
    E.MEASURE,
]


def raised(kind: VariationKind = VariationKind.DESIGN_CHANGE, by: str = "wang") -> Variation:
    return Variation(kind, Decimal("50000.00"), by, DAY)


def take(variation: Variation, event: VariationEvent, name: str = "") -> Variation:
    role = min(ROLES[event])
    price = Decimal("42000.00") if event is E.PRICE else None
    return step(variation, event, Actor(name or f"{event}-person", role), DAY, price)


def test_a_design_change_goes_through_every_desk() -> None:
    variation = raised()
    for event in PATH:
        variation = take(variation, event)
    assert variation.state is S.MEASURED
    assert (variation.amount, variation.approved_on) == (Decimal("42000.00"), DAY)


def test_a_site_instruction_needs_no_designer_and_a_design_change_does() -> None:
    instruction = take(raised(VariationKind.SITE_INSTRUCTION), E.SUPERVISOR_AGREES)
    assert take(instruction, E.OWNER_AGREES).state is S.OWNER
    with pytest.raises(VariationRefusedError) as refused:
        take(take(raised(), E.SUPERVISOR_AGREES), E.OWNER_AGREES)
    assert refused.value.code == "wrong_state"


@pytest.mark.parametrize(("state", "event"), list(product(S, E)))
def test_every_pair_leads_where_the_table_says_or_is_refused(
    state: VariationState, event: VariationEvent
) -> None:
    kind = VariationKind.SITE_INSTRUCTION
    variation = Variation(kind, Decimal("1.00"), "wang", DAY, state, priced_by="li")
    if (state, event) in TRANSITIONS:
        assert take(variation, event).state is TRANSITIONS[state, event]
        assert event in possible(variation)
    else:
        with pytest.raises(VariationRefusedError, match="does not take"):
            take(variation, event)


@pytest.mark.parametrize("name", ["wang", "price-person"])
def test_nobody_approves_what_they_raised_or_priced(name: str) -> None:
    variation = raised()
    for event in PATH[:4]:
        variation = take(variation, event)
    with pytest.raises(VariationRefusedError) as refused:
        take(variation, E.APPROVE, name)
    assert refused.value.code == "same_person"


def test_a_price_comes_with_pricing_and_only_then() -> None:
    chief = Actor("zhao", "chief_supervisor")
    with pytest.raises(VariationRefusedError, match="price"):
        step(raised(), E.SUPERVISOR_AGREES, chief, DAY, Decimal("1.00"))
    priced = Variation(VariationKind.DESIGN_CHANGE, Decimal("1.00"), "wang", DAY, S.OWNER)
    with pytest.raises(VariationRefusedError, match="price"):
        step(priced, E.PRICE, chief, DAY)
