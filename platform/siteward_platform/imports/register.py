"""Files previewed, confirmed and undone. A preview writes nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.database.models import (
    BankLineRecord,
    Claim,
    HoldRecord,
    ImportRecord,
    Milestone,
    Payment,
)
from siteward_platform.imports.cells import Problem
from siteward_platform.imports.columns import Kind
from siteward_platform.imports.lines import Limits, PaidLine, read_lines
from siteward_platform.imports.tables import read_table
from siteward_platform.payments import ZERO
from siteward_platform.reconciliation import reconcile
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do.

    Attributes:
        name: The file's.
        sha256: Of its bytes; confirming asks for it, so that nothing else is confirmed.
        kind: Which kind of file.
        encoding: ``utf-8``, ``gb18030`` or ``xlsx``.
        columns: Field to the name of its column.
        ignored: Columns nobody asks for.
        lines: Every line that can be taken.
        problems: Everything that cannot.
        before: The same file as it was imported before.
    """

    name: str
    sha256: str
    kind: Kind
    encoding: str
    columns: dict[str, str]
    ignored: list[str]
    lines: list[PaidLine]
    problems: list[Problem]
    before: ImportRecord | None

    @property
    def total(self) -> Decimal:
        """What the good lines come to."""
        return sum((line.amount for line in self.lines), ZERO)


def preview(act: Act, project_id: str, kind: Kind, name: str, data: bytes) -> Preview:
    """Reads a file and says what it would do.

    Raises:
        InvalidError: It cannot be read at all.
    """
    table = read_table(name, data)
    limits = Limits(
        oldest=act.today - timedelta(days=act.backdating_days),
        today=act.today,
        references=_references(act.session, project_id),
        milestones=frozenset(
            act.session.scalars(select(Milestone.id).where(Milestone.project_id == project_id))
        ),
    )
    lines, problems, layout = read_lines(kind, table, limits)
    sha256 = hashlib.sha256(data).hexdigest()
    before = _imported(act.session, project_id, sha256)
    return Preview(
        name, sha256, kind, table.encoding, dict(layout.names), list(layout.ignored), lines,
        problems, before,
    )  # fmt: skip


def confirm(
    act: Act, project_id: str, kind: Kind, name: str, data: bytes, sha256: str
) -> ImportRecord:
    """Takes a file that was previewed and has no bad row.

    Raises:
        InvalidError: It is another file than the one previewed, or rows of it are bad.
        ConflictError: It was imported before.
    """
    act.change(project_id)
    seen = preview(act, project_id, kind, name, data)
    if seen.sha256 != sha256:
        raise InvalidError(
            "other_file", "文件与预览时不同", "请重新预览后再确认", {"file": "已改动"}
        )
    if seen.before is not None:
        raise ConflictError(
            "imported_before",
            f"该文件已由 {seen.before.imported_by} 于 {seen.before.imported_at:%Y-%m-%d} 导入",
            "如需更正，请先撤销那次导入",
        )
    if seen.problems:
        fields = {f"{p.line or 0}:{p.column}": p.message for p in seen.problems[:50]}
        raise InvalidError(
            "bad_rows",
            f"文件有 {len(seen.problems)} 处错误，未写入任何数据",
            "请更正后重新预览",
            fields,
        )
    row = ImportRecord(
        project_id=project_id,
        kind=kind,
        name=name,
        sha256=sha256,
        rows=len(seen.lines),
        total=seen.total,
        imported_by=act.who.name,
        imported_at=act.at,
    )
    act.session.add(row)
    act.session.flush()
    for line in seen.lines:
        _keep(act, row, line)
    act.session.flush()
    act.log(
        "import.confirm", f"project:{project_id}", **{"import": row.id}, kind=kind, file=name,
        sha256=sha256, rows=row.rows, total=row.total,
    )  # fmt: skip
    if kind == "bank":
        reconcile(act, project_id)
    act.announce("project", project_id, project_id)
    return row


