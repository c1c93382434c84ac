"""What people do with a payment claim."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from siteward_platform.api.schemas.values import (
    In,
    LegalBasis,
    NonNegativeYuan,
    Percent,
    PositiveYuan,
    Reason,
    Slug,
)


class ClaimLineIn(In):
    """A line of a claim: an item of the bill of quantities, or an approved variation."""

    item: str | None = None
    variation: int | None = None
    quantity: Annotated[Decimal, Field(max_digits=14, decimal_places=4, gt=0)]
    price: PositiveYuan

    @model_validator(mode="after")
    def _one_of_them(self) -> "ClaimLineIn":
        if (self.item is None) is (self.variation is None):
            raise ValueError("give item or variation, not both")
        return self


class ClaimIn(In):
    """A payment claim as a department files it; a draft waits until it is submitted."""

    title: str = Field(min_length=2, max_length=200)
    milestone: Slug
    amount: PositiveYuan
    wage_amount: NonNegativeYuan
    claimed_percent: Percent
    claimed_on: date
    payee_account: str
    invoice: str = ""
    lines: list[ClaimLineIn] = Field(default=[], max_length=2000)
    draft: bool = False


class SubmissionIn(In):
    """A draft, or a claim that was returned, comes to the chief supervisor; corrected if need be."""

    amount: PositiveYuan | None = None
    wage_amount: NonNegativeYuan | None = None
    claimed_percent: Percent | None = None
    invoice: str | None = None
    lines: list[ClaimLineIn] | None = Field(default=None, max_length=2000)
    note: str = Field(default="", max_length=2000)


class CertificateIn(In):
    """What the chief supervisor, or the owner, finds due, wages included."""

    amount: PositiveYuan
    note: str = Field(default="", max_length=2000)


class ReasonIn(In):
    """Why a claim is returned, rejected, or its instruction taken back."""

    reason: Reason


class AppealIn(In):
    """The payee's objection to a hold (申诉)."""

    text: Reason
    evidence: list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(default=[])


class AppealReplyIn(In):
    """The answer to an objection; it moves no money itself."""

    outcome: Literal["upheld", "rejected"]
    text: Reason


class ClawbackIn(In):
    """An auditor finds works money overpaid and proposes to call it back."""

    amount: PositiveYuan
    basis: LegalBasis
    reason: Reason


class ClawbackDecisionIn(In):
    """Finance orders a proposed clawback, or does not."""

    decision: Literal["order", "decline"]
    reason: Reason


class RefundIn(In):
    """Money came back."""

    amount: PositiveYuan
    returned_on: date
    bank_reference: str = Field(min_length=1, max_length=80)


class SignatureIn(In):
    """The chief supervisor's signature; without it no works money is paid (条例 37)."""

    signed_on: date
    note: str = ""


class OpinionIn(In):
    """The supervision committee's written opinion (督办建议) to finance."""

    basis: LegalBasis
    text: Reason


class DecisionIn(In):
    """Finance decides a recommended hold. ``amount`` is what is held."""

    decision: Literal["hold", "release"]
    amount: NonNegativeYuan
    basis: LegalBasis
    reason: Reason


class AuditOpeningIn(In):
    """An auditor opens a case on a held claim."""

    subject: Reason


class AuditConclusionIn(In):
    """What the audit found payable of the works part; the rest is reduced (核减)."""

    payable_works: NonNegativeYuan
    reason: Reason


class ReleaseIn(In):
    """Finance releases part of a hold; never the person who recommended the release."""

    amount: PositiveYuan
    reason: Reason


class ClaimPaymentIn(In):
    """Finance instructs a payment of a claim's wage part or works part."""

    paid_on: date
    bank_reference: str
