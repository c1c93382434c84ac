"""Money that the bank paid, and the account it goes to."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import desc, func, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.progress import PayeeAccountIn, PaymentIn
from siteward_platform.database.models import (
    Claim,
    ClawbackRecord,
    Contract,
    PayeeAccountChange,
    Payment,
)
from siteward_platform.progress import get_milestone
from siteward_platform.refusals import ConflictError, InvalidError

ZERO = Decimal("0.00")


def record_payment(act: Act, project_id: str, body: PaymentIn) -> Payment:
    """Records a payment made outside a claim filed here.

    Raises:
        InvalidError: The wage part is more than the payment.
        ConflictError: It belongs to a claim, whose gates it would go round; or the bank
            reference is known already.
    """
    act.check_date("paid_on", body.paid_on)
    if body.claim is not None:
        raise ConflictError(
            "payment_belongs_to_claim",
            f"申请 {body.claim} 的付款须在该申请上办理",
            "请打开该申请，分别支付工资部分和工程款部分",
            {"claim": "不能在此登记"},
        )
    if body.wage_amount > body.amount:
        raise InvalidError(
            "wages_exceed_payment", "工资部分大于付款金额", "请检查金额", {"wage_amount": "过大"}
        )
    act.change(project_id)
    if body.milestone is not None:
        get_milestone(act.session, project_id, body.milestone)
    fields = body.model_dump(exclude={"claim"})
    payment = add_payment(act, Payment(project_id=project_id, **fields))
    act.log("payment.record", f"project:{project_id}", payment=payment.id, **fields)
    act.announce("project", project_id, project_id)
    return payment


def add_payment(act: Act, payment: Payment) -> Payment:
    """Keeps a payment whose bank reference is new.

    Raises:
        ConflictError: The reference was recorded before.
    """
    known = select(Payment.id).where(
        Payment.project_id == payment.project_id, Payment.bank_reference == payment.bank_reference
    )
    if act.session.scalars(known).first() is not None:
        raise ConflictError(
            "duplicate_bank_reference",
            f"银行流水号 {payment.bank_reference} 已经登记过",
            "请核对回单，避免重复付款",
            {"bank_reference": "重复"},
        )
    payment.recorded_by, payment.recorded_at = act.who.name, act.at
    act.session.add(payment)
    act.session.flush()
    return payment


def list_payments(session: Session, project_id: str) -> Sequence[Payment]:
    """A project's payments, newest first."""
    query = select(Payment).where(Payment.project_id == project_id)
    return session.scalars(query.order_by(desc(Payment.paid_on), desc(Payment.id))).all()


def change_payee_account(act: Act, project_id: str, body: PayeeAccountIn) -> None:
    """Records that money goes to another account from now on."""
    act.check_date("changed_on", body.changed_on)
    act.change(project_id)
    act.session.add(
        PayeeAccountChange(
            project_id=project_id, changed_by=act.who.name, recorded_at=act.at, **body.model_dump()
        )
    )
    act.log("payee.change", f"project:{project_id}", **body.model_dump())
    act.announce("project", project_id, project_id)


def payee_account(session: Session, contract: Contract, day: date) -> tuple[str, date | None]:
    """The account money goes to on a day, and when it last changed."""
    query = (
        select(PayeeAccountChange)
        .where(
            PayeeAccountChange.project_id == contract.project_id,
            PayeeAccountChange.changed_on <= day,
        )
        .order_by(desc(PayeeAccountChange.changed_on), desc(PayeeAccountChange.id))
        .limit(1)
    )
    change = session.scalars(query).first()
    return (change.account, change.changed_on) if change else (contract.payee_account, None)


def paid_total(session: Session, project_id: str) -> Decimal:
    """Everything paid in a project, less what came back."""
    query = select(func.sum(Payment.amount)).where(Payment.project_id == project_id)
    back = (
        select(func.sum(ClawbackRecord.returned))
        .join(Claim, Claim.id == ClawbackRecord.claim_id)
        .where(Claim.project_id == project_id)
    )
    return (session.scalar(query) or ZERO) - (session.scalar(back) or ZERO)


def paid_of_claim(session: Session, claim_id: int) -> tuple[Decimal, Decimal]:
    """What a claim has been paid: wages, works."""
    rows = session.scalars(select(Payment).where(Payment.claim_id == claim_id)).all()
    wages = sum((p.wage_amount for p in rows), ZERO)
    return wages, sum((p.amount for p in rows), ZERO) - wages
