"""The bank's file against the register: to the last fen, digit and reference, and each once."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from siteward_rules.money.reconcile import BankLine, Recorded, match

DAY = date(2026, 6, 15)


def line(number: int, reference: str, amount: str = "100.00", account: str = "6222") -> BankLine:
    return BankLine(number, reference, Decimal(amount), account, DAY)


def test_each_difference_is_named() -> None:
    payments = [
        Recorded(1, "A", Decimal("100.00"), "6222"),
        Recorded(2, "B", Decimal("100.00"), "6222"),
        Recorded(3, "C", Decimal("100.00"), "6222"),
    ]
    lines = [line(1, "A"), line(2, "B", "100.01"), line(3, "C", account="6223"), line(4, "D")]
    found = [(m.payment, m.differences) for m in match(lines, payments)]
    assert found == [
        (1, ()), (2, ("amount",)), (3, ("account",)), (None, ("unknown_reference",)),
    ]  # fmt: skip


def test_what_the_bank_paid_twice_is_matched_once() -> None:
    found = match([line(1, "A"), line(2, "A")], [Recorded(1, "A", Decimal("100.00"), "6222")])
    assert [m.differences for m in found] == [(), ("taken",)]


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["1.00", "2.00"])), max_size=8),
    st.lists(st.sampled_from("ABC"), unique=True),
)
def test_no_payment_is_proved_by_two_lines_or_by_another_amount(
    lines: list[tuple[str, str]], recorded: list[str]
) -> None:
    payments = [Recorded(n, ref, Decimal("1.00"), "6222") for n, ref in enumerate(recorded)]
    found = match([line(n, ref, amount) for n, (ref, amount) in enumerate(lines)], payments)
    proved = [m for m in found if not m.differences]
    assert len({m.payment for m in proved}) == len(proved)
    assert all(m.line.amount == Decimal("1.00") for m in proved)
    assert len(found) == len(lines)
