"""What the full procedure shows of a claim: certificates, lines, clocks, objections, clawbacks."""

from datetime import date, datetime
from typing import Literal

from siteward_platform.api.schemas.values import Out, Text, Yuan


class CertificateOut(Out):
    """A payment certificate."""

    kind: Literal["supervisor", "owner", "interim"]
    amount: Yuan
    by: str
    at: datetime
    note: str


class ClaimLineOut(Out):
    """A line of a claim. ``contract_price`` is the bill's; null for a variation."""

    item: str | None
    variation: int | None
    name: str
    unit: str
    quantity: str
    price: Yuan
    contract_price: Yuan | None


class DeadlineOut(Out):
    """A legal clock. ``consequence`` happens in law when it passes; nothing moves by itself."""

    name: Literal[
        "supervisor_review", "owner_review", "payment", "sme_payment", "hold_review",
        "appeal_reply", "clawback",
    ]  # fmt: skip
    role: str
    started_on: date
    warn_on: date
    due_on: date
    status: Literal["running", "warning", "passed", "kept", "kept_late"]
    consequence: Text
    source: str
    interest: Yuan
    calendar_known: bool


class AppealOut(Out):
    """An objection to a hold and its answer."""

    by: str
    at: datetime
    text: str
    evidence: list[str]
    reply_due: date
    replied_by: str | None
    replied_at: datetime | None
    outcome: Literal["upheld", "rejected"] | None
    reply: str


class ClawbackOut(Out):
    """Overpaid works money called back."""

    state: Literal["proposed", "declined", "ordered", "recovered"]
    works_paid: Yuan
    amount: Yuan
    basis: str
    reason: str
    proposed_by: str
    ordered_by: str | None
    ordered_on: date | None
    returned: Yuan
    recovered_on: date | None
