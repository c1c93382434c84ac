"""The hold on a claim's works money as a state machine with its invariants.

A hold never reaches into wages (保障农民工工资支付条例 art. 35); recommending and deciding
it are different roles and persons; money leaves it only when two persons agreed; one whose
review is overdue escalates and never releases itself.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from siteward_rules.calendar import china
from siteward_rules.facts import ZERO
from siteward_rules.money.hold_states import (
    CLOSED,
    TRANSITIONS,
    Actor,
    BadAmountError,
    ForbiddenTransitionError,
    HoldEvent,
    HoldState,
    SamePersonError,
    SecondPersonMissingError,
    WagesTouchedError,
    WrongRoleError,
)

REVIEW_WORKING_DAYS: Final = 7
"""A hold is looked at again within this many working days (platform default)."""
SYSTEM: Final = "system"
"""Role of the rules themselves: they recommend and never decide."""
_DECIDERS: Final = frozenset({"finance"})
_ADVISERS: Final = frozenset({"supervisor"})
_AUDITORS: Final = frozenset({"auditor"})


RULES: Final = Actor("rules", SYSTEM)
"""The rules as the recommender."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold and everything its invariants need; never changed, only replaced.

    Attributes:
        claim_amount: The whole claim.
        wage_amount: Its wage portion, which no hold touches.
        amount: What is (or would be) held.
        recommended_by: Who recommended it.
        recommended_at: When.
        review_due: By when somebody must look again.
        opinion_by: Who gave the latest supervision opinion.
        decided_by: Who decided it.
        decided_at: When.
        basis: Legal basis of the decision.
        reason: Reason of the decision.
        release_recommended_by: Whose conclusion lets money go.
        released: What has been let go.
        reduced: What the audit took away for good (核减).
    """

    claim_amount: Decimal
    wage_amount: Decimal
    amount: Decimal
    recommended_by: Actor
    recommended_at: datetime
    review_due: date
    state: HoldState = HoldState.RECOMMENDED
    opinion_by: Actor | None = None
    decided_by: Actor | None = None
    decided_at: datetime | None = None
    basis: str | None = None
    reason: str | None = None
    release_recommended_by: Actor | None = None
    released: Decimal = ZERO
    reduced: Decimal = ZERO

    @property
    def remaining(self) -> Decimal:
        """What is still held."""
        return self.amount - self.released - self.reduced

    @property
    def is_open(self) -> bool:
        """Whether works money is still stopped."""
        return self.state not in CLOSED


_S, _E = HoldState, HoldEvent


def recommend(
    claim_amount: Decimal,
    wage_amount: Decimal,
    amount: Decimal,
    by: Actor,
    at: datetime,
    today: date,
) -> Hold:
    """Recommends a hold.

    Raises:
        WagesTouchedError: ``amount`` is more than the claim less its wages.
        BadAmountError: ``amount`` is not positive.
    """
    _check_held(amount, claim_amount - wage_amount)
    due = china().add_working_days(today, REVIEW_WORKING_DAYS)
    return Hold(claim_amount, wage_amount, amount, by, at, due)


def give_opinion(hold: Hold, by: Actor) -> Hold:
    """A supervision opinion (督办建议) on the hold.

    Raises:
        HoldRefusedError: Wrong role or state.
    """
    _check_role(by, _E.OPINION, _ADVISERS)
    state = _next(hold, _E.OPINION)
    if hold.state is _S.EXPIRED and hold.decided_by is not None:
        state = _S.AUDITED if hold.release_recommended_by else _S.DECIDED_HOLD
    return replace(hold, state=state, opinion_by=by)


def decide_hold(
    hold: Hold, amount: Decimal, by: Actor, at: datetime, today: date, basis: str, reason: str
) -> Hold:
    """Finance takes the recommendation, for this amount.

    Raises:
        HoldRefusedError: Wrong role, person, state or amount.
    """
    _check_role(by, _E.DECIDE_HOLD, _DECIDERS)
    state = _next(hold, _E.DECIDE_HOLD)
    _check_person(hold, by, _E.DECIDE_HOLD)
    _check_held(amount, hold.claim_amount - hold.wage_amount)
    if amount < hold.released + hold.reduced:
        raise BadAmountError(amount, hold.amount)
    return replace(
        hold, state=state, amount=amount, decided_by=by, decided_at=at, basis=basis, reason=reason,
        review_due=china().add_working_days(today, REVIEW_WORKING_DAYS),
    )  # fmt: skip


def decide_release(hold: Hold, by: Actor, at: datetime, basis: str, reason: str) -> Hold:
    """Finance does not take the recommendation; needs somebody else's opinion first.

    Raises:
        HoldRefusedError: Wrong role, person or state, or no second person yet.
    """
    _check_role(by, _E.DECIDE_RELEASE, _DECIDERS)
    state = _next(hold, _E.DECIDE_RELEASE)
    _check_person(hold, by, _E.DECIDE_RELEASE)
    if hold.opinion_by is None:
        raise SecondPersonMissingError(_E.DECIDE_RELEASE)
    return replace(
        hold, state=state, decided_by=by, decided_at=at, basis=basis, reason=reason,
        released=hold.amount - hold.reduced,
    )  # fmt: skip


def conclude(hold: Hold, payable_works: Decimal, by: Actor) -> Hold:
    """The audit's conclusion: this much of the works part is payable, the rest is reduced.

    What was not held is payable anyway, so the reduction comes out of the hold only.

    Raises:
        HoldRefusedError: Wrong role, person, state or amount.
    """
    _check_role(by, _E.CONCLUDE, _AUDITORS)
    state = _next(hold, _E.CONCLUDE)
    works = hold.claim_amount - hold.wage_amount
    free = works - hold.amount + hold.released
    if not free <= payable_works <= works:
        raise BadAmountError(payable_works, works)
    if hold.decided_by is None:
        raise ForbiddenTransitionError(hold.state, _E.CONCLUDE)
    if by.name == hold.decided_by.name:
        raise SamePersonError(by, _E.CONCLUDE)
    concluded = replace(hold, state=state, reduced=works - payable_works, release_recommended_by=by)
    return concluded if concluded.remaining > 0 else replace(concluded, state=_S.REDUCED)


def release(hold: Hold, amount: Decimal, by: Actor) -> Hold:
    """Finance lets part of the hold go, on another person's conclusion.

    Raises:
        HoldRefusedError: Wrong role, person, state or amount, or nobody recommended it.
    """
    _check_role(by, _E.RELEASE, _DECIDERS)
    state = _next(hold, _E.RELEASE)
    if hold.release_recommended_by is None:
        raise SecondPersonMissingError(_E.RELEASE)
    if by.name == hold.release_recommended_by.name:
        raise SamePersonError(by, _E.RELEASE)
    if not 0 < amount <= hold.remaining:
        raise BadAmountError(amount, hold.remaining)
    left = replace(hold, released=hold.released + amount)
    return replace(left, state=state if left.remaining == 0 else hold.state)


def expire(hold: Hold, today: date) -> Hold:
    """Escalates a hold whose review is overdue; any other is returned as it is."""
    if today <= hold.review_due or (hold.state, _E.EXPIRE) not in TRANSITIONS:
        return hold
    return replace(hold, state=_S.EXPIRED)


def _next(hold: Hold, event: HoldEvent) -> HoldState:
    try:
        return TRANSITIONS[hold.state, event]
    except KeyError:
        raise ForbiddenTransitionError(hold.state, event) from None


def _check_role(actor: Actor, event: HoldEvent, allowed: frozenset[str]) -> None:
    if actor.role not in allowed:
        raise WrongRoleError(actor, event, allowed)


def _check_person(hold: Hold, by: Actor, event: HoldEvent) -> None:
    advised = hold.opinion_by is not None and hold.opinion_by.name == by.name
    if by.name == hold.recommended_by.name or advised:
        raise SamePersonError(by, event)


def _check_held(amount: Decimal, most: Decimal) -> None:
    if amount > most:
        raise WagesTouchedError(amount, most)
    if amount <= 0:
        raise BadAmountError(amount, most)
