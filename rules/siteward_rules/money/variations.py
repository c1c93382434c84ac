"""A variation (变更) or site instruction (现场签证) as a state machine.

It must be approved before a claim may ask for it, priced and approved by different people, and
none may be approved by who raised it.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from siteward_rules.money.hold_states import Actor


class VariationKind(StrEnum):
    """变更 changes the design; 签证 records what the site made necessary."""

    DESIGN_CHANGE = "design_change"
    SITE_INSTRUCTION = "site_instruction"


class VariationState(StrEnum):
    """What it has got past."""

    RAISED = "raised"
    SUPERVISOR = "supervisor"
    DESIGNER = "designer"
    OWNER = "owner"
    PRICED = "priced"
    APPROVED = "approved"
    EXECUTED = "executed"
    MEASURED = "measured"
    REJECTED = "rejected"


class VariationEvent(StrEnum):
    """What can happen to it. ``DESIGNER_AGREES`` is entered with the designer's paper."""

    SUPERVISOR_AGREES = "supervisor_agrees"
    DESIGNER_AGREES = "designer_agrees"
    OWNER_AGREES = "owner_agrees"
    PRICE = "price"
    APPROVE = "approve"
    EXECUTE = "execute"
    MEASURE = "measure"
    REJECT = "reject"


_S, _E = VariationState, VariationEvent

TRANSITIONS: Final[dict[tuple[VariationState, VariationEvent], VariationState]] = {
    (_S.RAISED, _E.SUPERVISOR_AGREES): _S.SUPERVISOR,
    (_S.SUPERVISOR, _E.DESIGNER_AGREES): _S.DESIGNER,
    (_S.SUPERVISOR, _E.OWNER_AGREES): _S.OWNER,
    (_S.DESIGNER, _E.OWNER_AGREES): _S.OWNER,
    (_S.OWNER, _E.PRICE): _S.PRICED,
    (_S.PRICED, _E.APPROVE): _S.APPROVED,
    (_S.APPROVED, _E.EXECUTE): _S.EXECUTED,
    (_S.EXECUTED, _E.MEASURE): _S.MEASURED,
    **{
        (state, _E.REJECT): _S.REJECTED
        for state in (_S.RAISED, _S.SUPERVISOR, _S.DESIGNER, _S.OWNER, _S.PRICED)
    },
}
ROLES: Final[dict[VariationEvent, frozenset[str]]] = {
    _E.SUPERVISOR_AGREES: frozenset({"chief_supervisor"}),
    _E.DESIGNER_AGREES: frozenset({"department"}),
    _E.OWNER_AGREES: frozenset({"department"}),
    _E.PRICE: frozenset({"chief_supervisor", "department"}),
    _E.APPROVE: frozenset({"finance"}),
    _E.EXECUTE: frozenset({"department"}),
    _E.MEASURE: frozenset({"chief_supervisor"}),
    _E.REJECT: frozenset({"chief_supervisor", "department", "finance"}),
}
APPROVED: Final = frozenset({_S.APPROVED, _S.EXECUTED, _S.MEASURED})
"""States in which it counts towards the contract and a claim may ask for it."""


class VariationRefusedError(ValueError):
    """The variation cannot do that; ``code`` is for programs."""

    def __init__(self, code: str, words: str) -> None:
        """Keeps both."""
        self.code = code
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Variation:
    """A variation and what its rules need; never changed, only replaced.

    Attributes:
        kind: Design change or site instruction.
        amount: What it adds to the contract as estimated or priced; may be negative.
        raised_by: Who asked for it.
        raised_on: When.
        state: Where it stands.
        priced_by: Who priced it.
        approved_by: Who approved it.
        approved_on: When.
        executed_on: When the work was done.
    """

    kind: VariationKind
    amount: Decimal
    raised_by: str
    raised_on: date
    state: VariationState = VariationState.RAISED
    priced_by: str | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    executed_on: date | None = None


def step(
    variation: Variation, event: VariationEvent, by: Actor, on: date, amount: Decimal | None = None
) -> Variation:
    """Takes a variation one step on.

    Args:
        variation: As it stands.
        event: What happens.
        by: Who acts.
        on: The day the act bears.
        amount: The price; needed by ``PRICE`` and by nothing else.

    Raises:
        VariationRefusedError: Wrong state, role, person, day or amount.
    """
    after = _next(variation, event)
    if by.role not in ROLES[event]:
        raise VariationRefusedError("wrong_role", f"{event} is for {', '.join(ROLES[event])}")
    if (amount is None) is (event is _E.PRICE):
        raise VariationRefusedError("amount_needed", "a price is given with 'price' and only then")
    if on < variation.raised_on:
        raise VariationRefusedError("date_too_old", f"{on} is before it was raised")
    changed = replace(variation, state=after)
    match event:
        case _E.PRICE:
            assert amount is not None
            return replace(changed, amount=amount, priced_by=by.name)
        case _E.APPROVE:
            if by.name in (variation.priced_by, variation.raised_by):
                raise VariationRefusedError("same_person", f"{by.name} raised or priced it")
            return replace(changed, approved_by=by.name, approved_on=on)
        case _E.EXECUTE:
            return replace(changed, executed_on=on)
    return changed


def possible(variation: Variation) -> list[VariationEvent]:
    """What can happen to it now, whoever acts."""
    return [event for event in _E if _leads(variation, event) is not None]


def _next(variation: Variation, event: VariationEvent) -> VariationState:
    after = _leads(variation, event)
    if after is None:
        words = ", ".join(possible(variation)) or "nothing"
        raise VariationRefusedError(
            "wrong_state", f"a {variation.state} {variation.kind} does not take {event}; "
            f"possible: {words}",
        )  # fmt: skip
    return after


def _leads(variation: Variation, event: VariationEvent) -> VariationState | None:
    skips_designer = (variation.state, event) == (_S.SUPERVISOR, _E.OWNER_AGREES)
    if skips_designer and variation.kind is VariationKind.DESIGN_CHANGE:
        return None
    return TRANSITIONS.get((variation.state, event))
