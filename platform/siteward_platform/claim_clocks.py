"""The legal clocks of the claims on record."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import desc, select
from sqlalchemy.orm import Session

from siteward_contracts.clock import SHANGHAI
from siteward_platform.certificates import certificates_of, payable
from siteward_platform.database.models import (
    Appeal,
    Claim,
    ClawbackRecord,
    Contract,
    Milestone,
)
from siteward_platform.dossier import paid_on
from siteward_platform.holds import load_hold
from siteward_platform.payments import ZERO, paid_of_claim
from siteward_rules.money.claims import ClaimState
from siteward_rules.money.clocks import ClaimDates, Deadline, deadlines

_ENDED = frozenset(
    {ClaimState.DRAFT, ClaimState.RETURNED, ClaimState.REJECTED, ClaimState.WITHDRAWN}
)


def deadlines_of(session: Session, claim: Claim, today: date) -> tuple[Deadline, ...]:
    """Every clock of a claim as it stands on a day."""
    return deadlines(claim_dates(session, claim), today)


def claim_dates(session: Session, claim: Claim) -> ClaimDates:
    """What a claim's clocks start and stop at."""
    contract = session.get_one(Contract, claim.project_id)
    issued = {c.kind: _day(c.at) for c in certificates_of(session, claim)}
    hold = load_hold(session, claim.id)
    live = hold is not None and hold.is_open and ClaimState(claim.state) not in _ENDED
    appeal = _last(session, claim.id)
    back = _clawback(session, claim.id)
    return ClaimDates(
        submitted_on=_day(claim.submitted_at) if claim.submitted_at else None,
        supervised_on=issued.get("supervisor"),
        certified_on=issued.get("owner") or issued.get("interim"),
        accepted_on=_accepted_on(session, claim),
        paid_on=paid_on(session, claim),
        ended=ClaimState(claim.state) in _ENDED,
        unpaid=_unpaid(session, claim),
        sme=contract.sme,
        sme_days=contract.payment_days,
        hold_review=hold.review_due if hold is not None and live else None,
        appealed_on=_day(appeal.at) if appeal else None,
        replied_on=_day(appeal.replied_at) if appeal and appeal.replied_at else None,
        clawback_on=back.ordered_on if back else None,
        recovered_on=back.recovered_on if back else None,
        disputed=hold.remaining + hold.reduced if hold is not None else ZERO,
    )


def _unpaid(session: Session, claim: Claim) -> Decimal:
    return payable(session, claim) - sum(paid_of_claim(session, claim.id), ZERO)


def _accepted_on(session: Session, claim: Claim) -> date | None:
    milestone = session.get(Milestone, (claim.project_id, claim.milestone))
    if milestone is None or milestone.accepted_on is None:
        return None
    return max(milestone.accepted_on, claim.claimed_on)


def _last(session: Session, claim_id: int) -> Appeal | None:
    query = select(Appeal).where(Appeal.claim_id == claim_id).order_by(desc(Appeal.id)).limit(1)
    return session.scalars(query).first()


def _clawback(session: Session, claim_id: int) -> ClawbackRecord | None:
    query = select(ClawbackRecord).where(
        ClawbackRecord.claim_id == claim_id, ClawbackRecord.ordered_on.is_not(None)
    )
    return session.scalars(query.order_by(desc(ClawbackRecord.id)).limit(1)).first()


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()
