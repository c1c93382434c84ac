"""From rows to payments and bank lines, with every problem of every row."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from siteward_platform.imports.cells import (
    CellError,
    Problem,
    as_amount,
    as_date,
    as_text,
    shown,
)
from siteward_platform.imports.columns import Kind, Layout, layout_of
from siteward_platform.imports.tables import Cell, Row, Table

_PURPOSES: Final = {
    "": "progress", "进度款": "progress", "预付款": "advance", "工资": "wages", "人工费": "wages",
    "质保金": "retention", "质量保证金": "retention", "progress": "progress", "advance": "advance",
    "wages": "wages", "retention": "retention",
}  # fmt: skip
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a row is checked against.

    Attributes:
        oldest: The oldest day that may be entered.
        today: The newest.
        references: Bank references that are on record.
        milestones: Milestones of the project.
    """

    oldest: date
    today: date
    references: Collection[str] = ()
    milestones: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A payment as a file says it, or the bank's word of one."""

    line: int
    paid_on: date
    amount: Decimal
    payee_account: str
    bank_reference: str
    payee: str = ""
    wage_amount: Decimal = Decimal("0.00")
    invoice: str = ""
    milestone: str | None = None
    purpose: str = "progress"


@dataclass(slots=True)
class _Reader:
    layout: Layout
    row: Row
    problems: list[Problem] = field(default_factory=list)

    def read(self, name: str, parse: Callable[[Cell], _Value]) -> _Value | None:
        cell = self.layout.cell(self.row, name)
        try:
            return parse(cell)
        except CellError as error:
            self.say(name, error.message, error.remedy)
            return None

    def say(self, name: str, message: str, remedy: str) -> None:
        value = shown(self.layout.cell(self.row, name))
        column = self.layout.names.get(name, name)
        self.problems.append(Problem(self.row.line, column, value, message, remedy))


def read_lines(
    kind: Kind, table: Table, limits: Limits
) -> tuple[list[PaidLine], list[Problem], Layout]:
    """Every good line, every problem of the others, and how the columns were taken."""
    layout = layout_of(kind, table)
    problems = list(layout.problems)
    lines: list[PaidLine] = []
    seen: dict[str, int] = {}
    for row in table.rows if not problems else ():
        reader = _Reader(layout, row)
        line = _line(reader)
        if line is not None:
            _check(reader, kind, line, limits, seen)
        problems += reader.problems
        if line is not None and not reader.problems:
            lines.append(line)
    return lines, problems, layout


def _line(reader: _Reader) -> PaidLine | None:
    paid_on = reader.read("paid_on", as_date)
    amount = reader.read("amount", as_amount)
    wages = reader.read("wage_amount", lambda c: as_amount(c) if shown(c) else Decimal("0.00"))
    account = reader.read("payee_account", _needed)
    reference = reader.read("bank_reference", _needed)
    payee, invoice = reader.read("payee", as_text), reader.read("invoice", as_text)
    milestone, purpose = reader.read("milestone", as_text), reader.read("purpose", _purpose)
    if paid_on is None or amount is None or account is None or reference is None:
        return None
    return PaidLine(
        line=reader.row.line,
        paid_on=paid_on,
        amount=amount,
        payee_account=account,
        bank_reference=reference,
        payee=payee or "",
        wage_amount=wages or Decimal("0.00"),
        invoice=invoice or "",
        milestone=milestone or None,
        purpose=purpose or "progress",
    )


def _check(
    reader: _Reader, kind: Kind, line: PaidLine, limits: Limits, seen: dict[str, int]
) -> None:
    if line.amount <= 0:
        reader.say("amount", "金额必须大于零", "冲正请另行登记，不要写负数或零")
    if line.wage_amount > line.amount:
        reader.say("wage_amount", "工资大于付款金额", "工资包含在付款金额之内")
    if line.paid_on > limits.today:
        reader.say("paid_on", "日期晚于今天", "请核对日期")
    if line.bank_reference in seen:
        first = seen[line.bank_reference]
        reader.say("bank_reference", f"与第 {first} 行重复", "请核对回单，删去重复的一行")
    seen.setdefault(line.bank_reference, line.line)
    if kind == "bank":
        return
    if line.paid_on < limits.oldest:
        reader.say("paid_on", f"早于允许补录的 {limits.oldest}", "请联系管理员放宽补录期限")
    if line.bank_reference in limits.references:
        reader.say("bank_reference", "该流水号已经登记过", "请核对是否重复付款，已登记的行请删去")
    if line.milestone is not None and line.milestone not in limits.milestones:
        reader.say("milestone", "项目没有该节点", "请填写节点编号，或留空")


def _needed(cell: Cell) -> str:
    text = as_text(cell)
    if not text:
        raise CellError("必填", "请补上")
    return text


def _purpose(cell: Cell) -> str:
    text = as_text(cell)
    if text not in _PURPOSES:
        raise CellError("不是可选的款项性质", "请填写 进度款、预付款、工资 或 质保金")
    return _PURPOSES[text]
