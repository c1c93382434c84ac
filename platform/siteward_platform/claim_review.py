"""The full procedure's way of a claim: submitted, certified twice, instructed; or sent back."""

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.claim_acts import CertificateIn, ReasonIn, SubmissionIn
from siteward_platform.api.schemas.papers import BudgetLine, PlannedMonth
from siteward_platform.certificates import certificates_of, issue, payable
from siteward_platform.claim_lines import check_quantities, put_lines
from siteward_platform.claim_payments import check_gates, works_due
from siteward_platform.claims import (
    announce,
    change_claim,
    check_contract,
    move,
    subject,
    submit,
)
from siteward_platform.database.models import Claim, Contract, HazardRecord, Payment
from siteward_platform.hazard_records import UNCONFIRMED
from siteward_platform.papers import standing_papers
from siteward_platform.payments import ZERO, payee_account
from siteward_platform.refusals import ConflictError, InvalidError
from siteward_rules.money.claims import ClaimEvent, ClaimState

_GRAVE = ("suspected_major", "major")


def submit_claim(act: Act, claim_id: int, body: SubmissionIn) -> Claim:
    """Hands in a draft, or a returned claim as corrected.

    Raises:
        InvalidError: Wages exceed the claim, or a line is wrong.
        ConflictError: Beyond the contract, or a variation is not approved.
        ClaimRefusedError: It is neither a draft nor returned.
    """
    claim = change_claim(act, claim_id)
    submit(act, claim)
    changes = body.model_dump(exclude_none=True, exclude={"lines", "note"})
    for name, value in changes.items():
        setattr(claim, name, value)
    if claim.wage_amount > claim.amount:
        words = f"工资部分 {claim.wage_amount} 元大于申请金额 {claim.amount} 元"
        raise InvalidError(
            "wages_exceed_claim", words, "请检查", {"wage_amount": "不能大于申请金额"}
        )
    check_contract(act.session, claim.project_id, claim.amount, but=claim)
    if body.lines is not None:
        put_lines(act, claim, body.lines)
    claim.signed_by = claim.signed_on = None
    return _done(act, claim, "claim.submit", **body.model_dump(mode="json", exclude_none=True))


def certify_claim(act: Act, claim_id: int, body: CertificateIn) -> Claim:
    """The chief supervisor certifies an amount; the certificate is the signature (条例 37).

    Raises:
        ConflictError: More than claimed, less than the wages, beyond what is measured, or by who
            filed it.
        ClaimRefusedError: It is not with the chief supervisor.
    """
    claim = change_claim(act, claim_id)
    asked = payable(act.session, claim)
    move(act, claim, ClaimEvent.CERTIFY)
    _check_other_person(act, claim)
    check_quantities(act.session, claim)
    issue(act, claim, "supervisor", body.amount, body.note)
    claim.signed_by, claim.signed_on, claim.signature_note = act.who.name, act.today, body.note
    move(act, claim, ClaimEvent.BEGIN_OWNER_REVIEW)
    return _done(act, claim, "claim.certify", changed=body.amount != asked, **body.model_dump())


def agree_claim(act: Act, claim_id: int, body: CertificateIn) -> Claim:
    """The owner agrees: to all that was certified, or to a part, which gets an interim certificate.

    What is not agreed is neither held nor lost: it may be claimed again once it is settled.

    Raises:
        ConflictError: A major hazard is open, the amount is out of range, or by who filed it.
        ClaimRefusedError: It is not with the owner.
    """
    claim = change_claim(act, claim_id)
    asked = payable(act.session, claim)
    whole = body.amount >= asked
    move(act, claim, ClaimEvent.AGREE if whole else ClaimEvent.AGREE_PARTLY)
    _check_other_person(act, claim)
    _check_hazards(act.session, claim)
    issue(act, claim, "owner" if whole else "interim", body.amount, body.note)
    if not whole:
        move(act, claim, ClaimEvent.CERTIFY_INTERIM)
    return _done(
        act, claim, "claim.agree", changed=not whole, disputed=asked - body.amount,
        **body.model_dump(),
    )  # fmt: skip


def return_claim(act: Act, claim_id: int, body: ReasonIn) -> Claim:
    """The chief supervisor or the owner sends a claim back for correction."""
    claim = change_claim(act, claim_id)
    own = {"chief_supervisor": ClaimState.SUPERVISOR_REVIEW, "department": ClaimState.OWNER_REVIEW}
    _check_desk(act, claim, own)
    move(act, claim, ClaimEvent.RETURN)
    return _done(act, claim, "claim.return", reason=body.reason)


