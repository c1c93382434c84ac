"""The legal clocks of a claim: by when somebody must act, and what silence means.

Nothing here changes a claim. A clock that runs out is told; money moves by a person's act only.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from siteward_rules.calendar import china
from siteward_rules.facts import ZERO, yuan
from siteward_rules.findings import Text

SUPERVISOR_DAYS: Final = 7
"""监理人审核 (GF-2017-0201 12.4.4)."""
OWNER_DAYS: Final = 7
"""发包人审批并签发进度款支付证书 (GF-2017-0201 12.4.4)."""
PAY_DAYS: Final = 14
"""From the certificate (GF-2017-0201 12.4.4)."""
SME_DAYS: Final = 30
"""To a small or medium enterprise from acceptance, unless the contract says so (SME 条例 9)."""
SME_MOST_DAYS: Final = 60
"""The most a contract may agree (SME 条例 9)."""
LATE_INTEREST: Final = Decimal("0.0005")
"""A day, where the contract agrees no other (SME 条例 17)."""
WARN_AFTER: Final = 5
"""Days into a review of seven at which its reviewer is warned (platform default)."""
WARN_BEFORE: Final = 3
"""Days before a payment is due at which the payer is warned (platform default)."""
APPEAL_WORKING_DAYS: Final = 7
"""In which an objection to a hold is answered (platform default)."""
WARN_WORKING_DAYS: Final = 2
"""Working days before a review or an answer is due at which people are warned (default)."""
RETURN_DAYS: Final = 30
"""In which overpaid progress money comes back (财建〔2022〕183号)."""

ClockName = Literal[
    "supervisor_review", "owner_review", "payment", "sme_payment", "hold_review",
    "appeal_reply", "clawback",
]  # fmt: skip
ClockStatus = Literal["running", "warning", "passed", "kept", "kept_late"]


@dataclass(frozen=True, slots=True)
class ClaimDates:
    """What the clocks of one claim start and stop at; None where it has not happened.

    Attributes:
        submitted_on: When it last came to the chief supervisor; None in the short procedure.
        supervised_on: The chief supervisor's certificate.
        certified_on: The owner's certificate, interim ones too.
        accepted_on: The work was accepted: from here the SME clock runs.
        paid_on: The works part that is payable was paid.
        ended: Nothing more is owed: returned, rejected or withdrawn.
        unpaid: Works money that is certified (or claimed) and not paid.
        sme: Whether the payee is a small or medium enterprise.
        sme_days: Agreed payment days.
        hold_review: When an open hold is reviewed at the latest.
        appealed_on: An objection to the hold was filed.
        replied_on: It was answered.
        clawback_on: Overpaid money was called back.
        recovered_on: All of it came back.
        disputed: Works money a hold stops: no late interest runs on it.
    """

    submitted_on: date | None = None
    supervised_on: date | None = None
    certified_on: date | None = None
    accepted_on: date | None = None
    paid_on: date | None = None
    ended: bool = False
    unpaid: Decimal = ZERO
    sme: bool = False
    sme_days: int = SME_DAYS
    hold_review: date | None = None
    appealed_on: date | None = None
    replied_on: date | None = None
    clawback_on: date | None = None
    recovered_on: date | None = None
    disputed: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of a claim.

    Attributes:
        name: Which.
        role: Who must act.
        started_on: When it began.
        warn_on: From when that role is warned.
        due_on: The last day that is in time.
        status: How it stands today.
        consequence: What happens when the day passes; it happens in law, not in the software.
        source: Where the days come from.
        interest: Late interest so far; only of the SME clock.
        calendar_known: False when working days rest on weekends alone (no notice for the year).
    """

    name: ClockName
    role: str
    started_on: date
    warn_on: date
    due_on: date
    status: ClockStatus
    consequence: Text
    source: str
    interest: Decimal = ZERO
    calendar_known: bool = True


_CONSEQUENCES: Final[dict[ClockName, tuple[str, Text, str]]] = {
    "supervisor_review": (
        "chief_supervisor",
        Text("逾期未审核的，视为已认可", "unreviewed in time, it counts as accepted"),
        "GF-2017-0201 12.4.4",
    ),
    "owner_review": (
        "department",
        Text("逾期未提出异议的，视为已签发进度款支付证书", "without objection in time, the certificate counts as issued"),
        "GF-2017-0201 12.4.4",
    ),
    "payment": (
        "finance",
        Text("逾期未付的，按合同计违约金", "unpaid in time, the contract's penalty runs"),
        "GF-2017-0201 12.4.4",
    ),
    "sme_payment": (
        "finance",
        Text("逾期按日利率万分之五计逾期利息", "late interest of 0.05 % a day"),
        "保障中小企业款项支付条例 9、17",
    ),
    "hold_review": (
        "finance",
        Text("逾期未复核的，升级处理，不自动解除", "unreviewed in time, it escalates; it never releases itself"),
        "平台默认 7 个工作日",
    ),
    "appeal_reply": (
        "finance",
        Text("逾期未答复的，提醒督办", "unanswered in time, supervision is told"),
        "平台默认 7 个工作日",
    ),
    "clawback": (
        "department",
        Text("逾期未退回的，从后续应付款中抵扣", "not returned in time, it is set off against later payments"),
        "财建〔2022〕183号",
    ),
}  # fmt: skip


