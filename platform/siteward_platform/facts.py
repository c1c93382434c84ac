"""Gathers what the fund rules ask about a project from the database and the time series."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_contracts.clock import SHANGHAI
from siteward_ingest.series import SeriesStore
from siteward_platform.camera_sight import camera_facts
from siteward_platform.certificates import payable
from siteward_platform.clawbacks import returned_by_claim
from siteward_platform.database.models import (
    Claim,
    Contract,
    Device,
    HazardRecord,
    Measurement,
    Milestone,
    Payment,
)
from siteward_platform.dossier import dossier, with_conditions
from siteward_platform.hazard_records import UNCONFIRMED
from siteward_platform.papers import standing_papers
from siteward_platform.payments import payee_account
from siteward_platform.progress_facts import work_items_by_project, zones_by_project
from siteward_platform.site_days import site_days
from siteward_platform.variations import approved_variations
from siteward_rules.facts import (
    ZERO,
    ClaimFacts,
    ContractFacts,
    HazardFacts,
    HazardSeverity,
    MilestoneFacts,
    MilestoneStatus,
    PaymentFacts,
    PaymentPurpose,
    ProjectFacts,
)
from siteward_rules.money.claims import NEVER_OWED
from siteward_rules.money.earned_value import Accepted

LOOKED_BACK: Final = timedelta(days=35)
"""Days on site are looked at so far back: measurements are a month apart at most."""


def project_facts(
    session: Session, series: SeriesStore, project: str, as_of: date, window_end: datetime
) -> ProjectFacts:
    """Everything the fund rules may ask.

    Args:
        session: Where to read.
        series: Where camera health is read.
        project: Project id; it must exist.
        as_of: Only what is dated on or before this day counts.
        window_end: End of the seven days in which cameras are judged; see :func:`window_of`.

    Raises:
        StoreError: The time series do not answer.
    """
    cameras = session.scalars(
        select(Device)
        .where(Device.project_id == project, Device.kind == "camera")
        .order_by(Device.position)
    )
    sights = tuple(
        replace(
            camera_facts(series, project, camera.id, window_end),
            name_zh=camera.name["zh"],
            name_en=camera.name["en"],
        )
        for camera in cameras
    )
    facts = paper_facts(session, project, as_of)
    days = _days(session, series, facts)
    return replace(facts, cameras=sights, papers=replace(facts.papers, **days))


def paper_facts(session: Session, project: str, as_of: date) -> ProjectFacts:
    """The facts without the cameras' health: all that the database knows."""
    zones = zones_by_project(session, [project])
    items = work_items_by_project(session, [project], as_of, zones)
    return ProjectFacts(
        project=project,
        as_of=as_of,
        contract=_contract(session, project, as_of),
        work_items=items.get(project, ()),
        milestones=_milestones(session, project, as_of),
        payments=payment_facts(session, project, as_of),
        claims=tuple(claim_facts(session, claim) for claim in _claims(session, project, as_of)),
        hazards=_hazards(session, project, as_of),
        zones=zones.get(project, ()),
        papers=dossier(session, project, as_of),
    )


def window_of(claim: Claim) -> datetime:
    """The instant before which cameras are judged: when it was filed, or the end of its day.

    A claim put on record later than its date is judged by the end of that date.
    """
    midnight = datetime.combine(claim.claimed_on + timedelta(days=1), time(), SHANGHAI)
    return min(claim.filed_at, midnight.astimezone(UTC))


def claim_facts(session: Session, claim: Claim) -> ClaimFacts:
    """A claim as the rules know it: what is asked for now, after any certificate."""
    return ClaimFacts(
        id=claim.id,
        milestone=claim.milestone,
        amount=payable(session, claim),
        wage_amount=claim.wage_amount,
        claimed_percent=claim.claimed_percent,
        claimed_on=claim.claimed_on,
        payee_account=claim.payee_account,
        invoice=claim.invoice,
    )


def payment_facts(session: Session, project: str, as_of: date) -> tuple[PaymentFacts, ...]:
    """Payments by date, less what came back of them."""
    back = returned_by_claim(session, project, as_of)
    query = select(Payment).where(Payment.project_id == project, Payment.paid_on <= as_of)
    found: list[PaymentFacts] = []
    for p in session.scalars(query.order_by(Payment.paid_on, Payment.id)):
        less = min(p.amount - p.wage_amount, back.get(p.claim_id, ZERO))
        if p.claim_id is not None and less > 0:
            back[p.claim_id] -= less
        if p.amount > less:
            found.append(_payment(p, p.amount - less))
    return tuple(found)


