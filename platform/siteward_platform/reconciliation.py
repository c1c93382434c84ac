"""The bank's lines against the payments on record, and the claims that this closes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.claims import announce, move, subject
from siteward_platform.database.models import BankLineRecord, Claim, Payment
from siteward_platform.payments import paid_of_claim
from siteward_rules.money.claims import ClaimEvent, ClaimState
from siteward_rules.money.reconcile import BankLine, Recorded, match


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How far bank and register agree.

    Attributes:
        matched: Lines with their payment.
        unmatched_lines: What the bank paid and the register does not bear out.
        unmatched_payments: What the register says was paid and no bank line proves.
    """

    matched: Sequence[BankLineRecord]
    unmatched_lines: Sequence[BankLineRecord]
    unmatched_payments: Sequence[Payment]


def reconcile(act: Act, project_id: str) -> Reconciliation:
    """Matches every open line again and closes claims that are paid and proved in full."""
    session = act.session
    standing = reconciliation(session, project_id)
    by_line = {row.id: row for row in standing.unmatched_lines}
    lines = [
        BankLine(row.id, row.reference, row.amount, row.account, row.paid_on)
        for row in by_line.values()
    ]
    proved = {row.payment_id for row in standing.matched}
    payments = _payments(session, project_id)
    free = [
        Recorded(p.id, p.bank_reference, p.amount, p.payee_account)
        for p in payments
        if p.id not in proved
    ]
    known = {p.bank_reference for p in payments if p.id in proved}
    for found in match(lines, free):
        row = by_line[found.line.line]
        row.payment_id = None if found.differences else found.payment
        again = found.payment is None and found.line.reference in known
        row.differences = ["taken"] if again else list(found.differences)
    session.flush()
    after = reconciliation(session, project_id)
    act.log(
        "payments.reconcile", f"project:{project_id}", matched=len(after.matched),
        lines=len(after.unmatched_lines), payments=len(after.unmatched_payments),
    )  # fmt: skip
    _close_claims(act, project_id, {row.payment_id for row in after.matched})
    return after


def reconciliation(session: Session, project_id: str) -> Reconciliation:
    """How things stand, without matching anew."""
    query = select(BankLineRecord).where(BankLineRecord.project_id == project_id)
    rows = session.scalars(query.order_by(BankLineRecord.id)).all()
    matched = [row for row in rows if row.payment_id is not None]
    proved = {row.payment_id for row in matched}
    return Reconciliation(
        matched,
        [row for row in rows if row.payment_id is None],
        [p for p in _payments(session, project_id) if p.id not in proved],
    )


def _close_claims(act: Act, project_id: str, proved: set[int | None]) -> None:
    query = select(Claim).where(
        Claim.project_id == project_id, Claim.state == ClaimState.SETTLED.value
    )
    for claim in act.session.scalars(query).all():
        payments = act.session.scalars(select(Payment.id).where(Payment.claim_id == claim.id)).all()
        wages, _ = paid_of_claim(act.session, claim.id)
        if payments and wages == claim.wage_amount and proved.issuperset(payments):
            move(act, claim, ClaimEvent.RECONCILE)
            act.log("claim.reconcile", subject(claim), payments=list(payments))
            announce(act, claim)


def _payments(session: Session, project_id: str) -> Sequence[Payment]:
    query = select(Payment).where(Payment.project_id == project_id)
    return session.scalars(query.order_by(Payment.id)).all()
