"""Overpaid works money called back (追回): proposed by an auditor, ordered by finance, returned."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.claim_acts import ClawbackDecisionIn, ClawbackIn, RefundIn
from siteward_platform.claims import announce, change_claim, move, subject
from siteward_platform.database.models import Claim, ClawbackRecord, Refund
from siteward_platform.payments import ZERO, paid_of_claim
from siteward_platform.refusals import ConflictError
from siteward_rules.money import clawback as rules
from siteward_rules.money.claims import ClaimEvent
from siteward_rules.money.clawback import Clawback, ClawbackState
from siteward_rules.money.hold_states import Actor

_OPEN = (ClawbackState.PROPOSED.value, ClawbackState.ORDERED.value)


def propose(act: Act, claim_id: int, body: ClawbackIn) -> Claim:
    """An auditor finds works money overpaid.

    Raises:
        ConflictError: Another clawback of the claim is under way.
        HoldRefusedError: More than its works part was paid.
    """
    claim = change_claim(act, claim_id)
    if any(row.state in _OPEN for row in clawbacks_of(act.session, claim_id)):
        raise ConflictError("clawback_open", "该申请已有追回事项在办", "请在已有事项上继续办理")
    _, works = paid_of_claim(act.session, claim_id)
    net = works - returned_of_claim(act.session, claim_id)
    proposed = rules.propose(net, body.amount, act.who)
    row = ClawbackRecord(claim_id=claim_id, basis=body.basis, reason=body.reason)
    _keep(row, proposed)
    act.session.add(row)
    act.session.flush()
    return _done(act, claim, "clawback.propose", clawback=row.id, paid=net, **body.model_dump())


def decide(act: Act, claim_id: int, body: ClawbackDecisionIn) -> Claim:
    """Finance orders a proposed clawback, or does not.

    Raises:
        ConflictError: None is proposed.
        HoldRefusedError: Already decided, or by who proposed it.
        ClaimRefusedError: The claim was not paid.
    """
    claim = change_claim(act, claim_id)
    row = _current(act.session, claim_id)
    ordered = body.decision == "order"
    _keep(row, rules.decide(clawback_of(row), ordered, act.who, act.today))
    if ordered:
        move(act, claim, ClaimEvent.CLAW_BACK)
    return _done(act, claim, "clawback.decide", clawback=row.id, **body.model_dump())


def take_back(act: Act, claim_id: int, body: RefundIn) -> Claim:
    """Finance records money that came back.

    Raises:
        ConflictError: None was ordered, or the bank reference is known.
        HoldRefusedError: More than is outstanding.
    """
    act.check_date("returned_on", body.returned_on)
    claim = change_claim(act, claim_id)
    row = _current(act.session, claim_id)
    known = select(Refund.id).where(Refund.bank_reference == body.bank_reference)
    if act.session.scalars(known).first() is not None:
        raise ConflictError(
            "duplicate_bank_reference", f"银行流水号 {body.bank_reference} 已经登记过",
            "请核对回单", {"bank_reference": "重复"},
        )  # fmt: skip
    after = rules.take_back(clawback_of(row), body.amount, body.returned_on)
    _keep(row, after)
    act.session.add(
        Refund(
            clawback_id=row.id, recorded_by=act.who.name, recorded_at=act.at, **body.model_dump()
        )
    )
    if after.state is ClawbackState.RECOVERED:
        move(act, claim, ClaimEvent.RECOVER)
    return _done(act, claim, "clawback.return", clawback=row.id, **body.model_dump())


def clawbacks_of(session: Session, claim_id: int) -> Sequence[ClawbackRecord]:
    """A claim's clawbacks, oldest first."""
    query = select(ClawbackRecord).where(ClawbackRecord.claim_id == claim_id)
    return session.scalars(query.order_by(ClawbackRecord.id)).all()


def returned_of_claim(session: Session, claim_id: int) -> Decimal:
    """What came back of a claim."""
    return sum((row.returned for row in clawbacks_of(session, claim_id)), ZERO)


def returned_by_claim(session: Session, project_id: str, as_of: date) -> dict[int | None, Decimal]:
    """What came back of each claim of a project by a day."""
    query = (
        select(ClawbackRecord.claim_id, func.sum(Refund.amount))
        .join(Refund, Refund.clawback_id == ClawbackRecord.id)
        .join(Claim, Claim.id == ClawbackRecord.claim_id)
        .where(Claim.project_id == project_id, Refund.returned_on <= as_of)
        .group_by(ClawbackRecord.claim_id)
    )
    back: dict[int | None, Decimal] = {}
    for claim, amount in session.execute(query):
        back[claim] = amount
    return back


def recovered(session: Session) -> Decimal:
    """What came back of all claims."""
    return session.scalar(select(func.sum(ClawbackRecord.returned))) or ZERO


def clawback_of(row: ClawbackRecord) -> Clawback:
    """A row as the rules know it."""
    orderer = (
        Actor(row.ordered_by, row.ordered_role) if row.ordered_by and row.ordered_role else None
    )
    return Clawback(
        works_paid=row.works_paid,
        amount=row.amount,
        proposed_by=Actor(row.proposed_by, row.proposed_role),
        state=ClawbackState(row.state),
        ordered_by=orderer,
        ordered_on=row.ordered_on,
        returned=row.returned,
        recovered_on=row.recovered_on,
    )


def _current(session: Session, claim_id: int) -> ClawbackRecord:
    rows = [row for row in clawbacks_of(session, claim_id) if row.state in _OPEN]
    if not rows:
        raise ConflictError("no_clawback", "该申请没有在办的追回事项", "请刷新页面查看当前状态")
    return rows[-1]


def _keep(row: ClawbackRecord, clawback: Clawback) -> None:
    row.works_paid, row.amount, row.state = (
        clawback.works_paid,
        clawback.amount,
        clawback.state.value,
    )
    row.proposed_by, row.proposed_role = clawback.proposed_by.name, clawback.proposed_by.role
    row.ordered_by = clawback.ordered_by.name if clawback.ordered_by else None
    row.ordered_role = clawback.ordered_by.role if clawback.ordered_by else None
    row.ordered_on, row.returned = clawback.ordered_on, clawback.returned
    row.recovered_on = clawback.recovered_on


def _done(act: Act, claim: Claim, action: str, /, **detail: object) -> Claim:
    act.log(action, subject(claim), project=claim.project_id, **detail)
    announce(act, claim)
    return claim
