"""Lines of a claim: bill items by code and variations by id, at quantity and unit price."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.claim_acts import ClaimLineIn
from siteward_platform.api.schemas.papers import BillItem
from siteward_platform.database.models import Claim, ClaimLine, Measurement, VariationRecord
from siteward_platform.papers import standing_papers
from siteward_platform.refusals import ConflictError, InvalidError
from siteward_rules.facts import yuan
from siteward_rules.money.claims import NEVER_OWED
from siteward_rules.money.variations import APPROVED, VariationState


def put_lines(act: Act, claim: Claim, lines: Sequence[ClaimLineIn]) -> None:
    """Keeps a claim's lines; those of before are replaced.

    Raises:
        InvalidError: An item is not in the bill, or the lines come to more than the claim.
        ConflictError: A variation is not approved yet: it may not enter a claim before that.
    """
    items = bill_of(act.session, claim.project_id)
    for n, line in enumerate(lines):
        if line.item is not None and line.item not in items:
            _refuse(f"lines[{n}].item", f"工程量清单没有项目 {line.item}")
        if line.variation is not None:
            _check_variation(act.session, claim.project_id, n, line.variation)
    total = sum((yuan(line.quantity * line.price) for line in lines), Decimal("0.00"))
    if total > claim.amount:
        _refuse("lines", f"明细合计 {total} 元大于申请金额 {claim.amount} 元")
    for old in lines_of(act.session, claim.id):
        act.session.delete(old)
    act.session.add_all(
        ClaimLine(
            claim_id=claim.id,
            item=line.item,
            variation_id=line.variation,
            quantity=str(line.quantity),
            price=line.price,
        )
        for line in lines
    )
    act.session.flush()


def lines_of(session: Session, claim_id: int) -> Sequence[ClaimLine]:
    """A claim's lines in order."""
    query = select(ClaimLine).where(ClaimLine.claim_id == claim_id).order_by(ClaimLine.id)
    return session.scalars(query).all()


def bill_of(session: Session, project_id: str) -> dict[str, BillItem]:
    """The bill of quantities by code."""
    papers = standing_papers(session, project_id)
    return {paper.code: paper for paper in papers if isinstance(paper, BillItem)}


def check_quantities(session: Session, claim: Claim) -> None:
    """Refuses a line that, with what was claimed before, goes beyond the measured quantity.

    Only bill items tied to a work item can be compared; the others are left to the supervisor.

    Raises:
        ConflictError: Names the item and the quantity that is measured.
    """
    items = bill_of(session, claim.project_id)
    measured = _measured(session, claim.project_id)
    for line in lines_of(session, claim.id):
        item = items.get(line.item or "")
        if item is None or item.work_item is None:
            continue
        share = Decimal(str(measured.get(item.work_item, 0.0))) / 100
        most = item.quantity * share
        asked = _claimed_before(session, claim, item.code) + Decimal(line.quantity)
        if asked > most:
            raise ConflictError(
                "quantity_not_measured",
                f"{item.name} 累计申报 {asked} {item.unit}，已计量 {most.normalize():f} {item.unit}",
                "请先计量，或退回申请更正工程量",
            )


def _measured(session: Session, project_id: str) -> dict[str, float]:
    query = select(Measurement).where(Measurement.project_id == project_id)
    rows = session.scalars(query.order_by(Measurement.measured_on, Measurement.id))
    return {row.work_item: row.percent for row in rows}


def _claimed_before(session: Session, claim: Claim, code: str) -> Decimal:
    query = (
        select(ClaimLine.quantity)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            Claim.project_id == claim.project_id,
            Claim.id < claim.id,
            Claim.state.not_in([state.value for state in NEVER_OWED]),
            ClaimLine.item == code,
        )
    )
    return sum((Decimal(quantity) for quantity in session.scalars(query)), Decimal(0))


def _check_variation(session: Session, project_id: str, n: int, variation_id: int) -> None:
    row = session.get(VariationRecord, variation_id)
    if row is None or row.project_id != project_id:
        _refuse(f"lines[{n}].variation", f"没有编号为 {variation_id} 的变更签证")
    elif VariationState(row.state) not in APPROVED:
        raise ConflictError(
            "variation_not_approved",
            f"变更签证 {row.number} 尚未批准，不能进入支付申请",
            "请先完成审批",
            {f"lines[{n}].variation": "尚未批准"},
        )


def _refuse(field: str, message: str) -> None:
    raise InvalidError("bad_claim_line", message, "请核对申请明细", {field: message})
