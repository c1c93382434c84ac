"""Prints a report as PDF/A-2u through Typst, with the operating system's Chinese font.

PDF/A embeds every glyph it uses, so that a report reads the same on any machine in ten years.
"""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import typst

from siteward_platform.reports.document import Document, Fact, Section, Table, printed
from siteward_platform.reports.words import speaking

FONT: Final = "Noto Sans CJK SC"
_RIGHT: Final = frozenset({"yuan", "percent", "share", "index", "count", "hours"})


class NoFontError(RuntimeError):
    """The machine has no Chinese font to print with."""

    def __init__(self) -> None:
        """Says what to install."""
        super().__init__(f"font {FONT!r} is not installed: apt-get install fonts-noto-cjk")


def as_pdf(document: Document) -> bytes:
    """The report as a PDF.

    Raises:
        NoFontError: The machine has no Chinese font; boxes are not printed instead.
    """
    if not has_font():
        raise NoFontError
    content = json.dumps(_content(document), ensure_ascii=False)
    made: bytes = typst.compile(
        _template(),
        sys_inputs={"document": content},
        timestamp=int(document.made_at.timestamp()),
        pdf_standards=["a-2u"],
    )
    return made


@lru_cache(maxsize=1)
def has_font() -> bool:
    """Whether the operating system has the Chinese font."""
    return FONT in typst.Fonts(include_system_fonts=True).families()


@lru_cache(maxsize=1)
def _template() -> bytes:
    return files(__package__).joinpath("report.typ").read_bytes()


def _content(document: Document) -> dict[str, Any]:
    w = speaking(document.language)
    return {
        "language": document.language,
        "title": document.title,
        "subject": document.subject,
        "author": "Siteward",
        "footer": w(
            "民生实事项目智慧监管平台 · 机器识别结果须经人工核实",
            "Siteward · What machines saw is for people to verify",
        ),
        "lines": [list(line) for line in document.lines],
        "sections": [_section(section, document) for section in document.sections],
    }


def _section(section: Section, document: Document) -> dict[str, Any]:
    return {
        "title": section.title,
        "remark": section.remark,
        "facts": [_fact(fact) for fact in section.facts],
        "drawings": [{"title": d.title, "svg": d.svg} for d in section.drawings],
        "tables": [_table(t, document) for t in section.tables if t.printed],
    }


def _fact(fact: Fact) -> dict[str, str]:
    return {"name": fact.name, "value": printed(fact.value, fact.kind), "note": fact.note}


def _table(table: Table, document: Document) -> dict[str, Any]:
    w = speaking(document.language)
    left_out = len(table.rows) - table.printed
    more = w(f"另有 {left_out} 行，见 Excel", f"{left_out} more rows in the Excel file")
    kinds = [column.kind for column in table.columns]
    return {
        "title": table.title,
        "columns": [column.title for column in table.columns],
        "widths": [column.width for column in table.columns],
        "right": [kind in _RIGHT for kind in kinds],
        "rows": [
            [printed(cell, kind) for cell, kind in zip(row, kinds, strict=True)]
            for row in table.rows[: table.printed]
        ],
        "empty": table.empty,
        "more": more if left_out > 0 else "",
    }
