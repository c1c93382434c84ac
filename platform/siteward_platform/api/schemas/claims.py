"""Payment claims as people read them."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from siteward_platform.api.schemas.procedure import (
    AppealOut,
    CertificateOut,
    ClaimLineOut,
    ClawbackOut,
    DeadlineOut,
)
from siteward_platform.api.schemas.progress import PaymentOut
from siteward_platform.api.schemas.values import FindingSeverity, Out, SignatureState, Text, Yuan
from siteward_rules.money.claims import ClaimState, Procedure


class FindingNumber(Out):
    """One number of a finding's arithmetic, named; words come in both languages."""

    name: Text
    value: str | Text
    unit: Text


class FindingOut(Out):
    """A red flag on a claim: a reason to look, with its arithmetic."""

    rule: str
    rule_version: str
    title: Text
    severity: FindingSeverity
    action: Literal["notice", "review", "hold", "audit"]
    formula: Text
    explanation: Text
    numbers: list[FindingNumber]
    evidence: list[str]
    evidence_signatures: dict[str, SignatureState] = Field(default={})
    clears_when: Text
    basis: str
    trust: str
    found_at: datetime
    cleared_at: datetime | None


class HoldOut(Out):
    """A hold and its history. ``amount`` never reaches into the wage portion."""

    state: Literal[
        "recommended",
        "under_review",
        "decided_hold",
        "decided_release",
        "audited",
        "released",
        "reduced",
        "expired",
    ]
    amount: Yuan
    wage_excluded: Yuan
    basis: str | None
    recommended_by: str
    recommended_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    review_due: date | None
    released: Yuan
    reduced: Yuan


class AuditCaseOut(Out):
    """An audit case on a held claim."""

    opened_by: str
    opened_at: datetime
    subject: str
    payable_works: Yuan | None
    reduction: Yuan | None
    concluded_by: str | None
    concluded_at: datetime | None
    reason: str | None


class OpinionOut(Out):
    """A supervision opinion."""

    by: str
    at: datetime
    basis: str
    text: str


class TimelineEntry(Out):
    """One line of a claim's history, from the audit log."""

    at: datetime
    who: str
    action: str
    text: Text


class Comparison(Out):
    """The four bars of a claim, in percent of the contract."""

    claimed: float
    accepted: float
    camera: float | None
    coverage: float
    paid: float
    paid_with_claim: float


class ClaimSummary(Out):
    """A row of the claim list."""

    id: int
    project: str
    project_name: Text
    title: str
    milestone: str
    amount: Yuan
    wage_amount: Yuan
    claimed_percent: float
    claimed_on: date
    state: ClaimState
    risk: float
    flags: list[str]
    hold_state: str | None
    held: Yuan
    wage_paid: Yuan
    works_paid: Yuan


class ClaimDetail(ClaimSummary):
    """A claim with its flags, hold, opinions, audit, payments and history."""

    payee_account: str
    invoice: str
    filed_by: str
    filed_at: datetime
    signed_by: str | None
    signed_on: date | None
    evaluated_at: datetime | None
    findings: list[FindingOut]
    hold: HoldOut | None
    opinions: list[OpinionOut]
    audit_case: AuditCaseOut | None
    payments: list[PaymentOut]
    procedure: Procedure
    payable: Yuan
    submitted_at: datetime | None
    certificates: list[CertificateOut]
    lines: list[ClaimLineOut]
    deadlines: list[DeadlineOut]
    appeals: list[AppealOut]
    clawbacks: list[ClawbackOut]
    comparison: Comparison
    timeline: list[TimelineEntry]
    allowed_actions: list[
        Literal[
            "submit", "sign", "certify", "agree", "return", "reject", "opinion", "decide",
            "appeal", "reply", "open_audit", "conclude_audit", "release", "instruct",
            "cancel_instruction", "pay_wages", "pay_works", "propose_clawback",
            "decide_clawback", "record_refund", "withdraw",
        ]
    ]  # fmt: skip
