"""What the finance system answers: the treasury took an instruction, paid, or refused.

Only what a person in finance instructed can be paid this way, and only its exact amount; wages
may be paid whenever they are due (工资条例 35). The same message again changes nothing.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import desc, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.claim_acts import ClaimPaymentIn, ReasonIn
from siteward_platform.api.schemas.webhooks import TreasuryAnswerIn, TreasuryAnswerOut
from siteward_platform.claim_payments import pay_wages, pay_works, works_due
from siteward_platform.claim_review import cancel_instruction
from siteward_platform.claims import change_claim, subject
from siteward_platform.database.models import Claim, Payment, TreasuryAnswer, Webhook
from siteward_platform.payments import paid_of_claim
from siteward_platform.refusals import ConflictError, InvalidError, UnauthenticatedError
from siteward_platform.webhooks.signing import is_signed
from siteward_rules.money.claims import ClaimState
from siteward_rules.money.hold_states import Actor


def sender(session: Session, headers: Mapping[str, str], body: str, now: datetime) -> Webhook:
    """Whose message this is: the webhook whose secret signed it.

    Raises:
        UnauthenticatedError: Nobody's, or it is older than five minutes.
    """
    standing = session.scalars(select(Webhook).where(Webhook.ended_at.is_(None)))
    for webhook in standing:
        if is_signed(webhook.secret, headers, body, now):
            return webhook
    raise UnauthenticatedError(
        "bad_signature",
        "签名不正确，或消息时间与本系统相差超过 5 分钟",
        "请用推送订阅的密钥按 Standard Webhooks 签名，并校准时钟",
    )


def actor_of(webhook: Webhook) -> Actor:
    """How the audit log names a finance system."""
    return Actor(f"webhook:{webhook.id}", "treasury")


def read_answer(body: str) -> TreasuryAnswerIn:
    """The answer in a message.

    Raises:
        InvalidError: Names the fields that are wrong.
    """
    try:
        return TreasuryAnswerIn.model_validate_json(body)
    except ValidationError as error:
        fields = {".".join(map(str, e["loc"])) or "body": e["msg"] for e in error.errors()}
        raise InvalidError(
            "invalid_request", "提交的内容有误", "请按各字段的提示修改", fields
        ) from error


def take_answer(act: Act, webhook_id: int, message: str, body: str) -> TreasuryAnswerOut:
    """Does what an answer says, once.

    Raises:
        InvalidError: A field is wrong.
        NotFoundError: There is no such claim.
        ConflictError: The id came before with other content, nothing was instructed, or the
            amount is not the one that is due.
    """
    digest = hashlib.sha256(body.encode()).hexdigest()
    answer = read_answer(body)
    claim = change_claim(act, answer.claim)
    known = act.session.get(TreasuryAnswer, message)
    if known is not None:
        if known.sha256 != digest:
            raise ConflictError("id_used", "该消息编号已用于其他内容", "请使用新的编号")
        return TreasuryAnswerOut(
            claim=claim.id, state=claim.state, payment=known.payment_id, repeated=True
        )
    payment = _paid_already(act.session, claim, answer)
    if payment is None and answer.outcome == "paid":
        payment = _pay(act, claim, answer)
    elif _sends_back(claim, answer):
        reason = f"国库退回：{answer.note or '无说明'}"
        cancel_instruction(act, claim.id, ReasonIn(reason=reason))
    fields = answer.model_dump(exclude={"claim"})
    act.session.add(
        TreasuryAnswer(
            id=message,
            webhook_id=webhook_id,
            sha256=digest,
            claim_id=claim.id,
            received_at=act.at,
            payment_id=payment.id if payment else None,
            **fields,
        )
    )
    act.log("treasury.answer", subject(claim), message=message, **fields)
    act.announce("claim", claim.project_id, claim.id, claim.state)
    return TreasuryAnswerOut(
        claim=claim.id,
        state=claim.state,
        payment=payment.id if payment else None,
        repeated=False,
    )


def treasury_standings(session: Session, claim_id: int) -> list[TreasuryAnswer]:
    """The newest answer about each part of a claim."""
    query = select(TreasuryAnswer).where(TreasuryAnswer.claim_id == claim_id)
    newest: dict[str, TreasuryAnswer] = {}
    for answer in session.scalars(query.order_by(desc(TreasuryAnswer.received_at))):
        newest.setdefault(answer.part, answer)
    return list(newest.values())


def _sends_back(claim: Claim, answer: TreasuryAnswerIn) -> bool:
    refused = answer.outcome == "rejected" and answer.part == "works"
    return refused and claim.state == ClaimState.TREASURY_INSTRUCTED


def _paid_already(session: Session, claim: Claim, answer: TreasuryAnswerIn) -> Payment | None:
    """The payment on record with this reference, which finance may have entered by hand."""
    query = select(Payment).where(
        Payment.claim_id == claim.id, Payment.bank_reference == answer.reference
    )
    payment = session.scalars(query).first() if answer.outcome == "paid" else None
    if payment is not None and payment.amount != answer.amount:
        raise ConflictError(
            "amount_differs",
            f"已登记的付款 {answer.reference} 为 {payment.amount} 元，与回执 {answer.amount} 元不符",
            "请财政部门核对回单",
        )
    return payment


def _pay(act: Act, claim: Claim, answer: TreasuryAnswerIn) -> Payment | None:
    assert answer.paid_on is not None
    wages, _ = paid_of_claim(act.session, claim.id)
    works = answer.part == "works"
    if works and claim.state != ClaimState.TREASURY_INSTRUCTED:
        raise ConflictError(
            "not_instructed", "财政部门未对该申请下达支付指令", "请先在平台上下达支付指令"
        )
    due = works_due(act.session, claim) if works else claim.wage_amount - wages
    if answer.amount != due:
        raise ConflictError(
            "amount_differs",
            f"回执金额 {answer.amount} 元与应付金额 {due} 元不符",
            "请财政部门核对后登记付款",
        )
    body = ClaimPaymentIn(paid_on=answer.paid_on, bank_reference=answer.reference)
    (pay_works if works else pay_wages)(act, claim.id, body)
    return _paid_already(act.session, claim, answer)
