"""Documents people print, made from templates beside this file."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from siteward_contracts.catalog import HAZARDS
from siteward_contracts.clock import SHANGHAI

_SEVERITIES: Final = {
    "info": "提示",
    "general": "一般隐患",
    "serious": "较大隐患",
    "suspected_major": "疑似重大隐患",
    "major": "重大事故隐患",
}


def render(template: str, **values: object) -> str:
    """A document as HTML; everything put in is escaped, a missing value is an error."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("siteward_platform", "documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "day": _day, "instant": _instant, "yuan": _yuan, "hazard": _hazard, "severity": _severity
    }  # fmt: skip
    return made


def _day(day: date | str | None) -> str:
    if day is None:
        return "—"
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.year}年{day.month}月{day.day}日"


def _instant(at: datetime | str | None) -> str:
    if at is None:
        return "—"
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _yuan(amount: Decimal | str | None) -> str:
    return "—" if amount is None else f"{Decimal(amount):,.2f} 元"


def _hazard(kind: str) -> str:
    return HAZARDS[kind].zh if kind in HAZARDS else kind


def _severity(severity: str) -> str:
    return _SEVERITIES.get(severity, severity)
