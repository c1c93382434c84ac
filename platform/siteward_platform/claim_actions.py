"""What a person may do with a claim now; the web app shows exactly these buttons."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.claim_payments import works_due
from siteward_platform.claims import is_open
from siteward_platform.database.models import AuditCase, Claim
from siteward_platform.holds import load_hold
from siteward_platform.payments import paid_of_claim
from siteward_rules.money.claims import TRANSITIONS, ClaimEvent, ClaimState
from siteward_rules.money.hold_states import TRANSITIONS as HOLD_TRANSITIONS
from siteward_rules.money.hold_states import Actor, HoldEvent, HoldState
from siteward_rules.money.holds import Hold


def allowed_actions(session: Session, claim: Claim, who: Actor) -> list[str]:
    """State times role times person, in the order of the procedure."""
    hold = load_hold(session, claim.id)
    if claim.state == ClaimState.WITHDRAWN:
        return []
    audit = session.scalars(select(AuditCase).where(AuditCase.claim_id == claim.id)).one_or_none()
    match who.role:
        case "chief_supervisor":
            return ["sign"] if claim.signed_by is None and is_open(claim) else []
        case "supervisor":
            return ["opinion"] if hold and _awaits_opinion(hold) else []
        case "auditor":
            return _audit(hold, audit, who)
        case "finance":
            return _finance(session, claim, hold, who)
        case "department":
            return _department(session, claim, hold)
    return []


def waiting_claims(session: Session, who: Actor) -> int:
    """How many claims wait for something that this person may do."""
    closed = [ClaimState.WITHDRAWN.value, ClaimState.SETTLED.value]
    claims = session.scalars(select(Claim).where(Claim.state.not_in(closed)))
    return sum(bool(set(allowed_actions(session, c, who)) - {"withdraw"}) for c in claims)


def _takes(hold: Hold, event: HoldEvent) -> bool:
    return (hold.state, event) in HOLD_TRANSITIONS


def _awaits_opinion(hold: Hold) -> bool:
    """An opinion stands until the review expires; a second one is taken but not asked for."""
    asked = hold.opinion_by is None or hold.state == HoldState.EXPIRED
    return asked and _takes(hold, HoldEvent.OPINION)


def _audit(hold: Hold | None, case: AuditCase | None, who: Actor) -> list[str]:
    if hold is None or hold.decided_by is None or not hold.is_open:
        return []
    if case is None:
        return ["open_audit"]
    concludes = _takes(hold, HoldEvent.CONCLUDE) and hold.decided_by.name != who.name
    return ["conclude_audit"] if concludes and case.concluded_at is None else []


def _finance(session: Session, claim: Claim, hold: Hold | None, who: Actor) -> list[str]:
    actions: list[str] = []
    if hold is not None:
        others = {a.name for a in (hold.recommended_by, hold.opinion_by) if a}
        if _takes(hold, HoldEvent.DECIDE_HOLD) and who.name not in others:
            actions.append("decide")
        adviser = hold.release_recommended_by
        if _takes(hold, HoldEvent.RELEASE) and adviser and adviser.name != who.name:
            actions.append("release")
    wages, _ = paid_of_claim(session, claim.id)
    state = ClaimState(claim.state)
    if (state, ClaimEvent.PAY_WAGES) in TRANSITIONS and wages < claim.wage_amount:
        actions.append("pay_wages")
    payable = state in (ClaimState.FINANCE_REVIEW, ClaimState.HELD)
    if payable and claim.signed_by is not None and works_due(session, claim) > 0:
        actions.append("pay_works")
    return actions


def _department(session: Session, claim: Claim, hold: Hold | None) -> list[str]:
    possible = (ClaimState(claim.state), ClaimEvent.WITHDRAW) in TRANSITIONS
    untouched = not any(paid_of_claim(session, claim.id))
    undecided = hold is None or hold.decided_by is None
    return ["withdraw"] if possible and untouched and undecided else []