def reject_claim(act: Act, claim_id: int, body: ReasonIn) -> Claim:
    """The owner or finance rejects a claim; its wages stay payable (工资条例 35)."""
    claim = change_claim(act, claim_id)
    own = {"finance": ClaimState.FINANCE_REVIEW, "department": ClaimState.OWNER_REVIEW}
    _check_desk(act, claim, own)
    move(act, claim, ClaimEvent.REJECT)
    return _done(act, claim, "claim.reject", reason=body.reason)


def instruct_claim(act: Act, claim_id: int) -> Claim:
    """Finance instructs the treasury to pay the works part.

    Raises:
        ConflictError: Not signed, held, another account than the contract's, or beyond the plan.
        ClaimRefusedError: It is not with finance.
    """
    claim = change_claim(act, claim_id)
    move(act, claim, ClaimEvent.INSTRUCT)
    due = works_due(act.session, claim)
    check_gates(act.session, claim, due)
    contract = act.session.get_one(Contract, claim.project_id)
    account, _ = payee_account(act.session, contract, act.today)
    if claim.payee_account != account:
        raise ConflictError(
            "payee_differs",
            f"收款账户 {claim.payee_account} 不是合同登记账户",
            "请核对后变更登记账户，或退回申请",
        )
    _check_plan(act, claim, due)
    return _done(act, claim, "claim.instruct", amount=due, account=account)


def cancel_instruction(act: Act, claim_id: int, body: ReasonIn) -> Claim:
    """Finance takes an instruction back that the treasury has not carried out."""
    claim = change_claim(act, claim_id)
    move(act, claim, ClaimEvent.CANCEL_INSTRUCTION)
    return _done(act, claim, "claim.cancel_instruction", reason=body.reason)


def _check_desk(act: Act, claim: Claim, own: dict[str, ClaimState]) -> None:
    if own.get(act.who.role) != claim.state:
        raise ConflictError("wrong_state", "该申请当前不在您处办理", "请刷新页面查看当前状态")
    _check_other_person(act, claim)


def _check_other_person(act: Act, claim: Claim) -> None:
    signers = {claim.filed_by, *(c.by for c in certificates_of(act.session, claim))}
    if act.who.name in signers:
        raise ConflictError("same_person", "申报、核定与审批不能由同一人办理", "请由另一人办理")


def _check_hazards(session: Session, claim: Claim) -> None:
    query = select(func.count()).where(
        HazardRecord.project_id == claim.project_id,
        HazardRecord.severity.in_(_GRAVE),
        HazardRecord.closed_on.is_(None),
        HazardRecord.state.not_in(UNCONFIRMED),
    )
    if count := session.scalar(query):
        raise ConflictError(
            "major_hazard_open",
            f"项目有 {count} 项重大（或疑似重大）隐患未销号，不能签发支付证书",
            "请先整改销号；工资部分照常发放",
        )


def _check_plan(act: Act, claim: Claim, due: Decimal) -> None:
    """预算法实施条例 57(1): nothing beyond budget and plan, where they are on record."""
    year = act.today.year
    papers = standing_papers(act.session, claim.project_id)
    budget = [p.amount for p in papers if isinstance(p, BudgetLine) and p.year == year]
    spent = _paid_since(act.session, claim.project_id, year)
    if budget and spent + due > sum(budget, ZERO):
        raise ConflictError(
            "budget_exceeded",
            f"付款后今年累计 {spent + due} 元，超过今年预算 {sum(budget, ZERO)} 元",
            "请先按程序调整预算（预算法实施条例第57条）",
        )
    plan = [p for p in papers if isinstance(p, PlannedMonth) and p.month.year == year]
    if not plan:
        return
    planned = sum((p.amount for p in plan if p.month.month <= act.today.month), ZERO)
    if spent + due > planned:
        raise ConflictError(
            "plan_exceeded",
            f"付款后今年累计 {spent + due} 元，超过截至本月的用款计划 {planned} 元",
            "请先调整用款计划（预算法实施条例第57条）",
        )


def _paid_since(session: Session, project_id: str, year: int) -> Decimal:
    query = select(Payment).where(Payment.project_id == project_id)
    return sum((p.amount for p in session.scalars(query) if p.paid_on.year == year), ZERO)


def _done(act: Act, claim: Claim, action: str, /, **detail: object) -> Claim:
    act.log(action, subject(claim), project=claim.project_id, **detail)
    announce(act, claim)
    return claim
