"""What happens to a project: progress, milestones and payments."""

from datetime import date
from typing import Literal

from siteward_platform.api.schemas.values import (
    In,
    NonNegativeYuan,
    Out,
    Percent,
    PositiveYuan,
    Reason,
    Slug,
    Yuan,
)


class ProgressReportIn(In):
    """What the department reports of one work item."""

    work_item: Slug
    percent: Percent
    reported_on: date


class MeasurementIn(In):
    """What the chief supervisor accepts of one work item; only this earns value."""

    work_item: Slug
    percent: Percent
    measured_on: date
    note: str = ""


class MilestoneClaimIn(In):
    """The department claims a milestone is reached."""

    claimed_on: date


class MilestoneAcceptanceIn(In):
    """The chief supervisor accepts or rejects a claimed milestone."""

    accepted: bool
    accepted_on: date
    note: str = ""


class PayeeAccountIn(In):
    """A change of the account money goes to."""

    account: str
    changed_on: date
    reason: Reason


class PaymentIn(In):
    """Money the bank has paid, recorded by finance."""

    amount: PositiveYuan
    wage_amount: NonNegativeYuan
    paid_on: date
    payee_account: str
    bank_reference: str
    claim: int | None = None
    milestone: Slug | None = None
    purpose: Literal["advance", "progress", "wages", "retention"] = "progress"


class PaymentOut(Out):
    """Money that went out."""

    id: int
    amount: Yuan
    wage_amount: Yuan
    paid_on: date
    payee_account: str
    bank_reference: str
    purpose: str
    claim: int | None
