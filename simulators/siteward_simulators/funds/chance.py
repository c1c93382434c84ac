"""Amounts, dates and names as offices make them."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Final

SHANGHAI: Final = timezone(timedelta(hours=8))
CENT: Final = Decimal("0.01")
_NAMES: Final = ("王敏", "李建国", "张丽", "刘洋", "陈静", "杨帆", "赵磊", "周琳", "吴刚", "徐慧")


def yuan(amount: float | Decimal) -> Decimal:
    """To the fen, half up."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def account(rng: Random) -> str:
    """A bank account number."""
    return "6222" + "".join(str(rng.randrange(10)) for _ in range(12))


def person(rng: Random) -> str:
    """A name."""
    return rng.choice(_NAMES)


def invoice(rng: Random, day: date) -> str:
    """An electronic invoice's number; honest ones never lie one slip apart by chance alone."""
    return f"{day:%y}{rng.randrange(10**18):018d}"


def working_day(day: date) -> date:
    """The day itself, or the Monday after; holidays are left to the calendar's own rule."""
    while day.weekday() >= 5 or (day.month, day.day) in _REST:
        day += timedelta(days=1)
    return day


_REST: Final = frozenset(
    [(1, d) for d in range(1, 4)]
    + [(1, d) for d in range(24, 32)]
    + [(2, d) for d in range(1, 25)]
    + [(4, d) for d in range(4, 7)]
    + [(5, d) for d in range(1, 6)]
    + [(5, 31), (6, 1), (6, 2), (6, 19)]
    + [(9, d) for d in range(25, 28)]
    + [(10, d) for d in range(1, 9)]
)
"""Month and day on which an honest office never approves: every holiday of 2024 to 2026."""


def office_hour(rng: Random, day: date) -> datetime:
    """An instant of a working day between nine and half past five."""
    minutes = rng.randrange(9 * 60, 17 * 60 + 30)
    return datetime.combine(working_day(day), time(minutes // 60, minutes % 60), SHANGHAI)
