"""Which column is which, in Chinese and English, for each kind of file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from siteward_platform.imports.cells import Problem, shown
from siteward_platform.imports.tables import Cell, Row, Table

Kind = Literal["payments", "bank"]

_PAYMENTS: Final = {
    "paid_on": ("付款日期", "支付日期", "拨付日期", "paid_on", "date", "payment date"),
    "amount": ("金额", "付款金额", "支付金额", "amount"),
    "wage_amount": ("其中工资", "工资", "人工费", "wage_amount", "wages"),
    "payee_account": ("收款账号", "收款账户", "payee_account", "account"),
    "payee": ("收款人", "收款单位", "户名", "payee"),
    "bank_reference": ("银行流水号", "流水号", "回单号", "bank_reference", "reference"),
    "invoice": ("发票号", "发票号码", "invoice"),
    "milestone": ("节点", "节点编号", "milestone"),
    "purpose": ("款项性质", "用途", "purpose"),
}
_BANK: Final = {
    "paid_on": ("交易日期", "付款日期", "date", "paid_on", "value date"),
    "amount": ("交易金额", "金额", "借方金额", "支出金额", "amount", "debit"),
    "payee_account": ("对方账号", "收款账号", "对方账户", "account", "payee_account"),
    "payee": ("对方户名", "收款人", "收款单位", "payee"),
    "bank_reference": ("交易流水号", "银行流水号", "流水号", "回单号", "reference"),
}
COLUMNS: Final[dict[Kind, dict[str, tuple[str, ...]]]] = {"payments": _PAYMENTS, "bank": _BANK}
_NEEDED: Final = ("paid_on", "amount", "payee_account", "bank_reference")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field stands.

    Attributes:
        places: Field to column number.
        names: Field to the column's name in the file.
        ignored: Columns nobody asks for.
        problems: Columns that are missing or stand there twice.
    """

    places: Mapping[str, int]
    names: Mapping[str, str]
    ignored: Sequence[str]
    problems: Sequence[Problem]

    def cell(self, row: Row, field: str) -> Cell:
        """A row's cell; None where the column or the cell is missing."""
        place = self.places.get(field)
        return None if place is None or place >= len(row.cells) else row.cells[place]


def layout_of(kind: Kind, table: Table) -> Layout:
    """Reads the header."""
    fields = {_plain(name): field for field, names in COLUMNS[kind].items() for name in names}
    places: dict[str, int] = {}
    names: dict[str, str] = {}
    ignored: list[str] = []
    problems: list[Problem] = []
    line = table.header.line
    for place, cell in enumerate(table.header.cells):
        name = shown(cell)
        field = fields.get(_plain(name))
        if field is None:
            ignored += [name] if name else []
        elif field in places:
            problems.append(
                Problem(line, name, name, f"与“{names[field]}”是同一列", "请只保留其中一列")
            )
        else:
            places[field], names[field] = place, name
    for field in _NEEDED:
        if field not in places:
            wanted = COLUMNS[kind][field]
            remedy = f"请加上列“{wanted[0]}”（或 {'、'.join(wanted[1:])}）"
            problems.append(Problem(line, wanted[0], "", "缺少该列", remedy))
    return Layout(places, names, ignored, problems)


def _plain(name: str) -> str:
    return name.replace(" ", "").replace("（元）", "").replace("(元)", "").casefold()