def undo(act: Act, import_id: int) -> ImportRecord:
    """Takes an import back while nothing depends on it.

    Raises:
        NotFoundError: There is none.
        ConflictError: It is undone already, or something rests on it.
    """
    row = act.session.get(ImportRecord, import_id)
    if row is None:
        raise NotFoundError("no_such_import", f"没有编号为 {import_id} 的导入", "请从列表中选择")
    act.change(row.project_id)
    act.session.refresh(row)
    if row.undone_at is not None:
        raise ConflictError("import_undone", "该次导入已经撤销", "无需再撤销")
    if reason := _depends(act.session, row):
        raise ConflictError("import_in_use", reason, "请先处理依赖它的事项；更正请另行登记")
    ours = BankLineRecord.import_id == row.id
    act.session.execute(delete(BankLineRecord).where(ours))
    act.session.execute(delete(Payment).where(Payment.import_id == row.id))
    row.undone_by, row.undone_at = act.who.name, act.at
    act.log(
        "import.undo", f"project:{row.project_id}", **{"import": row.id}, kind=row.kind,
        file=row.name, sha256=row.sha256, rows=row.rows, total=row.total,
    )  # fmt: skip
    act.announce("project", row.project_id, row.project_id)
    return row


def list_imports(session: Session, project_id: str) -> Sequence[ImportRecord]:
    """A project's imports, newest first."""
    query = select(ImportRecord).where(ImportRecord.project_id == project_id)
    return session.scalars(query.order_by(ImportRecord.id.desc())).all()


def _keep(act: Act, row: ImportRecord, line: PaidLine) -> None:
    if row.kind == "bank":
        act.session.add(
            BankLineRecord(
                import_id=row.id,
                project_id=row.project_id,
                line=line.line,
                reference=line.bank_reference,
                amount=line.amount,
                account=line.payee_account,
                paid_on=line.paid_on,
                differences=["unknown_reference"],
            )
        )
        return
    act.session.add(
        Payment(
            project_id=row.project_id,
            import_id=row.id,
            milestone=line.milestone,
            amount=line.amount,
            wage_amount=line.amount if line.purpose == "wages" else line.wage_amount,
            paid_on=line.paid_on,
            payee_account=line.payee_account,
            payee=line.payee,
            bank_reference=line.bank_reference,
            invoice=line.invoice,
            purpose=line.purpose,
            recorded_by=act.who.name,
            recorded_at=act.at,
        )
    )


def _imported(session: Session, project_id: str, sha256: str) -> ImportRecord | None:
    query = select(ImportRecord).where(
        ImportRecord.project_id == project_id,
        ImportRecord.sha256 == sha256,
        ImportRecord.undone_at.is_(None),
    )
    return session.scalars(query).first()


def _references(session: Session, project_id: str) -> frozenset[str]:
    query = select(Payment.bank_reference).where(Payment.project_id == project_id)
    return frozenset(session.scalars(query))


def _depends(session: Session, row: ImportRecord) -> str | None:
    """What rests on an import: bank lines on its payments, closed books, decisions since."""
    if row.kind == "payments":
        matched = select(func.count(BankLineRecord.id)).join(
            Payment, Payment.id == BankLineRecord.payment_id
        )
        if count := session.scalar(matched.where(Payment.import_id == row.id)):
            return f"其中 {count} 笔已与银行对账"
        decided = (
            select(func.count(HoldRecord.claim_id))
            .join(Claim, Claim.id == HoldRecord.claim_id)
            .where(Claim.project_id == row.project_id, HoldRecord.decided_at >= row.imported_at)
        )
        if session.scalar(decided):
            return "导入之后财政已对该项目作出暂缓决定"
        return None
    closed = (
        select(func.count(BankLineRecord.id))
        .join(Payment, Payment.id == BankLineRecord.payment_id)
        .join(Claim, Claim.id == Payment.claim_id)
        .where(BankLineRecord.import_id == row.id, Claim.state == "reconciled")
    )
    return "其中的款项已用于核销支付申请" if session.scalar(closed) else None
