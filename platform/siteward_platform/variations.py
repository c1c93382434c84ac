"""Variations and site instructions: raised, stepped on by the right people, counted once approved."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.papers import VariationIn, VariationStepIn
from siteward_platform.database.models import Contract, VariationRecord
from siteward_platform.refusals import ConflictError, ForbiddenError, InvalidError, NotFoundError
from siteward_rules.money.variations import (
    APPROVED,
    Variation,
    VariationEvent,
    VariationKind,
    VariationRefusedError,
    VariationState,
    step,
)

ZERO = Decimal("0.00")


def raise_variation(act: Act, project_id: str, body: VariationIn) -> VariationRecord:
    """Puts a variation on record.

    Raises:
        ConflictError: Its number is taken.
    """
    act.check_date("raised_on", body.raised_on)
    act.change(project_id)
    taken = select(VariationRecord.id).where(
        VariationRecord.project_id == project_id, VariationRecord.number == body.number
    )
    if act.session.scalars(taken).first() is not None:
        raise ConflictError(
            "variation_known", f"编号 {body.number} 已经登记", "请核对编号", {"number": "重复"}
        )
    row = VariationRecord(
        project_id=project_id,
        state=VariationState.RAISED.value,
        raised_by=act.who.name,
        signed_by=act.who.name,
        **body.model_dump(mode="python"),
    )
    row.kind = body.kind.value
    act.session.add(row)
    act.session.flush()
    act.log("variation.raise", subject(row), project=project_id, **body.model_dump(mode="json"))
    act.announce("project", project_id, project_id)
    return row


def step_variation(act: Act, variation_id: int, body: VariationStepIn) -> VariationRecord:
    """Takes a variation one step on.

    Raises:
        NotFoundError: There is none.
        ForbiddenError: Another role does that.
        InvalidError: An amount is missing or out of place, or the day is before it was raised.
        ConflictError: The state or the person does not allow it.
    """
    act.check_date("on", body.on)
    row = act.session.get(VariationRecord, variation_id)
    if row is None:
        raise NotFoundError(
            "no_such_variation", f"没有编号为 {variation_id} 的变更签证", "请从列表中选择"
        )
    act.change(row.project_id)
    act.session.refresh(row)
    try:
        after = step(variation_of(row), body.event, act.who, body.on, body.amount)
    except VariationRefusedError as error:
        raise _explained(error) from error
    was = row.state
    row.state, row.amount = after.state.value, after.amount
    row.priced_by, row.approved_by = after.priced_by, after.approved_by
    row.approved_on, row.executed_on = after.approved_on, after.executed_on
    if body.event is VariationEvent.SUPERVISOR_AGREES:
        row.signed_by = act.who.name
    detail = body.model_dump(mode="json")
    act.log("variation.step", subject(row), project=row.project_id, was=was, **detail)
    act.announce("project", row.project_id, row.project_id)
    return row


def list_variations(session: Session, project_id: str) -> Sequence[VariationRecord]:
    """A project's variations in the order in which they were raised."""
    query = select(VariationRecord).where(VariationRecord.project_id == project_id)
    return session.scalars(query.order_by(VariationRecord.id)).all()


def variation_of(row: VariationRecord) -> Variation:
    """A row as the rules know it."""
    return Variation(
        kind=VariationKind(row.kind),
        amount=row.amount,
        raised_by=row.raised_by,
        raised_on=row.raised_on,
        state=VariationState(row.state),
        priced_by=row.priced_by,
        approved_by=row.approved_by,
        approved_on=row.approved_on,
        executed_on=row.executed_on,
    )


def approved_variations(session: Session, project_id: str, as_of: date | None = None) -> Decimal:
    """Net of what was approved by a day, set-up and register together.

    What the contract was set up with was approved before the register was kept here.
    """
    query = select(func.sum(VariationRecord.amount)).where(
        VariationRecord.project_id == project_id,
        VariationRecord.state.in_([state.value for state in APPROVED]),
    )
    if as_of is not None:
        query = query.where(VariationRecord.approved_on <= as_of)
    before = session.get_one(Contract, project_id).approved_variations
    return before + (session.scalar(query) or ZERO)


def contract_total(session: Session, project_id: str) -> Decimal:
    """Contract sum with approved variations: the most that may ever be paid."""
    contract = session.get_one(Contract, project_id)
    return contract.contract_sum + approved_variations(session, project_id)


def subject(row: VariationRecord) -> str:
    """How the audit log names a variation."""
    return f"variation:{row.id}"


def _explained(
    error: VariationRefusedError,
) -> ConflictError | ForbiddenError | InvalidError:
    match error.code:
        case "wrong_role":
            return ForbiddenError("wrong_role", "您的角色不办理这一步", str(error))
        case "amount_needed":
            message = "核价时须填写金额，其他步骤不填"
            return InvalidError(error.code, message, "请检查金额", {"amount": message})
        case "date_too_old":
            message = "日期早于提出变更的日期"
            return InvalidError(error.code, message, "请检查日期", {"on": message})
        case "same_person":
            return ConflictError(error.code, "提出、核价与审批不能由同一人办理", "请由另一人审批")
    return ConflictError(error.code, "该变更签证当前状态不能进行此操作", str(error))
