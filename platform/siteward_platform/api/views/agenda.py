"""What needs the person looking now: claims, alerts, hazards, milestones, by urgency."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import func, select

from siteward_contracts.clock import SHANGHAI
from siteward_platform.act import Act
from siteward_platform.alerts import JUDGES, AlertFilter, page_of_alerts
from siteward_platform.api.schemas.agenda import Agenda, AgendaItem, AgendaKind
from siteward_platform.api.schemas.values import Severity, Text
from siteward_platform.api.views.hazards import allowed_steps
from siteward_platform.claim_actions import waiting
from siteward_platform.claim_clocks import deadlines_of
from siteward_platform.database.models import (
    AlertRecord,
    FindingRecord,
    HazardRecord,
    Milestone,
    Project,
)
from siteward_platform.hazard_records import hazard_of
from siteward_platform.holds import load_hold
from siteward_rules.hazards.hazard import clock
from siteward_rules.hazards.states import HazardState

SHOWN: Final = 60
SOON: Final = timedelta(days=7)
"""A milestone that comes due within a week wants its department."""
_GRAVITY: Final[tuple[Severity | None, ...]] = (
    None, "info", "general", "serious", "suspected_major", "major",
)  # fmt: skip
_NOBODY_WAITS: Final = frozenset({"grade", "supervise", "end_supervision"})
_ENDED: Final = (HazardState.DISMISSED.value, HazardState.CLOSED.value, HazardState.EFFECTIVE.value)
_FAR: Final = timedelta(days=3650)


def agenda(act: Act) -> Agenda:
    """What waits for the person looking: overdue first, then the gravest, then what is due next."""
    names = {p.id: Text(**p.name) for p in act.session.scalars(select(Project))}
    found = [*_claims(act, names), *_alerts(act, names), *_hazards(act, names)]
    found += _milestones(act, names)
    found.sort(key=lambda item: _urgency(item, act.at))
    return Agenda(items=found[:SHOWN], total=len(found))


def _urgency(item: AgendaItem, now: datetime) -> tuple[bool, int, datetime, datetime]:
    """Money that is held counts as serious, a red flag as general."""
    gravity = _GRAVITY.index(item.severity)
    if item.kind == "claim":
        gravity = _GRAVITY.index("serious" if item.held else "general" if item.flags else "info")
    return (not item.overdue, -gravity, item.due or now + _FAR, item.since)


def _claims(act: Act, names: dict[str, Text]) -> Iterator[AgendaItem]:
    flags = dict(
        act.session.execute(
            select(FindingRecord.claim_id, func.count())
            .where(FindingRecord.cleared_at.is_(None))
            .group_by(FindingRecord.claim_id)
        ).all()
    )
    for claim, actions in waiting(act.session, act.who):
        hold = load_hold(act.session, claim.id)
        running = [
            deadline
            for deadline in deadlines_of(act.session, claim, act.today)
            if deadline.status in ("running", "warning", "passed")
        ]
        next_ = min(running, key=lambda deadline: deadline.due_on, default=None)
        yield _item(
            act,
            names,
            ("claim", claim.id, claim.project_id),
            Text(zh=claim.title, en=claim.title),
            actions,
            claim.filed_at,
            _end_of(next_.due_on) if next_ else None,
            next_.name if next_ else None,
        ).model_copy(
            update={
                "amount": claim.amount,
                "held": hold is not None and hold.is_open,
                "flags": flags.get(claim.id, 0),
            }
        )


def _alerts(act: Act, names: dict[str, Text]) -> Iterator[AgendaItem]:
    """What fires and nobody took, and what was given to me and is not judged."""
    if act.who.role not in JUDGES:
        return
    untaken, _ = page_of_alerts(act.session, AlertFilter(untaken=True), None, 200)
    mine = select(AlertRecord).where(
        AlertRecord.assigned_to == act.who.name, AlertRecord.verdict.is_(None)
    )
    rows = {row.id: row for row in (*untaken, *act.session.scalars(mine.limit(200)))}
    for row in rows.values():
        if row.assigned_to not in (None, act.who.name):
            continue
        actions = ["judge"] if row.acknowledged_by else ["acknowledge"]
        at = row.fired_at or row.started_at
        found = _item(act, names, ("alert", row.id, row.project_id), Text(**row.title), actions, at)
        yield found.model_copy(update={"severity": row.severity})


def _hazards(act: Act, names: dict[str, Text]) -> Iterator[AgendaItem]:
    query = select(HazardRecord).where(HazardRecord.state.not_in(_ENDED))
    for row in act.session.scalars(query):
        hazard = hazard_of(row)
        steps = [s.value for s in allowed_steps(hazard, act.who) if s not in _NOBODY_WAITS]
        if not steps:
            continue
        running = clock(hazard)
        found = _item(
            act,
            names,
            ("hazard", row.id, row.project_id),
            Text(zh=row.description, en=row.description),
            steps,
            row.since,
            running.due if running else None,
            running.name if running else None,
        )
        yield found.model_copy(update={"severity": row.severity})


def _milestones(act: Act, names: dict[str, Text]) -> Iterator[AgendaItem]:
    """Claimed ones wait for the chief supervisor, those due soon for the department."""
    match act.who.role:
        case "chief_supervisor":
            wanted, action = Milestone.status == "claimed", "accept"
        case "department":
            due = Milestone.due <= act.today + SOON
            wanted, action = Milestone.status.in_(("planned", "rejected")) & due, "claim"
        case _:
            return
    for row in act.session.scalars(select(Milestone).where(wanted).order_by(Milestone.due)):
        since = _end_of(row.claimed_on) if row.claimed_on else act.at
        yield _item(
            act,
            names,
            ("milestone", row.id, row.project_id),
            Text(**row.name),
            [action],
            since,
            _end_of(row.due) if action == "claim" else None,
            "milestone" if action == "claim" else None,
        )


def _item(
    act: Act,
    names: dict[str, Text],
    what: tuple[AgendaKind, int | str, str],
    title: Text,
    actions: list[str],
    since: datetime,
    due: datetime | None = None,
    clock_name: str | None = None,
) -> AgendaItem:
    kind, number, project = what
    return AgendaItem(
        kind=kind,
        id=str(number),
        project=project,
        project_name=names[project],
        title=title,
        severity=None,
        actions=actions,
        since=since,
        due=due,
        clock=clock_name,
        overdue=due is not None and due < act.at,
        amount=None,
        held=False,
        flags=0,
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI) - timedelta(seconds=1)
