"""Work items and zones of projects, with what people and cameras say of their progress."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from siteward_platform.database.models import (
    Measurement,
    ProgressReport,
    WorkItem,
    Zone,
    ZoneState,
)
from siteward_rules.facts import WorkItemFacts, ZoneFacts


def camera_percent(zones: Iterable[ZoneFacts]) -> tuple[float | None, float]:
    """Mean percent over measured zones by weight, and the weight they cover (0 to 1)."""
    measured = [z for z in zones if z.percent is not None]
    coverage = sum(z.weight for z in measured)
    if coverage <= 0:
        return None, 0.0
    return sum(z.weight * (z.percent or 0.0) for z in measured) / coverage, min(1.0, coverage)


def work_items_by_project(
    session: Session,
    projects: Sequence[str],
    as_of: date,
    zones: Mapping[str, Sequence[ZoneFacts]],
) -> dict[str, tuple[WorkItemFacts, ...]]:
    """The work items of several projects, with what was accepted and reported by a day."""
    accepted = _last_percents(session, Measurement, Measurement.measured_on, projects, as_of)
    reported = _last_percents(session, ProgressReport, ProgressReport.reported_on, projects, as_of)
    query = select(WorkItem).where(WorkItem.project_id.in_(projects))
    items: dict[str, tuple[WorkItemFacts, ...]] = {}
    for item in session.scalars(query.order_by(WorkItem.project_id, WorkItem.position)):
        where = (item.project_id, item.id)
        watched = (z for z in zones.get(item.project_id, ()) if z.work_item == item.id)
        fact = WorkItemFacts(
            id=item.id,
            value=item.value,
            planned_start=item.planned_start,
            planned_finish=item.planned_finish,
            reported_percent=reported.get(where, 0.0),
            accepted_percent=accepted.get(where, 0.0),
            camera_percent=camera_percent(watched)[0],
        )
        items[item.project_id] = (*items.get(item.project_id, ()), fact)
    return items


def _last_percents(
    session: Session,
    table: type[Measurement | ProgressReport],
    day: InstrumentedAttribute[date],
    projects: Sequence[str],
    as_of: date,
) -> dict[tuple[str, str], float]:
    """The last percent of each work item: the last row of a key wins."""
    query = (
        select(table.project_id, table.work_item, table.percent)
        .where(table.project_id.in_(projects), day <= as_of)
        .order_by(day, table.id)
    )
    return {(project, item): percent for project, item, percent in session.execute(query)}


def zones_by_project(session: Session, projects: Sequence[str]) -> dict[str, tuple[ZoneFacts, ...]]:
    """The zones of several projects as cameras last measured them."""
    query = (
        select(Zone, ZoneState)
        .outerjoin(
            ZoneState, (ZoneState.project_id == Zone.project_id) & (ZoneState.zone == Zone.id)
        )
        .where(Zone.project_id.in_(projects))
        .order_by(Zone.project_id, Zone.position)
    )
    zones: dict[str, tuple[ZoneFacts, ...]] = {}
    for zone, state in session.execute(query):
        zones[zone.project_id] = (*zones.get(zone.project_id, ()), _zone(zone, state))
    return zones


def _zone(zone: Zone, state: ZoneState | None) -> ZoneFacts:
    facts = ZoneFacts(
        id=zone.id,
        camera=zone.camera,
        work_item=zone.work_item,
        weight=zone.weight,
        name_zh=zone.name["zh"],
        name_en=zone.name["en"],
    )
    if state is None:
        return facts
    return replace(
        facts,
        state=state.state,
        percent=state.percent,
        confidence=state.confidence,
        uncertain=state.uncertain,
        evidence=state.evidence,
        state_zh=_state_name(zone, state.state, "zh"),
        state_en=_state_name(zone, state.state, "en"),
    )


def _state_name(zone: Zone, code: str, language: Literal["zh", "en"]) -> str:
    names: dict[str, Any] = {s["code"]: s["name"] for s in zone.states}
    return str(names[code][language]) if code in names else code
