"""Paying claims: wages at any time, works only past signature, hold and contract."""

from decimal import Decimal

from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.claim_acts import ClaimPaymentIn
from siteward_platform.claims import announce, change_claim, move, subject
from siteward_platform.database.models import Claim, Contract, Payment
from siteward_platform.holds import load_hold
from siteward_platform.payments import ZERO, add_payment, paid_of_claim, paid_total
from siteward_platform.refusals import ConflictError
from siteward_rules.money.claims import ClaimEvent, ClaimState


def pay_wages(act: Act, claim_id: int, body: ClaimPaymentIn) -> Claim:
    """Pays a claim's whole wage part. No flag, hold or missing signature stops it (工资条例 35).

    Raises:
        ConflictError: There are no wages in it, or they are paid already.
        ClaimRefusedError: It was withdrawn.
    """
    act.check_date("paid_on", body.paid_on)
    claim = change_claim(act, claim_id)
    paid, _ = paid_of_claim(act.session, claim_id)
    due = claim.wage_amount - paid
    if due <= 0:
        raise ConflictError("no_wages_due", "该申请的工资部分已付清或为零", "无需再付")
    move(claim, ClaimEvent.PAY_WAGES)
    payment = _pay(act, claim, body, amount=due, wages=due)
    act.log("claim.pay_wages", subject(claim), amount=due, payment=payment.id, **body.model_dump())
    return _settled(act, claim)


def pay_works(act: Act, claim_id: int, body: ClaimPaymentIn) -> Claim:
    """Pays what is payable of a claim's works part now.

    Raises:
        ConflictError: Not checked or not signed yet, all of it is held, nothing is left, or it
            would go beyond the contract.
    """
    act.check_date("paid_on", body.paid_on)
    claim = change_claim(act, claim_id)
    due = works_due(act.session, claim)
    _check_gates(act.session, claim, due)
    hold = load_hold(act.session, claim_id)
    if hold is None or hold.remaining == 0:
        move(claim, ClaimEvent.PAY_WORKS)
    payment = _pay(act, claim, body, amount=due, wages=ZERO)
    act.log("claim.pay_works", subject(claim), amount=due, payment=payment.id, **body.model_dump())
    return _settled(act, claim)


def works_due(session: Session, claim: Claim) -> Decimal:
    """What may be paid of the works part now: neither held, nor reduced, nor paid."""
    _, paid = paid_of_claim(session, claim.id)
    hold = load_hold(session, claim.id)
    stopped = hold.remaining + hold.reduced if hold else ZERO
    return claim.amount - claim.wage_amount - stopped - paid


def _check_gates(session: Session, claim: Claim, due: Decimal) -> None:
    if claim.state in (ClaimState.SUBMITTED, ClaimState.RISK_CHECK):
        raise ConflictError("claim_not_checked", "该申请尚在风险检查中", "请稍候再付")
    if claim.signed_by is None:
        raise ConflictError(
            "signature_missing",
            "未经总监理工程师签字，不得拨付工程款（建设工程质量管理条例第37条）",
            "请总监理工程师先签字",
        )
    if due <= 0:
        hold = load_hold(session, claim.id)
        if hold and hold.remaining > 0:
            raise ConflictError(
                "works_on_hold", f"工程款 {hold.remaining} 元暂缓拨付中", "请先按程序解除暂缓"
            )
        raise ConflictError("no_works_due", "该申请的工程款已付清或已核减", "无需再付")
    contract = session.get_one(Contract, claim.project_id)
    total = contract.contract_sum + contract.approved_variations
    if paid_total(session, claim.project_id) + due > total:
        raise ConflictError(
            "payment_exceeds_contract", f"付款后累计将超过合同价加变更 {total} 元", "请核对已付款"
        )


def _pay(act: Act, claim: Claim, body: ClaimPaymentIn, amount: Decimal, wages: Decimal) -> Payment:
    return add_payment(
        act,
        Payment(
            project_id=claim.project_id,
            claim_id=claim.id,
            milestone=claim.milestone,
            amount=amount,
            wage_amount=wages,
            payee_account=claim.payee_account,
            purpose="wages" if wages else "progress",
            **body.model_dump(),
        ),
    )


def _settled(act: Act, claim: Claim) -> Claim:
    wages, _ = paid_of_claim(act.session, claim.id)
    if claim.state == ClaimState.PAID and wages == claim.wage_amount:
        move(claim, ClaimEvent.SETTLE)
    announce(act, claim)
    return claim
