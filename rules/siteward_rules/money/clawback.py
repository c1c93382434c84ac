"""Overpaid works money called back (追回): an auditor proposes, finance orders, the payee returns.

Wages are never called back from the people who earned them.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from siteward_rules.facts import ZERO
from siteward_rules.money.hold_states import (
    Actor,
    BadAmountError,
    HoldRefusedError,
    SamePersonError,
)


class ClawbackState(StrEnum):
    """Where it stands."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    ORDERED = "ordered"
    RECOVERED = "recovered"


class ClawbackStateError(HoldRefusedError):
    """The act does not fit the state."""

    def __init__(self, state: ClawbackState, act: str) -> None:
        """Keeps both."""
        self.state = state
        super().__init__(f"a {state} clawback does not take {act!r}")


class ClawbackPersonError(SamePersonError):
    """One person would both propose and order."""

    def __init__(self, actor: Actor) -> None:
        """Keeps who."""
        self.actor = actor
        HoldRefusedError.__init__(self, f"{actor.name} proposed this and may not also order it")


ORDERED_BY: Final = frozenset({"finance"})


@dataclass(frozen=True, slots=True)
class Clawback:
    """Money called back of one claim; never changed, only replaced.

    Attributes:
        works_paid: What the claim was paid for works, net of earlier returns.
        amount: What is to come back.
        proposed_by: The auditor.
        ordered_by: Finance.
        ordered_on: From here the payee has thirty days.
        returned: What has come back.
        recovered_on: When the last of it came.
    """

    works_paid: Decimal
    amount: Decimal
    proposed_by: Actor
    state: ClawbackState = ClawbackState.PROPOSED
    ordered_by: Actor | None = None
    ordered_on: date | None = None
    returned: Decimal = ZERO
    recovered_on: date | None = None

    @property
    def outstanding(self) -> Decimal:
        """What has still to come back."""
        return self.amount - self.returned


def propose(works_paid: Decimal, amount: Decimal, by: Actor) -> Clawback:
    """An auditor finds that works money was overpaid.

    Raises:
        BadAmountError: More than the works part was paid, or nothing.
    """
    if not ZERO < amount <= works_paid:
        raise BadAmountError(amount, works_paid)
    return Clawback(works_paid, amount, by)


def decide(clawback: Clawback, order: bool, by: Actor, on: date) -> Clawback:
    """Finance orders it, or does not.

    Raises:
        HoldRefusedError: Already decided, or by who proposed it.
    """
    if clawback.state is not ClawbackState.PROPOSED:
        raise ClawbackStateError(clawback.state, "decision")
    if by.name == clawback.proposed_by.name:
        raise ClawbackPersonError(by)
    state = ClawbackState.ORDERED if order else ClawbackState.DECLINED
    return replace(clawback, state=state, ordered_by=by, ordered_on=on if order else None)


def take_back(clawback: Clawback, amount: Decimal, on: date) -> Clawback:
    """Money came back.

    Raises:
        HoldRefusedError: None was ordered, or more than is outstanding.
    """
    if clawback.state is not ClawbackState.ORDERED:
        raise ClawbackStateError(clawback.state, "return")
    if not ZERO < amount <= clawback.outstanding:
        raise BadAmountError(amount, clawback.outstanding)
    after = replace(clawback, returned=clawback.returned + amount)
    if after.outstanding > 0:
        return after
    return replace(after, state=ClawbackState.RECOVERED, recovered_on=on)
