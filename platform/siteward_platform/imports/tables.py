"""Reads a CSV or Excel file into rows of cells, each with the line people see it on."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from siteward_platform.refusals import InvalidError

MOST_BYTES: Final = 5_000_000
MOST_ROWS: Final = 20_000
_UNPACKED: Final = 60_000_000
"""An Excel file that unpacks to more is refused unread."""
_ENCODINGS: Final = ("utf-8-sig", "gb18030")
"""Tried in this order: text in GB18030 is hardly ever valid UTF-8, anything may be GB18030."""

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the number people see beside it."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's first sheet.

    Attributes:
        encoding: How the text was written, or ``xlsx``.
        header: The first row that is not empty.
        rows: What follows, without empty rows.
    """

    encoding: str
    header: Row
    rows: tuple[Row, ...]


def read_table(name: str, data: bytes) -> Table:
    """Reads a file.

    Raises:
        InvalidError: Too large, too long, empty, or neither CSV nor Excel; the remedy is named.
    """
    if len(data) > MOST_BYTES:
        raise _unreadable(f"文件 {name} 超过 {MOST_BYTES // 1_000_000} MB", "请拆分后分别导入")
    if data.startswith(b"PK\x03\x04"):
        encoding, lines = "xlsx", _excel(name, data)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable(f"{name} 是旧版 Excel（.xls）文件", "请另存为 .xlsx 或 .csv")
    else:
        encoding, text = _decoded(name, data)
        lines = _csv(name, text)
    filled = [row for row in lines if any(cell not in (None, "") for cell in row.cells)]
    if len(filled) < 2:
        raise _unreadable(f"{name} 没有数据行", "第一行应为列名，其后每行一笔")
    if len(filled) > MOST_ROWS + 1:
        raise _unreadable(f"{name} 超过 {MOST_ROWS} 行", "请拆分后分别导入")
    return Table(encoding, filled[0], tuple(filled[1:]))


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return encoding.removesuffix("-sig"), text
    raise _unreadable(f"{name} 不是文本文件", "请使用 .csv（UTF-8 或 GB18030）或 .xlsx")


def _csv(name: str, text: str) -> list[Row]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    begins = 1
    try:
        for cells in reader:
            rows.append(Row(begins, tuple(cell.strip() for cell in cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(
            f"{name} 第 {begins} 行不是有效的 CSV（{error}）", "请检查引号是否成对"
        ) from error
    return rows


def _excel(name: str, data: bytes) -> list[Row]:
    remedy = "请用 Excel 或 WPS 重新另存为 .xlsx"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > _UNPACKED:
                raise _unreadable(f"{name} 解压后过大", "请拆分后分别导入")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            return list(_numbered(sheet.iter_rows(values_only=True)))
        finally:
            book.close()
    except (
        zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, ParseError,
        DefusedXmlException,
    ) as error:  # fmt: skip
        raise _unreadable(f"{name} 不是有效的 Excel 文件", remedy) from error


def _numbered(rows: Iterable[Sequence[object]]) -> Iterator[Row]:
    for line, cells in enumerate(rows, 1):
        if line > MOST_ROWS + 100:
            return
        yield Row(line, tuple(_plain(cell) for cell in cells))


def _plain(cell: object) -> Cell:
    if isinstance(cell, datetime):
        return cell.date()
    if cell is None or isinstance(cell, (int, float, date)):
        return cell
    return str(cell).strip()


def _unreadable(message: str, remedy: str) -> InvalidError:
    return InvalidError("unreadable_file", message, remedy, {"file": message})
