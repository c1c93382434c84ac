"""What people do with a payment claim."""

from datetime import date
from typing import Literal

from pydantic import Field

from siteward_platform.api.schemas.values import (
    In,
    LegalBasis,
    NonNegativeYuan,
    Percent,
    PositiveYuan,
    Reason,
    Slug,
)


class ClaimIn(In):
    """A payment claim as a department files it."""

    title: str = Field(min_length=2, max_length=200)
    milestone: Slug
    amount: PositiveYuan
    wage_amount: NonNegativeYuan
    claimed_percent: Percent
    claimed_on: date
    payee_account: str
    invoice: str = ""


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
