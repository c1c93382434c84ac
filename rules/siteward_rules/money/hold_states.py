"""The states of a hold, what may happen in each, and the refusals."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final


class HoldState(StrEnum):
    """Where a hold stands."""

    RECOMMENDED = "recommended"
    UNDER_REVIEW = "under_review"
    DECIDED_HOLD = "decided_hold"
    DECIDED_RELEASE = "decided_release"
    AUDITED = "audited"
    RELEASED = "released"
    REDUCED = "reduced"
    EXPIRED = "expired"


class HoldEvent(StrEnum):
    """What can happen to a hold."""

    OPINION = "opinion"
    DECIDE_HOLD = "decide_hold"
    DECIDE_RELEASE = "decide_release"
    CONCLUDE = "conclude"
    RELEASE = "release"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the rules) acting in a role."""

    name: str
    role: str


_S, _E = HoldState, HoldEvent

TRANSITIONS: Final[dict[tuple[HoldState, HoldEvent], HoldState]] = {
    (_S.RECOMMENDED, _E.OPINION): _S.UNDER_REVIEW,
    (_S.RECOMMENDED, _E.DECIDE_HOLD): _S.DECIDED_HOLD,
    (_S.RECOMMENDED, _E.DECIDE_RELEASE): _S.DECIDED_RELEASE,
    (_S.RECOMMENDED, _E.EXPIRE): _S.EXPIRED,
    (_S.UNDER_REVIEW, _E.OPINION): _S.UNDER_REVIEW,
    (_S.UNDER_REVIEW, _E.DECIDE_HOLD): _S.DECIDED_HOLD,
    (_S.UNDER_REVIEW, _E.DECIDE_RELEASE): _S.DECIDED_RELEASE,
    (_S.UNDER_REVIEW, _E.EXPIRE): _S.EXPIRED,
    (_S.DECIDED_HOLD, _E.OPINION): _S.DECIDED_HOLD,
    (_S.DECIDED_HOLD, _E.CONCLUDE): _S.AUDITED,
    (_S.DECIDED_HOLD, _E.EXPIRE): _S.EXPIRED,
    (_S.AUDITED, _E.RELEASE): _S.RELEASED,
    (_S.AUDITED, _E.EXPIRE): _S.EXPIRED,
    (_S.EXPIRED, _E.OPINION): _S.UNDER_REVIEW,
    (_S.EXPIRED, _E.DECIDE_HOLD): _S.DECIDED_HOLD,
    (_S.EXPIRED, _E.DECIDE_RELEASE): _S.DECIDED_RELEASE,
    (_S.EXPIRED, _E.CONCLUDE): _S.AUDITED,
    (_S.EXPIRED, _E.RELEASE): _S.RELEASED,
}
"""Where a whole release leads; a partial one, and a conclusion that leaves nothing to
release, are handled in :func:`release` and :func:`conclude`."""

CLOSED: Final = frozenset({_S.DECIDED_RELEASE, _S.RELEASED, _S.REDUCED})
"""States in which nothing is held any more."""


class HoldRefusedError(ValueError):
    """A hold cannot do that; subclasses say why."""


class ForbiddenTransitionError(HoldRefusedError):
    """The event cannot happen in this state."""

    def __init__(self, state: HoldState, event: HoldEvent) -> None:
        """Keeps both."""
        self.state = state
        self.event = event
        possible = ", ".join(e for s, e in TRANSITIONS if s is state) or "nothing"
        super().__init__(f"a {state} hold does not take {event!s}; possible: {possible}")


class WagesTouchedError(HoldRefusedError):
    """The amount would reach into the wage portion."""

    def __init__(self, amount: Decimal, most: Decimal) -> None:
        """Keeps the amount wanted and the most that may be held."""
        self.amount = amount
        self.most = most
        super().__init__(
            f"{amount} would hold wages; at most {most} (claim less wages) may be held"
        )


class BadAmountError(HoldRefusedError):
    """An amount is not positive or more than there is."""

    def __init__(self, amount: Decimal, most: Decimal) -> None:
        """Keeps the amount wanted and the most there is."""
        self.amount = amount
        self.most = most
        super().__init__(f"{amount} is not possible; it must be more than 0 and at most {most}")


class WrongRoleError(HoldRefusedError):
    """The actor's role may not do this."""

    def __init__(self, actor: Actor, event: HoldEvent, allowed: frozenset[str]) -> None:
        """Keeps who wanted what, and who may."""
        self.actor = actor
        self.event = event
        self.allowed = allowed
        super().__init__(f"{event!s} is for {', '.join(sorted(allowed))}, not for {actor.role}")


class SamePersonError(HoldRefusedError):
    """One person would both recommend and decide."""

    def __init__(self, actor: Actor, event: HoldEvent) -> None:
        """Keeps who wanted what."""
        self.actor = actor
        self.event = event
        super().__init__(f"{actor.name} recommended this and may not also {event!s}")


class SecondPersonMissingError(HoldRefusedError):
    """Money would leave the hold on one person's word."""

    def __init__(self, event: HoldEvent) -> None:
        """Keeps what was wanted."""
        self.event = event
        super().__init__(
            f"{event!s} needs another person's recommendation first: "
            "a supervision opinion or an audit conclusion"
        )
