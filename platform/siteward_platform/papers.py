"""The register of papers: entered by who has them, voided with a reason, never changed."""

from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.papers import AnyPaper, PaperBody, PaperIn, VoidIn, columns_of
from siteward_platform.database.models import Paper, WorkItem
from siteward_platform.refusals import ConflictError, ForbiddenError, InvalidError, NotFoundError

KEEPERS: Final[dict[str, frozenset[str]]] = {
    "bill_item": frozenset({"department"}),
    "roster": frozenset({"department"}),
    "wage_account": frozenset({"finance"}),
    "wage_transfer": frozenset({"finance"}),
    "retention": frozenset({"finance"}),
    "defects_period": frozenset({"department", "chief_supervisor"}),
    "guarantee": frozenset({"finance"}),
    "document": frozenset({"department", "chief_supervisor"}),
    "start_permit": frozenset({"department"}),
    "tender": frozenset({"department"}),
    "party": frozenset({"department", "finance"}),
    "planned_month": frozenset({"finance"}),
    "delivery": frozenset({"chief_supervisor"}),
    "material_paid": frozenset({"finance"}),
    "site_condition": frozenset({"chief_supervisor"}),
    "budget_line": frozenset({"finance"}),
}
"""Who enters which kind: never the one whom the paper checks."""
_READER: Final[TypeAdapter[AnyPaper]] = TypeAdapter(PaperBody)


def enter_paper(act: Act, project_id: str, body: PaperIn) -> Paper:
    """Adds a paper to the register.

    Raises:
        ForbiddenError: Another role keeps this kind.
        InvalidError: It names a work item the project lacks, or a bill item that is there already.
    """
    paper = body.paper
    _check_keeper(act, paper.kind)
    act.change(project_id)
    if paper.kind == "bill_item":
        _check_bill_item(act.session, project_id, paper.code, paper.work_item)
    row = Paper(
        project_id=project_id,
        kind=paper.kind,
        body=columns_of(paper),
        entered_by=act.who.name,
        entered_at=act.at,
    )
    act.session.add(row)
    act.session.flush()
    act.log("paper.enter", f"project:{project_id}", paper=row.id, **row.body)
    act.announce("project", project_id, project_id)
    return row


def void_paper(act: Act, paper_id: int, body: VoidIn) -> Paper:
    """Takes a paper out of the facts; it stays on record with the reason.

    Raises:
        NotFoundError: There is none.
        ForbiddenError: Another role keeps this kind.
        ConflictError: It is void already.
    """
    row = act.session.get(Paper, paper_id)
    if row is None:
        raise NotFoundError("no_such_paper", f"没有编号为 {paper_id} 的资料", "请从资料列表中选择")
    _check_keeper(act, row.kind)
    act.change(row.project_id)
    if row.voided_at is not None:
        raise ConflictError("paper_void", "该资料已作废", "请查看最新的资料列表")
    row.voided_by, row.voided_at, row.void_reason = act.who.name, act.at, body.reason
    act.log("paper.void", f"project:{row.project_id}", paper=row.id, reason=body.reason)
    act.announce("project", row.project_id, row.project_id)
    return row


def list_papers(session: Session, project_id: str, kind: str | None = None) -> Sequence[Paper]:
    """Every paper of a project, oldest first, void ones too."""
    query = select(Paper).where(Paper.project_id == project_id).order_by(Paper.id)
    return session.scalars(query if kind is None else query.where(Paper.kind == kind)).all()


def standing_papers(session: Session, project_id: str) -> list[AnyPaper]:
    """The papers that count, oldest first."""
    query = select(Paper).where(Paper.project_id == project_id, Paper.voided_at.is_(None))
    rows = session.scalars(query.order_by(Paper.id))
    return [_READER.validate_python(row.body, strict=False) for row in rows]


def _check_keeper(act: Act, kind: str) -> None:
    if act.who.role not in KEEPERS[kind]:
        raise ForbiddenError("wrong_role", "您的角色不登记此类资料", "请由保管该资料的部门登记")


def _check_bill_item(session: Session, project_id: str, code: str, work_item: str | None) -> None:
    if work_item is not None and session.get(WorkItem, (project_id, work_item)) is None:
        message = f"项目没有分项工程 {work_item}"
        raise InvalidError("no_such_work_item", message, "请从清单中选择", {"work_item": message})
    if any(p.kind == "bill_item" and p.code == code for p in standing_papers(session, project_id)):
        message = f"清单项目 {code} 已经登记"
        raise InvalidError("bill_item_known", message, "请先作废原有条目", {"code": message})
