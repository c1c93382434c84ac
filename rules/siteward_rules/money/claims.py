"""The payment claim as a state machine: one table, no exceptions beside it.

A project follows one of two procedures. The full one is the standard contract's: the chief
supervisor certifies, the owner certifies, the rules check, finance instructs the treasury. The
short one is for offices that keep the certificates elsewhere: a filed claim goes straight to the
risk check and finance pays after it. Both share every state from the risk check on.

Wages may be paid in every live state: no review, flag, hold or rejection ever stops them.
"""

from enum import StrEnum
from typing import Final


class Procedure(StrEnum):
    """Which way a project's claims go."""

    SHORT = "short"
    FULL = "full"


class ClaimState(StrEnum):
    """Where a claim stands.

    ``SETTLED`` is paid in full, wages included; ``RECONCILED`` means the bank's file says so too.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPERVISOR_REVIEW = "supervisor_review"
    RETURNED = "returned"
    SUPERVISOR_CERTIFIED = "supervisor_certified"
    OWNER_REVIEW = "owner_review"
    PARTIALLY_AGREED = "partially_agreed"
    INTERIM_CERTIFIED = "interim_certified"
    OWNER_CERTIFIED = "owner_certified"
    RISK_CHECK = "risk_check"
    FINANCE_REVIEW = "finance_review"
    TREASURY_INSTRUCTED = "treasury_instructed"
    HELD = "held"
    PAID = "paid"
    SETTLED = "settled"
    RECONCILED = "reconciled"
    CLAWBACK = "clawback"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ClaimEvent(StrEnum):
    """What can happen to a claim.

    ``PAY_WORKS`` is the payment of the whole works part, or of what a hold left payable.
    ``LIFT_HOLD`` is finance's decision that a recommended hold is not taken.
    """

    SUBMIT = "submit"
    BEGIN_REVIEW = "begin_review"
    RETURN = "return"
    CERTIFY = "certify"
    BEGIN_OWNER_REVIEW = "begin_owner_review"
    AGREE = "agree"
    AGREE_PARTLY = "agree_partly"
    CERTIFY_INTERIM = "certify_interim"
    BEGIN_CHECK = "begin_check"
    PASS_CHECK = "pass_check"  # noqa: S105
    RECOMMEND_HOLD = "recommend_hold"
    LIFT_HOLD = "lift_hold"
    INSTRUCT = "instruct"
    CANCEL_INSTRUCTION = "cancel_instruction"
    PAY_WAGES = "pay_wages"
    PAY_WORKS = "pay_works"
    SETTLE = "settle"
    RECONCILE = "reconcile"
    CLAW_BACK = "claw_back"
    RECOVER = "recover"
    REJECT = "reject"
    WITHDRAW = "withdraw"


class ClaimRefusedError(ValueError):
    """The event cannot happen in this state."""

    def __init__(self, state: ClaimState, event: ClaimEvent, procedure: Procedure) -> None:
        """Keeps all three, and says what could happen instead."""
        self.state = state
        self.event = event
        self.procedure = procedure
        possible = ", ".join(e for s, e in TRANSITIONS if takes(s, e, procedure) and s is state)
        super().__init__(
            f"a {state} claim ({procedure} procedure) does not take {event!s}; "
            f"possible: {possible or 'nothing'}"
        )


_S, _E = ClaimState, ClaimEvent
_UNPAID: Final = frozenset(
    {
        _S.SUBMITTED,
        _S.SUPERVISOR_REVIEW,
        _S.RETURNED,
        _S.SUPERVISOR_CERTIFIED,
        _S.OWNER_REVIEW,
        _S.PARTIALLY_AGREED,
        _S.INTERIM_CERTIFIED,
        _S.OWNER_CERTIFIED,
        _S.RISK_CHECK,
        _S.FINANCE_REVIEW,
        _S.HELD,
    }
)

TRANSITIONS: Final[dict[tuple[ClaimState, ClaimEvent], ClaimState]] = {
    (_S.DRAFT, _E.SUBMIT): _S.SUBMITTED,
    (_S.DRAFT, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.SUBMITTED, _E.BEGIN_REVIEW): _S.SUPERVISOR_REVIEW,
    (_S.SUBMITTED, _E.BEGIN_CHECK): _S.RISK_CHECK,
    (_S.SUPERVISOR_REVIEW, _E.RETURN): _S.RETURNED,
    (_S.SUPERVISOR_REVIEW, _E.CERTIFY): _S.SUPERVISOR_CERTIFIED,
    (_S.RETURNED, _E.SUBMIT): _S.SUBMITTED,
    (_S.SUPERVISOR_CERTIFIED, _E.BEGIN_OWNER_REVIEW): _S.OWNER_REVIEW,
    (_S.OWNER_REVIEW, _E.RETURN): _S.RETURNED,
    (_S.OWNER_REVIEW, _E.REJECT): _S.REJECTED,
    (_S.OWNER_REVIEW, _E.AGREE): _S.OWNER_CERTIFIED,
    (_S.OWNER_REVIEW, _E.AGREE_PARTLY): _S.PARTIALLY_AGREED,
    (_S.PARTIALLY_AGREED, _E.CERTIFY_INTERIM): _S.INTERIM_CERTIFIED,
    (_S.OWNER_CERTIFIED, _E.BEGIN_CHECK): _S.RISK_CHECK,
    (_S.INTERIM_CERTIFIED, _E.BEGIN_CHECK): _S.RISK_CHECK,
    (_S.RISK_CHECK, _E.PASS_CHECK): _S.FINANCE_REVIEW,
    (_S.RISK_CHECK, _E.RECOMMEND_HOLD): _S.HELD,
    (_S.FINANCE_REVIEW, _E.RECOMMEND_HOLD): _S.HELD,
    (_S.FINANCE_REVIEW, _E.INSTRUCT): _S.TREASURY_INSTRUCTED,
    (_S.FINANCE_REVIEW, _E.PAY_WORKS): _S.PAID,
    (_S.FINANCE_REVIEW, _E.REJECT): _S.REJECTED,
    (_S.TREASURY_INSTRUCTED, _E.RECOMMEND_HOLD): _S.HELD,
    (_S.TREASURY_INSTRUCTED, _E.CANCEL_INSTRUCTION): _S.FINANCE_REVIEW,
    (_S.TREASURY_INSTRUCTED, _E.PAY_WORKS): _S.PAID,
    (_S.HELD, _E.LIFT_HOLD): _S.FINANCE_REVIEW,
    (_S.HELD, _E.PAY_WORKS): _S.SETTLED,
    (_S.HELD, _E.SETTLE): _S.SETTLED,
    (_S.PAID, _E.SETTLE): _S.SETTLED,
    (_S.PAID, _E.CLAW_BACK): _S.CLAWBACK,
    (_S.SETTLED, _E.RECONCILE): _S.RECONCILED,
    (_S.SETTLED, _E.CLAW_BACK): _S.CLAWBACK,
    (_S.RECONCILED, _E.CLAW_BACK): _S.CLAWBACK,
    (_S.CLAWBACK, _E.RECOVER): _S.SETTLED,
    **{(state, _E.WITHDRAW): _S.WITHDRAWN for state in _UNPAID},
    **{
        (state, _E.PAY_WAGES): state
        for state in _S
        if state not in (_S.DRAFT, _S.RECONCILED, _S.WITHDRAWN)
    },
}
"""Where every event leads. ``RECONCILED`` takes no wages because it has none left to pay."""

_ONLY: Final[dict[tuple[ClaimState, ClaimEvent], Procedure]] = {
    (_S.SUBMITTED, _E.BEGIN_CHECK): Procedure.SHORT,
    (_S.FINANCE_REVIEW, _E.PAY_WORKS): Procedure.SHORT,
    (_S.SUBMITTED, _E.BEGIN_REVIEW): Procedure.FULL,
    (_S.FINANCE_REVIEW, _E.INSTRUCT): Procedure.FULL,
}
"""Pairs that belong to one procedure; the rest of the short one's are reached by both."""

OPEN: Final = _UNPAID | {_S.TREASURY_INSTRUCTED}
"""States in which works money is still wanted and rules keep looking."""
AWAITING_CHECK: Final = frozenset({_S.OWNER_CERTIFIED, _S.INTERIM_CERTIFIED})
"""States of the full procedure from which the rules' check begins; in the short one a claim
comes to it as it is filed."""
NEVER_OWED: Final = frozenset({_S.DRAFT, _S.WITHDRAWN, _S.REJECTED})
"""States in which a claim asks for no works money and compares with no other."""


def takes(state: ClaimState, event: ClaimEvent, procedure: Procedure) -> bool:
    """Whether the event can happen in this state under this procedure."""
    return (state, event) in TRANSITIONS and _ONLY.get((state, event), procedure) is procedure


def advance(
    state: ClaimState, event: ClaimEvent, procedure: Procedure = Procedure.SHORT
) -> ClaimState:
    """The next state.

    Raises:
        ClaimRefusedError: The table has no such pair, or not under this procedure.
    """
    if not takes(state, event, procedure):
        raise ClaimRefusedError(state, event, procedure)
    return TRANSITIONS[state, event]
