"""The rectification workflow (隐患整改闭环) as one table: state and event to the next state.

Marks beside the state - work suspended (停工), listed for supervision (挂牌督办), overdue (逾期) - are
set by events that stay in their state: work may be stopped while it is being put right.
"""

from enum import StrEnum
from typing import Final

RULES_ROLE: Final = "system"
"""The worker, which lets time pass."""


class HazardState(StrEnum):
    """Where a hazard stands."""

    DETECTED = "detected"
    DISMISSED = "dismissed"
    CONFIRMED = "confirmed"
    NOTIFIED = "notified"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    RECHECK_PASSED = "recheck_passed"
    CLOSED = "closed"
    LOOK_BACK = "look_back"
    EFFECTIVE = "effective"
    REOPENED = "reopened"


class HazardEvent(StrEnum):
    """What can happen to a hazard."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    GRADE = "grade"
    ORDER = "order"
    PLAN = "plan"
    SUBMIT = "submit"
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    RESUME = "resume"
    SUPERVISE = "supervise"
    END_SUPERVISION = "end_supervision"
    CLOSE = "close"
    COME_DUE = "come_due"
    STAND = "stand"
    RELAPSE = "relapse"
    EXPIRE = "expire"


_S, _E = HazardState, HazardEvent
_LIVE: Final = (
    _S.CONFIRMED, _S.NOTIFIED, _S.RECTIFYING, _S.SUBMITTED, _S.RECHECK_PASSED, _S.REOPENED,
)  # fmt: skip
"""Confirmed by a person and not closed."""
_SAME: Final = {
    _E.GRADE: (_S.DETECTED, *_LIVE),
    _E.SUPERVISE: _LIVE,
    _E.END_SUPERVISION: _LIVE,
    _E.RESUME: (_S.RECHECK_PASSED,),
    _E.EXPIRE: (_S.DETECTED, *_LIVE, _S.LOOK_BACK),
}

TRANSITIONS: Final[dict[tuple[HazardState, HazardEvent], HazardState]] = {
    (_S.DETECTED, _E.CONFIRM): _S.CONFIRMED,
    (_S.DETECTED, _E.DISMISS): _S.DISMISSED,
    (_S.CONFIRMED, _E.ORDER): _S.NOTIFIED,
    (_S.NOTIFIED, _E.ORDER): _S.NOTIFIED,
    (_S.RECTIFYING, _E.ORDER): _S.NOTIFIED,
    (_S.REOPENED, _E.ORDER): _S.NOTIFIED,
    (_S.NOTIFIED, _E.PLAN): _S.RECTIFYING,
    (_S.RECTIFYING, _E.PLAN): _S.RECTIFYING,
    (_S.NOTIFIED, _E.SUBMIT): _S.SUBMITTED,
    (_S.RECTIFYING, _E.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _E.PASS): _S.RECHECK_PASSED,
    (_S.SUBMITTED, _E.FAIL): _S.RECTIFYING,
    (_S.RECHECK_PASSED, _E.FAIL): _S.RECTIFYING,
    (_S.RECHECK_PASSED, _E.CLOSE): _S.CLOSED,
    (_S.CLOSED, _E.COME_DUE): _S.LOOK_BACK,
    (_S.EFFECTIVE, _E.COME_DUE): _S.LOOK_BACK,
    (_S.LOOK_BACK, _E.STAND): _S.EFFECTIVE,
    (_S.LOOK_BACK, _E.RELAPSE): _S.REOPENED,
    **{(state, event): state for event, states in _SAME.items() for state in states},
}

_SAFETY: Final = frozenset({"supervisor", "inspector", "chief_supervisor"})
_RULES: Final = frozenset({RULES_ROLE})

ROLES: Final[dict[HazardEvent, frozenset[str]]] = {
    _E.CONFIRM: _SAFETY,
    _E.DISMISS: _SAFETY,
    _E.GRADE: _SAFETY,
    _E.ORDER: frozenset({"inspector", "chief_supervisor"}),
    _E.PLAN: frozenset({"department"}),
    _E.SUBMIT: frozenset({"department"}),
    _E.PASS: _SAFETY,
    _E.FAIL: _SAFETY,
    _E.RESUME: frozenset({"inspector", "chief_supervisor"}),
    _E.SUPERVISE: frozenset({"supervisor"}),
    _E.END_SUPERVISION: frozenset({"supervisor"}),
    _E.CLOSE: _SAFETY,
    _E.COME_DUE: _RULES,
    _E.STAND: _SAFETY,
    _E.RELAPSE: _SAFETY,
    _E.EXPIRE: _RULES,
}
"""Who may. The supervision committee urges and looks back; it gives no orders to a site (代表法 31).
The department acts for the contractor, who has no account."""

OPEN: Final = frozenset(_LIVE)
"""States in which a hazard stands against money: a person confirmed it, nobody closed it."""


class HazardRefusedError(ValueError):
    """A hazard cannot do that; subclasses say why."""


class WrongHazardStateError(HazardRefusedError):
    """The event cannot happen in this state."""

    def __init__(self, state: HazardState, event: HazardEvent) -> None:
        """Keeps both, and says what could happen instead."""
        self.state = state
        self.event = event
        self.possible = tuple(e for s, e in TRANSITIONS if s is state)
        words = ", ".join(self.possible) or "nothing"
        super().__init__(f"a {state} hazard does not take {event!s}; possible: {words}")


class WrongHazardRoleError(HazardRefusedError):
    """The actor's role may not do this."""

    def __init__(self, role: str, event: HazardEvent, reason: str = "") -> None:
        """Keeps who wanted what, and who may."""
        self.role = role
        self.event = event
        self.allowed = ROLES[event]
        who = reason or f"{event!s} is for {', '.join(sorted(self.allowed))}"
        super().__init__(f"{who}, not for {role}")


class SameHazardPersonError(HazardRefusedError):
    """One person would check his own work."""

    def __init__(self, name: str, event: HazardEvent, part: str) -> None:
        """Keeps who wanted what; ``part`` is what he did before."""
        self.name = name
        self.event = event
        self.part = part
        super().__init__(f"{name} {part} this hazard and may not also {event!s} it")


class HazardGateError(HazardRefusedError):
    """Something else must happen first; ``code`` names it."""

    def __init__(self, code: str, text: str) -> None:
        """Keeps the code."""
        self.code = code
        super().__init__(text)


def advance(state: HazardState, event: HazardEvent) -> HazardState:
    """The next state.

    Raises:
        WrongHazardStateError: The event cannot happen now.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise WrongHazardStateError(state, event) from None
