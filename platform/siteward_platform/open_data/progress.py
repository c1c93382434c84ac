"""Planned and actual progress, physical and financial, as OC4IDS forecasts and metrics."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.database.models import Contract, Measurement, Milestone, Project
from siteward_platform.facts import paper_facts
from siteward_platform.open_data.values import Spent, instant
from siteward_platform.payments import ZERO
from siteward_rules.facts import WorkItemFacts
from siteward_rules.money.earned_value import planned_percent, weighed_percent

_PERCENT: Final = {"name": "percent", "id": "P1", "scheme": "UNCEFACT"}
_SHOWN: Final = 36
"""Observations of one metric at most: three years of months."""


def forecasts(
    session: Session, project: Project, milestones: Sequence[Milestone], today: date
) -> list[dict[str, Any]]:
    """What was planned, at every milestone's date."""
    items = paper_facts(session, project.id, today).work_items
    days = sorted({m.due for m in milestones} | {project.planned_finish})
    planned = [(day, _planned(items, day)) for day in days]
    return [
        _metric("physicalProgress", "计划形象进度", planned),
        _metric("financialProgress", "计划完成产值占比", planned),
    ]


def _planned(items: Sequence[WorkItemFacts], day: date) -> float:
    return weighed_percent(items, lambda item: planned_percent(item, day))


def metrics(
    session: Session, project: Project, contract: Contract, spent: Sequence[Spent], today: date
) -> list[dict[str, Any]]:
    """What was accepted and what was paid, each time either changed."""
    query = select(Measurement.measured_on).where(
        Measurement.project_id == project.id, Measurement.measured_on <= today
    )
    days = sorted(set(session.scalars(query)))[-_SHOWN:]
    accepted = [(day, _accepted(session, project.id, day)) for day in days]
    total = paper_facts(session, project.id, today).contract_total
    paid, running = [], ZERO
    for one in spent:
        running += one.amount
        paid.append((one.day, float(100 * running / total) if total > 0 else 0.0))
    found = [
        _metric("physicalProgress", "核定形象进度", accepted),
        _metric("financialProgress", "累计付款占合同价比例", paid[-_SHOWN:]),
    ]
    return [metric for metric in found if metric["observations"]]


def _accepted(session: Session, project: str, day: date) -> float:
    items = paper_facts(session, project, day).work_items
    return weighed_percent(items, lambda item: item.accepted_percent)


def _metric(id: str, title: str, values: Iterable[tuple[date, float]]) -> dict[str, Any]:
    return {
        "id": id,
        "title": title,
        "observations": [
            {
                "id": str(number),
                "period": {"startDate": instant(day), "endDate": instant(day)},
                "measure": f"{value:.1f}",
                "unit": _PERCENT,
            }
            for number, (day, value) in enumerate(values, 1)
        ],
    }
