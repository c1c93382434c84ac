"""What OC4IDS objects are made of."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from siteward_contracts.clock import SHANGHAI


@dataclass(frozen=True, slots=True)
class Spent:
    """One transaction as it is published: of one claim, wages and works together."""

    id: str
    day: date
    amount: Decimal
    milestone: str | None


def period(start: date, end: date) -> dict[str, Any]:
    """Days as the standard's Period."""
    found: dict[str, Any] = {"startDate": instant(start), "endDate": instant(end)}
    if end >= start:
        found["durationInDays"] = (end - start).days
    return found


def value(amount: Decimal) -> dict[str, Any]:
    """JSON has no decimals; two places are exact in what readers make of the number."""
    return {"amount": float(amount), "currency": "CNY"}


def instant(day: date) -> str:
    """A day as the standard's date-time: its beginning in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI).isoformat()