def _payment(p: Payment, amount: Decimal) -> PaymentFacts:
    return PaymentFacts(
        id=p.id,
        amount=amount,
        wage_amount=p.wage_amount,
        paid_on=p.paid_on,
        payee_account=p.payee_account,
        purpose=cast(PaymentPurpose, p.purpose),
        claim=p.claim_id,
        milestone=p.milestone,
        bank_reference=p.bank_reference,
        invoice=p.invoice,
        payee=p.payee,
    )


def accepted_progress(session: Session, project: str, as_of: date) -> list[Accepted]:
    """Every measurement up to a day, oldest first."""
    query = select(Measurement).where(
        Measurement.project_id == project, Measurement.measured_on <= as_of
    )
    ordered = query.order_by(Measurement.measured_on, Measurement.id)
    return [Accepted(m.work_item, m.percent, m.measured_on) for m in session.scalars(ordered)]


def _days(session: Session, series: SeriesStore, facts: ProjectFacts) -> dict[str, Any]:
    """Days on site between the measurements of the last weeks, and people a day for the wages."""
    steps, wages = facts.papers.steps, facts.papers.wages
    first = facts.as_of - LOOKED_BACK
    since = min((s.day for s in steps if s.day > first), default=None)
    if since is None and wages is None:
        return {}
    seen = site_days(session, series, facts.project, first, facts.as_of)
    days = with_conditions(seen, standing_papers(session, facts.project))
    heads = [d.people for d in days if d.people]
    if wages is not None and heads:
        wages = replace(wages, camera_heads=sum(heads) / len(heads))
    return {"days": days, "wages": wages}


def _contract(session: Session, project: str, as_of: date) -> ContractFacts:
    contract = session.get_one(Contract, project)
    account, changed_on = payee_account(session, contract, as_of)
    return ContractFacts(
        contract_sum=contract.contract_sum,
        approved_estimate=contract.approved_estimate,
        approved_variations=approved_variations(session, project, as_of),
        progress_cap=_exact(contract.progress_cap),
        retention=_exact(contract.retention),
        wage_share=_exact(contract.wage_share),
        advance=contract.advance,
        signed_on=contract.signed_on,
        payee_account=account,
        payee_changed_on=changed_on,
    )


def _milestones(session: Session, project: str, as_of: date) -> tuple[MilestoneFacts, ...]:
    query = select(Milestone).where(Milestone.project_id == project).order_by(Milestone.position)
    return tuple(
        MilestoneFacts(
            id=m.id,
            due=m.due,
            status=_status(m, as_of),
            accepted_on=m.accepted_on if m.accepted_on and m.accepted_on <= as_of else None,
            name_zh=m.name["zh"],
            name_en=m.name["en"],
        )
        for m in session.scalars(query)
    )


def _status(milestone: Milestone, as_of: date) -> MilestoneStatus:
    if milestone.accepted_on is not None and milestone.accepted_on > as_of:
        return "claimed"
    return cast(MilestoneStatus, milestone.status)


def _claims(session: Session, project: str, as_of: date) -> Sequence[Claim]:
    query = select(Claim).where(
        Claim.project_id == project,
        Claim.claimed_on <= as_of,
        Claim.state.not_in([state.value for state in NEVER_OWED]),
    )
    return session.scalars(query.order_by(Claim.id)).all()


def _hazards(session: Session, project: str, as_of: date) -> tuple[HazardFacts, ...]:
    query = select(HazardRecord).where(
        HazardRecord.project_id == project,
        HazardRecord.found_on <= as_of,
        HazardRecord.state.not_in(UNCONFIRMED),
    )
    return tuple(
        HazardFacts(
            id=h.id,
            kind=h.kind,
            severity=cast(HazardSeverity, h.severity),
            found_on=h.found_on,
            due=h.due,
            closed_on=h.closed_on if h.closed_on and h.closed_on <= as_of else None,
        )
        for h in session.scalars(query.order_by(HazardRecord.id))
    )


def _exact(share: float) -> Decimal:
    return Decimal(str(share))
