"""Paying claims: wages at any time, works only past signature, hold and contract."""

from decimal import Decimal

from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.claim_acts import ClaimPaymentIn
from siteward_platform.api.schemas.papers import Roster, WageAccount
from siteward_platform.certificates import payable
from siteward_platform.claims import announce, change_claim, move, subject
from siteward_platform.database.models import Claim, Contract, Payment
from siteward_platform.holds import load_hold
from siteward_platform.papers import standing_papers
from siteward_platform.payments import ZERO, add_payment, paid_of_claim, paid_total
from siteward_platform.refusals import ConflictError
from siteward_platform.variations import contract_total
from siteward_rules.money.claims import ClaimEvent, ClaimState

_UNCHECKED = frozenset(
    {
        ClaimState.SUBMITTED,
        ClaimState.SUPERVISOR_REVIEW,
        ClaimState.RETURNED,
        ClaimState.SUPERVISOR_CERTIFIED,
        ClaimState.OWNER_REVIEW,
        ClaimState.PARTIALLY_AGREED,
        ClaimState.INTERIM_CERTIFIED,
        ClaimState.OWNER_CERTIFIED,
        ClaimState.RISK_CHECK,
    }
)


def pay_wages(act: Act, claim_id: int, body: ClaimPaymentIn) -> Claim:
    """Pays a claim's whole wage part. No flag, hold or missing signature stops it (工资条例 35).

    It goes to the wage account where one is on record (工资条例 26, 29).

    Raises:
        ConflictError: There are no wages in it, or they are paid already.
        ClaimRefusedError: It is a draft or was withdrawn.
    """
    act.check_date("paid_on", body.paid_on)
    claim = change_claim(act, claim_id)
    paid, _ = paid_of_claim(act.session, claim_id)
    due = claim.wage_amount - paid
    if due <= 0:
        raise ConflictError("no_wages_due", "该申请的工资部分已付清或为零", "无需再付")
    move(act, claim, ClaimEvent.PAY_WAGES)
    account = _wage_account(act.session, claim.project_id) or claim.payee_account
    payment = _pay(act, claim, body, due, due, account)
    _settle(act, claim)
    act.log("claim.pay_wages", subject(claim), amount=due, payment=payment.id, **body.model_dump())
    announce(act, claim)
    return claim


def pay_works(act: Act, claim_id: int, body: ClaimPaymentIn) -> Claim:
    """Pays what is payable of a claim's works part now.

    Raises:
        ConflictError: Not checked or not signed yet, all of it is held, nothing is left, or it
            would go beyond the contract.
    """
    act.check_date("paid_on", body.paid_on)
    claim = change_claim(act, claim_id)
    due = works_due(act.session, claim)
    check_gates(act.session, claim, due)
    hold = load_hold(act.session, claim_id)
    if hold is None or hold.remaining == 0:
        move(act, claim, ClaimEvent.PAY_WORKS)
    payment = _pay(act, claim, body, due, ZERO, claim.payee_account)
    _settle(act, claim)
    act.log("claim.pay_works", subject(claim), amount=due, payment=payment.id, **body.model_dump())
    announce(act, claim)
    return claim


def works_due(session: Session, claim: Claim) -> Decimal:
    """What may be paid of the works part now: neither held, nor reduced, nor paid."""
    _, paid = paid_of_claim(session, claim.id)
    hold = load_hold(session, claim.id)
    stopped = hold.remaining + hold.reduced if hold else ZERO
    return payable(session, claim) - claim.wage_amount - stopped - paid


def signature_stands(session: Session, claim: Claim) -> bool:
    """Whether the chief supervisor signed; where a roster is kept, as one registered on that day."""
    if claim.signed_by is None or claim.signed_on is None:
        return False
    roster = [p for p in standing_papers(session, claim.project_id) if isinstance(p, Roster)]
    return not roster or any(
        entry.username == claim.signed_by
        and (entry.valid_to is None or claim.signed_on <= entry.valid_to)
        for entry in roster
    )


def check_gates(session: Session, claim: Claim, due: Decimal) -> None:
    """What must be so before works money leaves or is instructed.

    Raises:
        ConflictError: Names the gate and what opens it.
    """
    if ClaimState(claim.state) in _UNCHECKED:
        raise ConflictError("claim_not_checked", "该申请尚未通过核定和风险检查", "请稍候再付")
    if not signature_stands(session, claim):
        raise ConflictError(
            "signature_missing",
            "未经登记在册、证书有效的总监理工程师签字，不得拨付工程款（建设工程质量管理条例第37条）",
            "请总监理工程师先签字",
        )
    if due <= 0:
        hold = load_hold(session, claim.id)
        if hold and hold.remaining > 0:
            raise ConflictError(
                "works_on_hold", f"工程款 {hold.remaining} 元暂缓拨付中", "请先按程序解除暂缓"
            )
        raise ConflictError("no_works_due", "该申请的工程款已付清或已核减", "无需再付")
    total = contract_total(session, claim.project_id)
    if paid_total(session, claim.project_id) + due > total:
        raise ConflictError(
            "payment_exceeds_contract", f"付款后累计将超过合同价加变更 {total} 元", "请核对已付款"
        )


def _wage_account(session: Session, project_id: str) -> str | None:
    papers = standing_papers(session, project_id)
    accounts = [p.account for p in papers if isinstance(p, WageAccount) and p.account]
    return accounts[-1] if accounts else None


def _pay(
    act: Act, claim: Claim, body: ClaimPaymentIn, amount: Decimal, wages: Decimal, account: str
) -> Payment:
    contract = act.session.get_one(Contract, claim.project_id)
    return add_payment(
        act,
        Payment(
            project_id=claim.project_id,
            claim_id=claim.id,
            milestone=claim.milestone,
            amount=amount,
            wage_amount=wages,
            payee_account=account,
            payee=contract.payee_name if account == claim.payee_account else "",
            purpose="wages" if wages else "progress",
            **body.model_dump(),
        ),
    )


def _settle(act: Act, claim: Claim) -> None:
    """A paid claim is settled once its wages are paid too."""
    wages, _ = paid_of_claim(act.session, claim.id)
    if claim.state == ClaimState.PAID and wages == claim.wage_amount:
        move(act, claim, ClaimEvent.SETTLE)
