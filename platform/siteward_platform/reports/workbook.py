"""Writes a report as an Excel workbook: a sheet to a chapter, numbers as numbers."""

import io
import re
from datetime import datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from siteward_contracts.clock import SHANGHAI
from siteward_platform.reports.document import Cell, Document, Fact, Kind, Section, Table

_FORMATS: Final[dict[Kind, str]] = {
    "yuan": "#,##0.00",
    "percent": '0.0"%"',
    "share": "0.0%",
    "index": "0.00",
    "count": "0",
    "hours": "0.0",
    "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm",
}
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST_TITLE: Final = 31
_BOLD, _TITLE = Font(bold=True), Font(bold=True, size=16)
_HEAD: Final = PatternFill("solid", fgColor="EAF0F3")
_WIDTH: Final = 13


def as_workbook(document: Document) -> bytes:
    """The report as an .xlsx file."""
    book = Workbook()
    front = book.active
    assert isinstance(front, Worksheet)
    _front(front, document)
    for section in document.sections:
        _sheet(book.create_sheet(_title(section.title, book.sheetnames)), section)
    # A fixed time, so that the same report is the same file.
    book.properties.creator, book.properties.title = "Siteward", document.title
    book.properties.created = book.properties.modified = _naive(document.made_at)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _front(sheet: Worksheet, document: Document) -> None:
    sheet.title = document.title[:_LONGEST_TITLE]
    sheet.append([document.title])
    sheet.append([document.subject])
    sheet["A1"].font, sheet["A2"].font = _TITLE, _BOLD
    sheet.append([])
    for name, value in document.lines:
        sheet.append([name, _safe(value)])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 48


def _sheet(sheet: Worksheet, section: Section) -> None:
    widths: dict[int, float] = {}
    if section.remark:
        sheet.append([_safe(section.remark)])
        sheet.append([])
    for fact in section.facts:
        _fact(sheet, fact)
        widths[1], widths[2] = 28, 20
    for table in section.tables:
        if sheet.max_row > 1:
            sheet.append([])
        _table(sheet, table)
        for n, column in enumerate(table.columns, 1):
            widths[n] = max(widths.get(n, 0), _WIDTH * column.width, 12)
    for n, width in widths.items():
        sheet.column_dimensions[get_column_letter(n)].width = width


def _fact(sheet: Worksheet, fact: Fact) -> None:
    sheet.append([fact.name, _value(fact.value), fact.note])
    cell = sheet.cell(sheet.max_row, 2)
    cell.number_format = _FORMATS.get(fact.kind, "General")
    cell.alignment = Alignment(horizontal="right")


def _table(sheet: Worksheet, table: Table) -> None:
    sheet.append([table.title])
    sheet.cell(sheet.max_row, 1).font = _BOLD
    if not table.rows:
        sheet.append([table.empty])
        return
    sheet.append([column.title for column in table.columns])
    head = sheet.max_row
    for n in range(1, len(table.columns) + 1):
        cell = sheet.cell(head, n)
        cell.font, cell.fill = _BOLD, _HEAD
    for row in table.rows:
        sheet.append([_value(value) for value in row])
        for n, column in enumerate(table.columns, 1):
            sheet.cell(sheet.max_row, n).number_format = _FORMATS.get(column.kind, "General")
    if table.plotted:
        _plot(sheet, table, head)


def _plot(sheet: Worksheet, table: Table, head: int) -> None:
    chart = LineChart()
    chart.title, chart.width, chart.height = table.title, 24, 11
    last = head + len(table.rows)
    values = Reference(sheet, min_col=2, max_col=len(table.columns), min_row=head, max_row=last)
    chart.add_data(values, titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=last))
    chart.x_axis.number_format, chart.x_axis.delete, chart.y_axis.delete = (
        "yyyy-mm-dd",
        False,
        False,
    )
    for line in chart.series:
        line.smooth = False
    sheet.add_chart(chart, f"{get_column_letter(len(table.columns) + 2)}{head}")


def _value(value: Cell) -> Cell:
    if isinstance(value, datetime):
        return _naive(value)
    return _safe(value) if isinstance(value, str) else value


def _safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula: people's words come from outside."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _naive(at: datetime) -> datetime:
    """Shanghai's clock; Excel knows no zones."""
    return at.astimezone(SHANGHAI).replace(tzinfo=None)


def _title(text: str, taken: list[str]) -> str:
    """A sheet's name: 31 characters, none of those Excel forbids, no two alike."""
    name = _FORBIDDEN.sub(" ", text)[:_LONGEST_TITLE] or "–"
    number = 2
    unique = name
    while unique.lower() in {t.lower() for t in taken}:
        unique = f"{name[: _LONGEST_TITLE - 4]} ({number})"
        number += 1
    return unique
