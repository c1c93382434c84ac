"""What a person may do with a claim now; the web app shows exactly these buttons."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.appeals import appeals_of
from siteward_platform.certificates import certificates_of
from siteward_platform.claim_payments import signature_stands, works_due
from siteward_platform.claims import is_open
from siteward_platform.clawbacks import clawbacks_of
from siteward_platform.database.models import AuditCase, Claim, ClawbackRecord
from siteward_platform.holds import load_hold
from siteward_platform.payments import paid_of_claim
from siteward_rules.money.claims import ClaimEvent, ClaimState, Procedure, takes
from siteward_rules.money.clawback import ClawbackState
from siteward_rules.money.hold_states import TRANSITIONS as HOLD_TRANSITIONS
from siteward_rules.money.hold_states import Actor, HoldEvent, HoldState
from siteward_rules.money.holds import Hold

_UNASKED: Final = frozenset({"withdraw", "appeal", "propose_clawback"})
"""What somebody may do but nobody waits for."""


def allowed_actions(session: Session, claim: Claim, who: Actor) -> list[str]:
    """State times role times person, in the order of the procedure."""
    hold = load_hold(session, claim.id)
    if claim.state == ClaimState.WITHDRAWN:
        return []
    match who.role:
        case "chief_supervisor":
            return _chief(session, claim, who)
        case "supervisor":
            return ["opinion"] if hold and _awaits_opinion(hold) else []
        case "auditor":
            return _audit(session, claim, hold, who)
        case "finance":
            return _finance(session, claim, hold, who)
        case "department":
            return _department(session, claim, hold, who)
    return []


def waiting(session: Session, who: Actor) -> Iterator[tuple[Claim, list[str]]]:
    """The claims that wait for something this person may do, with what that is."""
    closed = [ClaimState.WITHDRAWN.value, ClaimState.SETTLED.value, ClaimState.RECONCILED.value]
    for claim in session.scalars(select(Claim).where(Claim.state.not_in(closed))):
        actions = [a for a in allowed_actions(session, claim, who) if a not in _UNASKED]
        if actions:
            yield claim, actions


def waiting_claims(session: Session, who: Actor) -> int:
    """How many claims wait for something that this person may do."""
    return sum(1 for _ in waiting(session, who))


def _takes(hold: Hold, event: HoldEvent) -> bool:
    return (hold.state, event) in HOLD_TRANSITIONS


def _awaits_opinion(hold: Hold) -> bool:
    """An opinion stands until the review expires; a second one is taken but not asked for."""
    asked = hold.opinion_by is None or hold.state == HoldState.EXPIRED
    return asked and _takes(hold, HoldEvent.OPINION)


def _can(claim: Claim, event: ClaimEvent) -> bool:
    return takes(ClaimState(claim.state), event, Procedure(claim.procedure))


def _first(session: Session, claim: Claim, who: Actor) -> bool:
    """Whether this person has not yet put a name to the claim."""
    return who.name not in {claim.filed_by, *(c.by for c in certificates_of(session, claim))}


def _chief(session: Session, claim: Claim, who: Actor) -> list[str]:
    if claim.procedure == Procedure.SHORT:
        return ["sign"] if claim.signed_by is None and is_open(claim) else []
    if not _can(claim, ClaimEvent.CERTIFY) or not _first(session, claim, who):
        return []
    return ["certify", "return"]


def _audit(session: Session, claim: Claim, hold: Hold | None, who: Actor) -> list[str]:
    actions: list[str] = []
    case = session.scalars(select(AuditCase).where(AuditCase.claim_id == claim.id)).one_or_none()
    if hold is not None and hold.decided_by is not None and hold.is_open:
        concludes = _takes(hold, HoldEvent.CONCLUDE) and hold.decided_by.name != who.name
        if case is None:
            actions.append("open_audit")
        elif concludes and case.concluded_at is None:
            actions.append("conclude_audit")
    actions += _replies(session, claim, hold, who)
    _, works = paid_of_claim(session, claim.id)
    if _can(claim, ClaimEvent.CLAW_BACK) and works > 0 and not _open_clawback(session, claim):
        actions.append("propose_clawback")
    return actions


def _finance(session: Session, claim: Claim, hold: Hold | None, who: Actor) -> list[str]:
    actions: list[str] = []
    if hold is not None:
        others = {a.name for a in (hold.recommended_by, hold.opinion_by) if a}
        if _takes(hold, HoldEvent.DECIDE_HOLD) and who.name not in others:
            actions.append("decide")
        adviser = hold.release_recommended_by
        if _takes(hold, HoldEvent.RELEASE) and adviser and adviser.name != who.name:
            actions.append("release")
    actions += _replies(session, claim, hold, who)
    wages, _ = paid_of_claim(session, claim.id)
    if _can(claim, ClaimEvent.PAY_WAGES) and wages < claim.wage_amount:
        actions.append("pay_wages")
    due = signature_stands(session, claim) and works_due(session, claim) > 0
    if due and _can(claim, ClaimEvent.INSTRUCT):
        actions.append("instruct")
    if due and _can(claim, ClaimEvent.PAY_WORKS):
        actions.append("pay_works")
    if _can(claim, ClaimEvent.CANCEL_INSTRUCTION):
        actions.append("cancel_instruction")
    if claim.procedure == Procedure.FULL and claim.state == ClaimState.FINANCE_REVIEW:
        actions.append("reject")
    if (back := _open_clawback(session, claim)) is not None:
        proposed = back.state == ClawbackState.PROPOSED
        if not proposed:
            actions.append("record_refund")
        elif back.proposed_by != who.name:
            actions.append("decide_clawback")
    return actions


def _department(session: Session, claim: Claim, hold: Hold | None, who: Actor) -> list[str]:
    actions: list[str] = []
    if _can(claim, ClaimEvent.SUBMIT):
        actions.append("submit")
    if _can(claim, ClaimEvent.AGREE) and _first(session, claim, who):
        actions += ["agree", "return", "reject"]
    waits = any(row.replied_at is None for row in appeals_of(session, claim.id))
    if hold is not None and hold.is_open and is_open(claim) and not waits:
        actions.append("appeal")
    untouched = not any(paid_of_claim(session, claim.id))
    undecided = hold is None or hold.decided_by is None
    if _can(claim, ClaimEvent.WITHDRAW) and untouched and undecided:
        actions.append("withdraw")
    return actions


def _replies(session: Session, claim: Claim, hold: Hold | None, who: Actor) -> list[str]:
    decided = hold is not None and hold.decided_by is not None and hold.decided_by.name == who.name
    waits = any(row.replied_at is None for row in appeals_of(session, claim.id))
    return ["reply"] if waits and not decided else []


def _open_clawback(session: Session, claim: Claim) -> ClawbackRecord | None:
    open_states = (ClawbackState.PROPOSED, ClawbackState.ORDERED)
    rows = [row for row in clawbacks_of(session, claim.id) if row.state in open_states]
    return rows[-1] if rows else None
