"""The legal clocks of a claim: days, warnings, silence, interest; nothing moves by itself."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from siteward_rules.money.clocks import ClaimDates, Deadline, deadlines, deemed_certified_on

SUBMITTED = date(2026, 6, 1)
FULL = ClaimDates(submitted_on=SUBMITTED, unpaid=Decimal("100000.00"))


def clock(claim: ClaimDates, name: str, today: date) -> Deadline:
    return next(d for d in deadlines(claim, today) if d.name == name)


def day(number: int) -> date:
    """Day 0 is the submission."""
    return SUBMITTED + timedelta(days=number)


def test_the_supervisor_has_seven_days_and_is_warned_on_the_fifth() -> None:
    stages = [clock(FULL, "supervisor_review", day(n)).status for n in range(9)]
    assert stages == ["running"] * 5 + ["warning"] * 3 + ["passed"]


def test_an_owner_who_is_silent_for_seven_days_has_issued_the_certificate_on_day_eight() -> None:
    certified = replace(FULL, supervised_on=day(3))
    assert clock(certified, "owner_review", day(8)).status == "warning"
    assert clock(certified, "owner_review", day(10)).status == "warning"
    assert deemed_certified_on(certified, day(10)) is None
    late = clock(certified, "owner_review", day(11))
    assert late.status == "passed"
    assert "视为已签发" in late.consequence.zh
    assert deemed_certified_on(certified, day(11)) == day(11)
    payment = clock(certified, "payment", day(11))
    assert (payment.started_on, payment.due_on) == (day(11), day(25))


def test_after_a_silent_supervisor_the_owner_still_has_seven_days_and_is_warned() -> None:
    owner = clock(FULL, "owner_review", day(8))
    assert (owner.started_on, owner.due_on, owner.status) == (day(8), day(15), "running")
    assert clock(FULL, "owner_review", day(13)).status == "warning"
    assert deemed_certified_on(FULL, day(15)) is None
    assert deemed_certified_on(FULL, day(16)) == day(16)


def test_an_owner_who_answers_in_time_starts_the_fourteen_days_of_the_payer() -> None:
    agreed = replace(FULL, supervised_on=day(3), certified_on=day(9))
    assert clock(agreed, "owner_review", day(30)).status == "kept"
    payment = clock(agreed, "payment", day(30))
    assert (payment.role, payment.due_on, payment.status) == ("finance", day(23), "passed")
    paid = replace(agreed, paid_on=day(24))
    assert clock(paid, "payment", day(30)).status == "kept_late"


def test_a_returned_claim_stops_its_clocks() -> None:
    assert deadlines(replace(FULL, ended=True), day(30)) == ()
    certified = replace(FULL, supervised_on=day(3), ended=True)
    assert [d.name for d in deadlines(certified, day(30))] == ["supervisor_review"]
    assert deemed_certified_on(certified, day(30)) is None


def test_a_small_enterprise_is_paid_in_thirty_days_and_never_later_than_sixty() -> None:
    sme = ClaimDates(accepted_on=SUBMITTED, sme=True, unpaid=Decimal("100000.00"))
    assert clock(sme, "sme_payment", day(30)).interest == 0
    late = clock(sme, "sme_payment", day(40))
    assert (late.due_on, late.status, late.interest) == (day(30), "passed", Decimal("500.00"))
    agreed = replace(sme, sme_days=90)
    assert clock(agreed, "sme_payment", day(1)).due_on == day(60)
    assert not deadlines(replace(sme, sme=False), day(40))


def test_no_late_interest_runs_on_what_a_hold_stops() -> None:
    held = ClaimDates(
        accepted_on=SUBMITTED, sme=True, unpaid=Decimal("100000.00"), disputed=Decimal("80000.00")
    )
    assert clock(held, "sme_payment", day(40)).interest == Decimal("100.00")


def test_an_objection_is_answered_within_seven_working_days_of_the_state_councils_calendar() -> (
    None
):
    appealed = ClaimDates(appealed_on=date(2026, 6, 15))
    answer = clock(appealed, "appeal_reply", date(2026, 6, 22))
    assert answer.due_on == date(2026, 6, 25), "the 19th is the Dragon Boat Festival"
    assert (answer.status, answer.calendar_known) == ("running", True)
    assert clock(appealed, "appeal_reply", date(2026, 6, 23)).status == "warning"
    replied = replace(appealed, replied_on=date(2026, 6, 25))
    assert clock(replied, "appeal_reply", date(2026, 7, 1)).status == "kept"


def test_overpaid_money_comes_back_within_thirty_days() -> None:
    back = ClaimDates(clawback_on=SUBMITTED)
    assert clock(back, "clawback", day(30)).status == "warning"
    assert clock(back, "clawback", day(31)).status == "passed"


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 120))
def test_warnings_come_before_the_day_and_the_day_belongs_to_whoever_must_act(
    certified: int, accepted: int, today: int
) -> None:
    claim = ClaimDates(
        submitted_on=SUBMITTED, supervised_on=day(certified), accepted_on=day(accepted), sme=True,
        hold_review=day(accepted), appealed_on=day(certified), clawback_on=day(accepted),
    )  # fmt: skip
    for d in deadlines(claim, day(today)):
        assert d.started_on <= d.warn_on <= d.due_on
        assert (d.status == "passed") == (day(today) > d.due_on) or d.status.startswith("kept")
