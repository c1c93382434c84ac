"""The bank's file against the payments on record: amount, payee account and reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Difference = Literal["unknown_reference", "amount", "account", "taken"]


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of the bank's file."""

    line: int
    reference: str
    amount: Decimal
    account: str
    paid_on: date


@dataclass(frozen=True, slots=True)
class Recorded:
    """A payment on record."""

    id: int
    reference: str
    amount: Decimal
    account: str


@dataclass(frozen=True, slots=True)
class Match:
    """What became of a line.

    Attributes:
        line: The bank's.
        payment: The payment with its reference; None if there is none.
        differences: What does not fit; empty means it is reconciled.
    """

    line: BankLine
    payment: int | None
    differences: tuple[Difference, ...]


def match(lines: Sequence[BankLine], payments: Sequence[Recorded]) -> list[Match]:
    """Finds each line's payment by reference and compares amount and account to the last digit.

    A payment is matched once: the second line with its reference is ``taken``, because a bank
    that paid twice must not look reconciled.
    """
    by_reference = {payment.reference: payment for payment in payments}
    taken: set[int] = set()
    matches: list[Match] = []
    for line in lines:
        payment = by_reference.get(line.reference)
        if payment is None:
            matches.append(Match(line, None, ("unknown_reference",)))
            continue
        differences: list[Difference] = []
        if payment.amount != line.amount:
            differences.append("amount")
        if payment.account != line.account:
            differences.append("account")
        if payment.id in taken:
            differences.append("taken")
        if not differences:
            taken.add(payment.id)
        matches.append(Match(line, payment.id, tuple(differences)))
    return matches
