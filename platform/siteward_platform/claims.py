"""Payment claims: filing, signing and withdrawing. Review, pay and hold have their own modules."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import desc, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.claim_acts import ClaimIn, SignatureIn
from siteward_platform.certificates import payable
from siteward_platform.claim_lines import put_lines
from siteward_platform.database.models import Claim, Contract, FindingRecord, HoldRecord
from siteward_platform.payments import ZERO, paid_of_claim, paid_total
from siteward_platform.progress import get_milestone
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError
from siteward_platform.variations import contract_total
from siteward_rules.money.claims import OPEN, ClaimEvent, ClaimState, Procedure, advance


def file_claim(act: Act, project_id: str, body: ClaimIn) -> Claim:
    """Files a claim; the worker then checks it.

    Raises:
        InvalidError: Wages exceed the claim, or the date cannot be.
        NotFoundError: The project has no such milestone.
        ConflictError: The claim goes beyond what the contract leaves to pay.
    """
    act.check_date("claimed_on", body.claimed_on)
    if body.wage_amount > body.amount:
        raise InvalidError(
            "wages_exceed_claim",
            f"工资部分 {body.wage_amount} 元大于申请金额 {body.amount} 元",
            "工资部分包含在申请金额之内，请检查",
            {"wage_amount": "不能大于申请金额"},
        )
    act.change(project_id)
    get_milestone(act.session, project_id, body.milestone)
    check_contract(act.session, project_id, body.amount)
    contract = act.session.get_one(Contract, project_id)
    full = contract.procedure == Procedure.FULL
    claim = Claim(
        project_id=project_id,
        filed_by=act.who.name,
        filed_at=act.at,
        state=(ClaimState.DRAFT if body.draft or full else ClaimState.SUBMITTED).value,
        procedure=contract.procedure,
        evaluated_version=0,
        **body.model_dump(exclude={"lines", "draft"}),
    )
    act.session.add(claim)
    act.session.flush()
    put_lines(act, claim, body.lines)
    state = claim.state
    if full and not body.draft:
        submit(act, claim)
    act.log(
        "claim.file", subject(claim), project=project_id, state=state, procedure=claim.procedure,
        **body.model_dump(mode="json"),
    )  # fmt: skip
    announce(act, claim)
    return claim


def submit(act: Act, claim: Claim) -> None:
    """Hands a claim in: to the chief supervisor, or straight to the check.

    Raises:
        ClaimRefusedError: It is no draft and was not returned.
    """
    move(act, claim, ClaimEvent.SUBMIT)
    if claim.procedure == Procedure.FULL:
        move(act, claim, ClaimEvent.BEGIN_REVIEW)
        claim.submitted_at = act.at


def sign_claim(act: Act, claim_id: int, body: SignatureIn) -> Claim:
    """The chief supervisor signs; only then may works money flow (质量条例 37).

    Raises:
        ConflictError: It is signed already, or no longer open.
    """
    act.check_date("signed_on", body.signed_on)
    claim = change_claim(act, claim_id)
    if claim.procedure == Procedure.FULL:
        raise ConflictError("certify_instead", "该项目的申请由总监在核定证书上签字", "请签发证书")
    if claim.signed_by is not None:
        raise ConflictError("already_signed", f"{claim.signed_by} 已于 {claim.signed_on} 签字")
    if not is_open(claim):
        raise ConflictError("claim_closed", "该申请已办结，不能再签字")
    claim.signed_by, claim.signed_on = act.who.name, body.signed_on
    claim.signature_note = body.note
    act.log("claim.sign", subject(claim), **body.model_dump())
    announce(act, claim)
    return claim


def withdraw_claim(act: Act, claim_id: int) -> Claim:
    """The department takes a claim back, as long as nothing was paid of it.

    Raises:
        ConflictError: Money flowed already, or the hold was decided.
    """
    claim = change_claim(act, claim_id)
    wages, works = paid_of_claim(act.session, claim_id)
    if wages or works:
        raise ConflictError("claim_partly_paid", "该申请已有付款，不能撤回", "请联系财政部门")
    hold = act.session.get(HoldRecord, claim_id)
    if hold is not None and hold.decided_by is not None:
        raise ConflictError("hold_decided", "财政部门已作出决定，不能撤回", "请等待处理结果")
    move(act, claim, ClaimEvent.WITHDRAW)
    act.log("claim.withdraw", subject(claim))
    announce(act, claim)
    return claim


def get_claim(session: Session, claim_id: int) -> Claim:
    """A claim.

    Raises:
        NotFoundError: There is none.
    """
    claim = session.get(Claim, claim_id)
    if claim is None:
        raise NotFoundError(
            "no_such_claim", f"没有编号为 {claim_id} 的支付申请", "请从申请列表中选择"
        )
    return claim


def list_claims(session: Session, project: str | None, state: str | None) -> Sequence[Claim]:
    """Claims, newest first."""
    query = select(Claim).order_by(desc(Claim.claimed_on), desc(Claim.id))
    if project is not None:
        query = query.where(Claim.project_id == project)
    if state is not None:
        query = query.where(Claim.state == state)
    return session.scalars(query).all()


def change_claim(act: Act, claim_id: int) -> Claim:
    """Locks a claim's project, counts the change, and reads the claim afresh.

    Raises:
        NotFoundError: There is no such claim.
    """
    claim = get_claim(act.session, claim_id)
    act.change(claim.project_id)
    act.session.refresh(claim)
    return claim


def move(act: Act, claim: Claim, event: ClaimEvent) -> None:
    """Moves a claim along the rules' table; the act's next entry about it records the move.

    Raises:
        ClaimRefusedError: The event cannot happen now.
    """
    procedure = Procedure(claim.procedure)
    claim.state = advance(ClaimState(claim.state), event, procedure).value
    act.moves.append((subject(claim), event.value))


def is_open(claim: Claim) -> bool:
    """Whether works money is still wanted."""
    return ClaimState(claim.state) in OPEN


def open_findings(session: Session, claim_id: int) -> Sequence[FindingRecord]:
    """Findings that have not been cleared, oldest first."""
    query = select(FindingRecord).where(
        FindingRecord.claim_id == claim_id, FindingRecord.cleared_at.is_(None)
    )
    return session.scalars(query.order_by(FindingRecord.id)).all()


def subject(claim: Claim) -> str:
    """How the audit log names a claim."""
    return f"claim:{claim.id}"


def announce(act: Act, claim: Claim) -> None:
    """Tells whoever watches that a claim changed."""
    act.announce("claim", claim.project_id, claim.id, claim.state)


def check_contract(
    session: Session, project_id: str, amount: Decimal, but: Claim | None = None
) -> None:
    """Refuses a claim beyond what the contract leaves, not counting one that it replaces.

    Raises:
        ConflictError: Names the amount that is left.
    """
    total = contract_total(session, project_id)
    left = total - paid_total(session, project_id) - _claimed(session, project_id, but)
    if amount > left:
        raise ConflictError(
            "claim_exceeds_contract",
            f"申请 {amount} 元超出合同剩余可申请金额 {max(left, ZERO)} 元"
            f"（合同价加变更 {total} 元，减已付和在办申请）",
            "请核对合同价、已批准的变更和已付款后重新申请",
            {"amount": f"最多 {max(left, ZERO)} 元"},
        )


def _claimed(session: Session, project_id: str, but: Claim | None) -> Decimal:
    """What open claims still ask for."""
    live = select(Claim).where(
        Claim.project_id == project_id, Claim.state.in_([s.value for s in OPEN])
    )
    asked = ZERO
    for claim in session.scalars(live).all():
        if but is None or claim.id != but.id:
            asked += payable(session, claim) - sum(paid_of_claim(session, claim.id), ZERO)
    return asked
