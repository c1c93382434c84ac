"""The payment claim as a state machine: one table, no exceptions beside it.

The slice of the full procedure (documents, clocks, certificates) that the platform runs
today. Wages may be paid in every live state: no flag and no hold ever stops them.
"""

from enum import StrEnum
from typing import Final


class ClaimState(StrEnum):
    """Where a claim stands."""

    SUBMITTED = "submitted"
    RISK_CHECK = "risk_check"
    FINANCE_REVIEW = "finance_review"
    HELD = "held"
    PAID = "paid"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class ClaimEvent(StrEnum):
    """What can happen to a claim.

    ``PAY_WORKS`` is the payment of the whole works part, or of what a hold left payable.
    ``LIFT_HOLD`` is finance's decision that a recommended hold is not taken.
    """

    BEGIN_CHECK = "begin_check"
    PASS_CHECK = "pass_check"  # noqa: S105
    RECOMMEND_HOLD = "recommend_hold"
    LIFT_HOLD = "lift_hold"
    PAY_WAGES = "pay_wages"
    PAY_WORKS = "pay_works"
    SETTLE = "settle"
    WITHDRAW = "withdraw"


class ClaimRefusedError(ValueError):
    """The event cannot happen in this state."""

    def __init__(self, state: ClaimState, event: ClaimEvent) -> None:
        """Keeps both, and says what could happen instead."""
        self.state = state
        self.event = event
        possible = ", ".join(e for s, e in TRANSITIONS if s is state) or "nothing"
        super().__init__(f"a {state} claim does not take {event!s}; possible: {possible}")


_S, _E = ClaimState, ClaimEvent

TRANSITIONS: Final[dict[tuple[ClaimState, ClaimEvent], ClaimState]] = {
    (_S.SUBMITTED, _E.BEGIN_CHECK): _S.RISK_CHECK,
    (_S.SUBMITTED, _E.PAY_WAGES): _S.SUBMITTED,
    (_S.SUBMITTED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.RISK_CHECK, _E.PASS_CHECK): _S.FINANCE_REVIEW,
    (_S.RISK_CHECK, _E.RECOMMEND_HOLD): _S.HELD,
    (_S.RISK_CHECK, _E.PAY_WAGES): _S.RISK_CHECK,
    (_S.RISK_CHECK, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.FINANCE_REVIEW, _E.RECOMMEND_HOLD): _S.HELD,
    (_S.FINANCE_REVIEW, _E.PAY_WAGES): _S.FINANCE_REVIEW,
    (_S.FINANCE_REVIEW, _E.PAY_WORKS): _S.PAID,
    (_S.FINANCE_REVIEW, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.HELD, _E.LIFT_HOLD): _S.FINANCE_REVIEW,
    (_S.HELD, _E.PAY_WAGES): _S.HELD,
    (_S.HELD, _E.PAY_WORKS): _S.SETTLED,
    (_S.HELD, _E.SETTLE): _S.SETTLED,
    (_S.HELD, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.PAID, _E.PAY_WAGES): _S.PAID,
    (_S.PAID, _E.SETTLE): _S.SETTLED,
    (_S.SETTLED, _E.PAY_WAGES): _S.SETTLED,
}

OPEN: Final = frozenset({_S.SUBMITTED, _S.RISK_CHECK, _S.FINANCE_REVIEW, _S.HELD})
"""States in which works money is still wanted and rules keep looking."""


def advance(state: ClaimState, event: ClaimEvent) -> ClaimState:
    """The next state.

    Raises:
        ClaimRefusedError: The table has no such pair.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ClaimRefusedError(state, event) from None
