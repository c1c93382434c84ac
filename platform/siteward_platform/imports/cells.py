"""From the cells people type to dates, amounts and accounts; what cannot be read is named."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from siteward_platform.imports.tables import Cell

_DATE: Final = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_MOST: Final = Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file; without a line it is the file as a whole.

    Attributes:
        line: As people see it.
        column: The column's name in the file.
        value: What stands there.
        message: What is wrong with it.
        remedy: What to do.
    """

    line: int | None
    column: str
    value: str
    message: str
    remedy: str


class CellError(ValueError):
    """A cell that cannot be read."""

    def __init__(self, message: str, remedy: str) -> None:
        """Keeps both for people."""
        self.message = message
        self.remedy = remedy
        super().__init__(message)


def shown(cell: Cell) -> str:
    """A cell as people see it."""
    return "" if cell is None else str(cell)


def as_text(cell: Cell) -> str:
    """Text; a whole number without a decimal point.

    Raises:
        CellError: A number too long for Excel to have kept every digit.
    """
    if isinstance(cell, (int, float)) and abs(cell) >= 10**15:
        raise CellError("该列以数字保存，末尾几位已丢失", "请把该列设为文本格式后重新填写完整号码")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return shown(cell)


def as_amount(cell: Cell) -> Decimal:
    """Yuan with at most two places.

    Raises:
        CellError: No amount, negative, or finer than a fen.
    """
    text = re.sub(r"[,，\s]|^[¥￥]|元$", "", shown(cell))
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise CellError("不是金额", "请填写以元为单位的数字，如 12345.60") from None
    if not amount.is_finite() or not 0 <= amount <= _MOST:
        raise CellError("金额超出范围", "请填写不小于 0 的金额")
    if amount != amount.quantize(Decimal("0.01")):
        raise CellError("金额小于分", "最多两位小数")
    return amount.quantize(Decimal("0.01"))


def as_date(cell: Cell) -> date:
    """A day; any of 2026-05-20, 2026/5/20, 20260520, 2026年5月20日.

    Raises:
        CellError: No day.
    """
    if isinstance(cell, date):
        return cell
    found = _DATE.fullmatch(as_text(cell))
    try:
        if found:
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    raise CellError("不是日期", "请填写日期，如 2026-05-20")