def deadlines(claim: ClaimDates, today: date) -> tuple[Deadline, ...]:
    """Every clock that runs or ran on a claim, in the order of the procedure."""
    clocks = (
        _supervisor(claim, today),
        _owner(claim, today),
        _payment(claim, today),
        _sme(claim, today),
        _working("hold_review", claim.hold_review, None, today),
        _appeal(claim, today),
        _clawback(claim, today),
    )
    return tuple(clock for clock in clocks if clock is not None)


def deemed_certified_on(claim: ClaimDates, today: date) -> date | None:
    """The day on which silence issued the owner's certificate (视为已签发), if it has."""
    start = claim.supervised_on or _deemed_supervised_on(claim, today)
    if start is None or claim.certified_on is not None or claim.ended:
        return None
    due = start + timedelta(days=OWNER_DAYS)
    return due + timedelta(days=1) if today > due else None


def _deemed_supervised_on(claim: ClaimDates, today: date) -> date | None:
    """The chief supervisor's silence counts as acceptance, and the owner's clock runs from it."""
    if claim.submitted_on is None or claim.ended:
        return None
    due = claim.submitted_on + timedelta(days=SUPERVISOR_DAYS)
    return due + timedelta(days=1) if today > due else None


def _supervisor(claim: ClaimDates, today: date) -> Deadline | None:
    if claim.submitted_on is None or (claim.ended and claim.supervised_on is None):
        return None
    start = claim.submitted_on
    warn, due = start + timedelta(days=WARN_AFTER), start + timedelta(days=SUPERVISOR_DAYS)
    return _deadline("supervisor_review", start, warn, due, claim.supervised_on, today)


def _owner(claim: ClaimDates, today: date) -> Deadline | None:
    start = claim.supervised_on or _deemed_supervised_on(claim, today)
    if start is None or (claim.ended and claim.certified_on is None):
        return None
    warn, due = start + timedelta(days=WARN_AFTER), start + timedelta(days=OWNER_DAYS)
    return _deadline("owner_review", start, warn, due, claim.certified_on, today)


def _payment(claim: ClaimDates, today: date) -> Deadline | None:
    start = claim.certified_on or deemed_certified_on(claim, today)
    if start is None or claim.ended:
        return None
    due = start + timedelta(days=PAY_DAYS)
    return _deadline("payment", start, due - timedelta(WARN_BEFORE), due, claim.paid_on, today)


def _sme(claim: ClaimDates, today: date) -> Deadline | None:
    start = claim.accepted_on
    if not claim.sme or start is None or claim.ended:
        return None
    due = start + timedelta(days=min(claim.sme_days, SME_MOST_DAYS))
    end = claim.paid_on or today
    owed = max(ZERO, claim.unpaid - claim.disputed) if claim.paid_on is None else ZERO
    late = yuan(owed * LATE_INTEREST * max(0, (end - due).days))
    warn = due - timedelta(WARN_BEFORE)
    return _deadline("sme_payment", start, warn, due, claim.paid_on, today, late)


def _appeal(claim: ClaimDates, today: date) -> Deadline | None:
    if claim.appealed_on is None:
        return None
    due = china().add_working_days(claim.appealed_on, APPEAL_WORKING_DAYS)
    return _working("appeal_reply", due, claim.replied_on, today)


def _clawback(claim: ClaimDates, today: date) -> Deadline | None:
    start = claim.clawback_on
    if start is None:
        return None
    due = start + timedelta(days=RETURN_DAYS)
    warn = due - timedelta(WARN_BEFORE)
    return _deadline("clawback", start, warn, due, claim.recovered_on, today)


def _working(name: ClockName, due: date | None, done: date | None, today: date) -> Deadline | None:
    if due is None:
        return None
    calendar = china()
    warn = due
    while calendar.working_days_between(warn, due) < WARN_WORKING_DAYS:
        warn -= timedelta(days=1)
    start = due
    while calendar.working_days_between(start, due) < APPEAL_WORKING_DAYS:
        start -= timedelta(days=1)
    known = calendar.knows(due)
    return _deadline(name, start, warn, due, done, today, calendar_known=known)


def _deadline(
    name: ClockName,
    start: date,
    warn: date,
    due: date,
    done: date | None,
    today: date,
    interest: Decimal = ZERO,
    calendar_known: bool = True,
) -> Deadline:
    role, consequence, source = _CONSEQUENCES[name]
    status = _status(warn, due, done, today)
    return Deadline(
        name, role, start, warn, due, status, consequence, source, interest, calendar_known
    )


def _status(warn: date, due: date, done: date | None, today: date) -> ClockStatus:
    if done is not None:
        return "kept" if done <= due else "kept_late"
    if today > due:
        return "passed"
    return "warning" if today >= warn else "running"
