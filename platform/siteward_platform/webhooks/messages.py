"""What is told of claims and hazards: their whole standing, so that no message needs another."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from siteward_platform.api.schemas.webhooks import MessageKind
from siteward_platform.claim_payments import works_due
from siteward_platform.database.models import Claim, HazardRecord, Project
from siteward_platform.holds import load_hold
from siteward_platform.payments import ZERO, paid_of_claim


def claim_data(session: Session, claim: Claim) -> dict[str, Any]:
    """A claim as finance needs it: amounts as strings in yuan, no names of people."""
    hold = load_hold(session, claim.id)
    wages, works = paid_of_claim(session, claim.id)
    return {
        "project": claim.project_id,
        "project_name": session.get_one(Project, claim.project_id).name["zh"],
        "claim": claim.id,
        "title": claim.title,
        "milestone": claim.milestone,
        "state": claim.state,
        "amount": claim.amount,
        "wage_amount": claim.wage_amount,
        "wages_paid": wages,
        "works_paid": works,
        "wages_due": max(claim.wage_amount - wages, ZERO),
        "works_due": max(works_due(session, claim), ZERO),
        "payee_account": claim.payee_account,
        "invoice": claim.invoice,
        "hold": hold
        and {
            "state": hold.state.value,
            "amount": hold.amount,
            "released": hold.released,
            "reduced": hold.reduced,
            "remaining": hold.remaining,
            "basis": hold.basis,
            "review_due": hold.review_due,
        },
    }


def hazard_data(hazard: HazardRecord) -> dict[str, Any]:
    """A hazard, without who found it."""
    return {
        "project": hazard.project_id,
        "hazard": hazard.id,
        "kind": hazard.kind,
        "severity": hazard.severity,
        "clause": hazard.clause,
        "found_on": hazard.found_on,
        "due": hazard.due,
    }


def body_of(kind: MessageKind, at: datetime, number: int, data: Mapping[str, Any]) -> str:
    """The text that is sent and signed.

    ``number`` counts the messages about one claim or hazard from 1, so that a receiver sees a gap.
    """
    message = {
        "type": kind,
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "number": number,
        "data": data,
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), default=str)
