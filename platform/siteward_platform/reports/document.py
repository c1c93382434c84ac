"""What a report is made of, whatever it is printed on: sections of figures, drawings and tables.

Texts are in the report's language; values keep their type, so that a spreadsheet can reckon
with them and a page can set them as people read them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from siteward_contracts.clock import SHANGHAI

Kind = Literal["text", "yuan", "percent", "share", "index", "count", "hours", "date", "time"]
"""``percent`` is 0 to 100, ``share`` 0 to 1; ``time`` is an aware instant, shown in Shanghai."""
Cell = str | Decimal | float | int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One named figure, and what it means where the name does not say it."""

    name: str
    value: Cell
    kind: Kind = "text"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column; ``width`` is its share of the line."""

    title: str
    kind: Kind = "text"
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns.

    Attributes:
        title: Above it.
        columns: In order.
        rows: As many cells as columns.
        empty: What is said when there are no rows.
        printed: Rows on paper at most; the spreadsheet has them all. 0 leaves it to the latter.
        plotted: Whether the spreadsheet draws its columns as lines over the first.
    """

    title: str
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]
    empty: str = ""
    printed: int = 60
    plotted: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as SVG, with its text alternative."""

    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter, and a sheet of the workbook."""

    title: str
    facts: tuple[Fact, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    tables: tuple[Table, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes:
        language: ``zh`` or ``en``.
        title: What it is.
        subject: What it is about.
        lines: Name and value under the title: period, author, when.
        sections: In order.
        made_at: When it was made.
    """

    language: Literal["zh", "en"]
    title: str
    subject: str
    lines: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    made_at: datetime


def printed(value: Cell, kind: Kind) -> str:
    """A value as it stands on paper; nothing known is a dash."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    match kind:
        case "yuan":
            return f"{value:,.2f}"
        case "percent":
            return f"{value:.1f}%"
        case "share":
            return f"{float(value) * 100:.1f}%"
        case "index":
            return f"{value:.2f}"
        case "hours":
            return f"{value:.1f}"
        case _:
            return str(value)
