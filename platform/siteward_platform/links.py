"""What linking rules say of a project now: gathered from its papers, cameras and alerts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from siteward_contracts.clock import SHANGHAI
from siteward_ingest.series import SeriesKey, SeriesStore
from siteward_platform.act import Act
from siteward_platform.claims import open_findings
from siteward_platform.database.models import (
    AlertRecord,
    Claim,
    HazardRecord,
    Link,
    Measurement,
    Milestone,
    Notice,
    Zone,
)
from siteward_platform.facts import accepted_progress, paper_facts
from siteward_rules import links as rules
from siteward_rules.facts import ProjectFacts
from siteward_rules.findings import Text
from siteward_rules.links import LOOKED_DAYS, ZoneDays
from siteward_rules.money.claims import OPEN
from siteward_rules.money.earned_value import earned_value

_NIGHTS: Final = timedelta(days=30)
NIGHT_WORK: Final = "night_work"
"""Hazard kind of what L8 counts."""
_BLACKOUT: Final = "FR-19"
_EVENING: Final = timedelta(hours=12)
"""A night belongs to the day on which it began; work before noon is last night's."""


def links_of(
    session: Session, series: SeriesStore, project: str, now: datetime
) -> list[rules.Link]:
    """Everything that follows now.

    Raises:
        StoreError: The time series do not answer.
    """
    today = now.astimezone(SHANGHAI).date()
    facts = paper_facts(session, project, today)
    found = [
        *_milestones(session, series, facts),
        *_claims(session, project, today),
        rules.night_breaks(_nights(session, project, now)),
        rules.recovery_plan(_periods(session, facts)),
    ]
    return [link for link in found if link is not None]


def keep_links(act: Act, project: str, found: Sequence[rules.Link]) -> None:
    """Writes what began and what is over; whoever is to act is told of what is new."""
    standing = {(row.rule, row.subject): row for row in open_links(act.session, project)}
    changed = False
    for link in found:
        row = standing.pop((link.rule, link.subject), None)
        if row is None:
            row = Link(project_id=project, rule=link.rule, subject=link.subject, since=act.at)
            changed = True
        _write(act, row, link)
    for row in standing.values():
        row.until = act.at
        changed = True
    if changed:
        act.announce("project", project, project)


def open_links(session: Session, project: str) -> Sequence[Link]:
    """What stands, oldest first."""
    query = select(Link).where(Link.project_id == project, Link.until.is_(None))
    return session.scalars(query.order_by(Link.since, Link.id)).all()


def _write(act: Act, row: Link, link: rules.Link) -> None:
    fresh = row.id is None
    row.severity, row.roles = link.severity, list(link.roles)
    row.title, row.text = link.title._asdict(), link.text._asdict()
    act.session.add(row)
    if not fresh:
        return
    act.session.flush()
    for role in link.roles:
        act.session.add(
            Notice(
                project_id=row.project_id, topic=link.rule, role=role, why="new",
                severity=row.severity, title=row.title, text=row.text, channel="in_app",
                at=act.at, link_id=row.id,
            )
        )  # fmt: skip


def _milestones(
    session: Session, series: SeriesStore, facts: ProjectFacts
) -> Iterator[rules.Link | None]:
    query = select(Milestone.id, Milestone.work_items).where(Milestone.project_id == facts.project)
    items = {milestone: list(parts) for milestone, parts in session.execute(query)}
    zones = session.scalars(select(Zone).where(Zone.project_id == facts.project)).all()
    sections = _sections(session, facts.project, zones)
    hazards = [(hazard, sections.get(hazard.id)) for hazard in facts.hazards]
    for milestone in facts.milestones:
        if milestone.status == "accepted":
            continue
        parts = items[milestone.id]
        yield rules.closed_gate(milestone, parts, hazards)
        if milestone.status != "claimed":
            watched = [_zone_days(series, z, facts.as_of) for z in zones if z.work_item in parts]
            yield rules.claimed_ready(milestone, watched)


def _sections(session: Session, project: str, zones: Sequence[Zone]) -> dict[int, str]:
    """Hazard to the work item of the zone its alert was raised in."""
    query = (
        select(HazardRecord.id, AlertRecord.zone)
        .join(AlertRecord, AlertRecord.id == HazardRecord.alert_id)
        .where(HazardRecord.project_id == project)
    )
    grows = {zone.id: zone.work_item for zone in zones}
    return {hazard: grows[zone] for hazard, zone in session.execute(query) if zone in grows}


def _zone_days(series: SeriesStore, zone: Zone, today: date) -> ZoneDays:
    target = max((float(state["percent"]) for state in zone.states), default=100.0)
    first = today - timedelta(days=LOOKED_DAYS - 1)
    start, end = _midnight(first), _midnight(today + timedelta(days=1))
    key = SeriesKey(zone.project_id, zone.camera, f"progress.{zone.id}")
    by_day = {ts.astimezone(SHANGHAI).date(): value for ts, value in series.raw(key, start, end)}
    days = (first + timedelta(days=n) for n in range(LOOKED_DAYS))
    name = Text(zone.name["zh"], zone.name["en"])
    return ZoneDays(name, target, tuple(by_day.get(day) for day in days))


def _claims(session: Session, project: str, today: date) -> Iterator[rules.Link | None]:
    """L5 of every open claim that the cameras were blind before."""
    live = [state.value for state in OPEN]
    query = select(Claim).where(Claim.project_id == project, Claim.state.in_(live))
    measured = session.scalar(
        select(func.max(Measurement.measured_on)).where(
            Measurement.project_id == project, Measurement.measured_on <= today
        )
    )
    for claim in session.scalars(query.order_by(Claim.id)).all():
        if any(finding.rule == _BLACKOUT for finding in open_findings(session, claim.id)):
            yield rules.verification_form(claim.id, claim.title, claim.claimed_on, measured)


def _nights(session: Session, project: str, now: datetime) -> set[date]:
    query = select(AlertRecord.started_at).where(
        AlertRecord.project_id == project,
        AlertRecord.kind == NIGHT_WORK,
        AlertRecord.started_at >= now - _NIGHTS,
        AlertRecord.verdict.is_distinct_from("false_alarm"),
    )
    return {(ts - _EVENING).astimezone(SHANGHAI).date() for ts in session.scalars(query)}


def _periods(session: Session, facts: ProjectFacts) -> list[float | None]:
    """SPI at the ends of the last three months; None where nothing was measured until then."""
    ends: list[date] = []
    day = facts.as_of
    for _ in range(3):
        day = day.replace(day=1) - timedelta(days=1)
        ends.append(day)
    accepted = accepted_progress(session, facts.project, facts.as_of)
    values: list[float | None] = []
    for end in reversed(ends):
        known = {one.work_item: one.percent for one in accepted if one.on <= end}
        if not known:  # nothing was on record yet: not late, but not known
            values.append(None)
            continue
        items = [replace(i, accepted_percent=known.get(i.id, 0.0)) for i in facts.work_items]
        values.append(earned_value(items, (), end).spi)
    return values


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
