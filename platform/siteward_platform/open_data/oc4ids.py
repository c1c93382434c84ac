"""Published projects in the Open Contracting for Infrastructure Data Standard, version 0.9.

Nobody's name, no account, no bank reference, and nothing from which wages could be told: wages
and works of one claim are one transaction, published once its works money was paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.database.models import (
    Contract,
    Measurement,
    Milestone,
    Payment,
    Project,
    Publication,
    VariationRecord,
)
from siteward_platform.open_data.progress import forecasts, metrics
from siteward_platform.open_data.values import Spent, instant, period, value
from siteward_platform.payments import ZERO
from siteward_platform.refusals import NotFoundError

VERSION: Final = "0.9"
STATUS: Final[dict[str, str]] = {
    "suggested": "identification",
    "appraised": "identification",
    "reserved": "identification",
    "publicised": "identification",
    "candidate": "identification",
    "elected": "preparation",
    "planned": "preparation",
    "under_construction": "implementation",
    "suspended": "implementation",
    "completed_pending_acceptance": "completion",
    "accepted": "completion",
    "handed_over": "completion",
    "in_maintenance": "maintenance",
    "closed": "completed",
    "eliminated": "cancelled",
    "not_elected": "cancelled",
    "cancelled": "cancelled",
}
"""A livelihood project's life cycle to the standard's projectStatus codelist."""
_SECTOR: Final[dict[str, tuple[str, ...]]] = {
    "kindergarten": ("education",),
    "road": ("transport", "transport.road"),
    "park": ("cultureSportsAndRecreation",),
    "elderly_care": ("health",),
    "lift": ("socialHousing",),
}
"""Kind of project to the standard's projectSector codelist; other kinds say none."""
_MILESTONE: Final = {
    "planned": "scheduled",
    "claimed": "scheduled",
    "accepted": "met",
    "rejected": "notMet",
}
_AUTHORITY: Final = "authority"
_CONTRACTOR: Final = "contractor"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes, as the operator has set it.

    Attributes:
        name: The office.
        url: Where the package is found.
        prefix: Registered project id prefix, ``oc4ids-abc123``; empty while there is none.
        licence: Address of the licence of the data.
    """

    name: str
    url: str
    prefix: str = ""
    licence: str = "https://creativecommons.org/licenses/by/4.0/"


def package(session: Session, publisher: Publisher, today: date) -> dict[str, Any]:
    """The project package of everything that is published.

    Raises:
        NotFoundError: Nothing is published.
    """
    query = (
        select(Project, Publication)
        .join(Publication, Publication.project_id == Project.id)
        .order_by(Project.id)
    )
    projects = [_project(session, p, published, publisher, today) for p, published in
                session.execute(query)]  # fmt: skip
    if not projects:
        raise NotFoundError("nothing_published", "尚无公开的项目", "请系统管理员在项目页公开项目")
    return {
        "uri": publisher.url,
        "publishedDate": max(project["updated"] for project in projects),
        "version": VERSION,
        "publisher": {"name": publisher.name},
        "license": publisher.licence,
        "projects": projects,
    }


def _project(
    session: Session, project: Project, published: Publication, publisher: Publisher, today: date
) -> dict[str, Any]:
    contract = session.get_one(Contract, project.id)
    query = select(Milestone).where(Milestone.project_id == project.id)
    milestones = session.scalars(query.order_by(Milestone.position)).all()
    spent = _spent(session, project.id)
    stage = life_cycle(project, milestones, today)
    id = f"{publisher.prefix}-{project.id}" if publisher.prefix else project.id
    found: dict[str, Any] = {
        "id": id,
        "updated": _updated(session, project.id, published).isoformat(),
        "title": project.name["zh"],
        "status": STATUS[stage],
        "period": period(project.started_on, project.planned_finish),
        "type": "construction",
        "locations": [_location(project)],
        "budget": {"amount": value(contract.approved_estimate)},
        "parties": [
            {
                "id": _AUTHORITY,
                "name": publisher.name,
                "roles": ["publicAuthority", "procuringEntity", "payer"],
            },
            {"id": _CONTRACTOR, "name": contract.payee_name, "roles": ["supplier", "payee"]},
        ],
        "publicAuthority": {"id": _AUTHORITY, "name": publisher.name},
        "contractingProcesses": [
            _process(session, id, project, contract, milestones, spent, publisher, stage)
        ],
        "forecasts": forecasts(session, project, milestones, today),
        "metrics": metrics(session, project, contract, spent, today),
    }
    if project.description:
        found["description"] = project.description
    if sector := _SECTOR.get(project.kind):
        found["sector"] = list(sector)
    return found


def life_cycle(project: Project, milestones: Sequence[Milestone], today: date) -> str:
    """Where a project is in its life, as far as its papers say."""
    if milestones and all(m.status == "accepted" for m in milestones):
        return "accepted"
    return "planned" if today < project.started_on else "under_construction"


def _process(
    session: Session,
    id: str,
    project: Project,
    contract: Contract,
    milestones: Sequence[Milestone],
    spent: Sequence[Spent],
    publisher: Publisher,
    stage: str,
) -> dict[str, Any]:
    titles = {m.id: m.name["zh"] for m in milestones}
    summary: dict[str, Any] = {
        "nature": ["construction"],
        "title": f"{project.name['zh']}施工合同",
        "status": "closed" if stage == "accepted" else "active",
        "suppliers": [{"id": _CONTRACTOR, "name": contract.payee_name}],
        "contractValue": value(contract.contract_sum),
        "contractPeriod": period(contract.signed_on, project.planned_finish),
        "milestones": [_milestone(m) for m in milestones],
        "transactions": [_transaction(s, titles, contract, publisher) for s in spent],
        "modifications": _modifications(session, contract),
    }
    return {"id": f"{id}-works", "summary": {k: v for k, v in summary.items() if v}}


def _milestone(milestone: Milestone) -> dict[str, Any]:
    found = {
        "id": milestone.id,
        "title": milestone.name["zh"],
        "type": "delivery",
        "dueDate": instant(milestone.due),
        "status": _MILESTONE[milestone.status],
    }
    if milestone.accepted_on is not None:
        found["dateMet"] = instant(milestone.accepted_on)
    return found


def _spent(session: Session, project: str) -> list[Spent]:
    """Payments by date; those of one claim are one, once its works money was paid."""
    query = select(Payment).where(Payment.project_id == project).order_by(Payment.paid_on)
    found: list[Spent] = []
    of_claim: dict[int, list[Payment]] = {}
    for payment in session.scalars(query):
        if payment.claim_id is None:
            one = (f"payment-{payment.id}", payment.paid_on, payment.amount, payment.milestone)
            found.append(Spent(*one))
        else:
            of_claim.setdefault(payment.claim_id, []).append(payment)
    for claim, paid in of_claim.items():
        if any(p.amount > p.wage_amount for p in paid):
            total = sum((p.amount for p in paid), ZERO)
            found.append(Spent(f"claim-{claim}", paid[-1].paid_on, total, paid[-1].milestone))
    return sorted(found, key=lambda s: (s.day, s.id))


def _transaction(
    spent: Spent, titles: dict[str, str], contract: Contract, publisher: Publisher
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": spent.id,
        "date": instant(spent.day),
        "value": value(spent.amount),
        "payer": {"id": _AUTHORITY, "name": publisher.name},
        "payee": {"id": _CONTRACTOR, "name": contract.payee_name},
    }
    if spent.milestone in titles:
        title = titles[spent.milestone]
        found["relatedImplementationMilestone"] = {"id": spent.milestone, "title": title}
    return found


def _modifications(session: Session, contract: Contract) -> list[dict[str, Any]]:
    """Approved variations in order; their free texts stay inside, they may name people."""
    query = select(VariationRecord).where(
        VariationRecord.project_id == contract.project_id, VariationRecord.approved_on.is_not(None)
    )
    total = contract.contract_sum
    found = []
    for row in session.scalars(query.order_by(VariationRecord.approved_on, VariationRecord.id)):
        before, total = total, total + row.amount
        found.append(
            {
                "id": row.number,
                "date": instant(row.approved_on or row.raised_on),
                "type": "value",
                "oldContractValue": value(before),
                "newContractValue": value(total),
            }
        )
    return found


def _location(project: Project) -> dict[str, Any]:
    """The standard's 0.9 text and example put the latitude first, unlike GeoJSON."""
    coordinates = [project.latitude, project.longitude]
    return {
        "id": "site",
        "description": project.address or project.name["zh"],
        "geometry": {"type": "Point", "coordinates": coordinates},
    }


def _updated(session: Session, project: str, published: Publication) -> datetime:
    times = [published.published_at]
    for column in (Payment.recorded_at, Measurement.recorded_at):
        owner = column.class_.project_id
        query = select(column).where(owner == project).order_by(column.desc()).limit(1)
        times += session.scalars(query).all()
    return max(times)
