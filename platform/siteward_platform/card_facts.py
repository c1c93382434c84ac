"""What the projects' cards ask of the books, for all projects in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from siteward_platform.database.models import Claim, ClawbackRecord, Contract, Payment, Refund
from siteward_platform.payments import ZERO
from siteward_platform.progress_facts import work_items_by_project, zones_by_project
from siteward_rules.facts import WorkItemFacts, ZoneFacts


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A project's facts without its papers, claims and hazards."""

    project: str
    as_of: date
    contract_sum: Decimal
    paid: Decimal
    work_items: tuple[WorkItemFacts, ...]
    zones: tuple[ZoneFacts, ...]


def card_facts(session: Session, projects: Sequence[str], as_of: date) -> list[CardFacts]:
    """The facts of these projects, in their order."""
    zones = zones_by_project(session, projects)
    items = work_items_by_project(session, projects, as_of, zones)
    paid, back = _paid(session, as_of), _returned(session, as_of)
    query = select(Contract.project_id, Contract.contract_sum)
    sums = dict(session.execute(query).all())
    return [
        CardFacts(
            project=project,
            as_of=as_of,
            contract_sum=sums[project],
            paid=paid.get(project, ZERO) - back.get(project, ZERO),
            work_items=items.get(project, ()),
            zones=zones.get(project, ()),
        )
        for project in projects
    ]


def _paid(session: Session, as_of: date) -> dict[str, Decimal]:
    query = (
        select(Payment.project_id, func.sum(Payment.amount))
        .where(Payment.paid_on <= as_of)
        .group_by(Payment.project_id)
    )
    return dict(session.execute(query).all())


def _returned(session: Session, as_of: date) -> dict[str, Decimal]:
    """What came back of works money."""
    query = (
        select(Claim.project_id, func.sum(Refund.amount))
        .join(ClawbackRecord, ClawbackRecord.claim_id == Claim.id)
        .join(Refund, Refund.clawback_id == ClawbackRecord.id)
        .where(Refund.returned_on <= as_of)
        .group_by(Claim.project_id)
    )
    return dict(session.execute(query).all())
