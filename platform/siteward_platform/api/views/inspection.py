"""An inspector's day and what was done on site, as people read them."""

from datetime import timedelta
from typing import Final

from sqlalchemy import desc, or_, select

from siteward_contracts.clock import SHANGHAI
from siteward_platform import visits
from siteward_platform.act import Act
from siteward_platform.api.schemas.inspection import (
    Colleague,
    FieldActOut,
    FieldAlert,
    FieldMilestone,
    FieldSite,
    InspectionDay,
    VisitOut,
)
from siteward_platform.api.schemas.values import Text
from siteward_platform.api.views.alerts import alert_out
from siteward_platform.api.views.people import shown_name
from siteward_platform.checklists import checklists
from siteward_platform.database.models import AlertRecord, FieldAct, Milestone, Project, Visit
from siteward_platform.projects import list_projects

ALERTS_AT_MOST: Final = 100
UNJUDGED_FOR: Final = timedelta(days=3)
"""What ended without anybody's judgement is still worth a look that long."""


def inspection_day(act: Act) -> InspectionDay:
    """All a phone needs to work a day without a line."""
    sites = list_projects(act.session)
    return InspectionDay(
        at=act.at,
        today=act.at.astimezone(SHANGHAI).date(),
        visits=[visit_out(act, visit) for visit in visits.visits_due(act)],
        alerts=[field_alert(act, alert) for alert in _alerts_to_look_at(act)],
        sites=[_site(act, project) for project in sites],
        checklists=list(checklists()),
        colleagues=[
            Colleague(username=person.username, display_name=person.display_name)
            for person in visits.people(act.session)
        ],
    )


def field_alert(act: Act, alert: AlertRecord) -> FieldAlert:
    """An alert with the moment of its verdict."""
    return FieldAlert(**alert_out(act, alert).model_dump(), verdict_at=alert.verdict_at)


def visit_out(act: Act, visit: Visit) -> VisitOut:
    """A visit with the names of its people."""
    same = set(VisitOut.model_fields) - {"project", "inspector_name", "planned_by", "done_by"}
    return VisitOut(
        project=visit.project_id,
        inspector_name=shown_name(act.session, visit.inspector),
        planned_by=shown_name(act.session, visit.planned_by),
        done_by=shown_name(act.session, visit.done_by),
        **{name: getattr(visit, name) for name in same},
    )


def field_milestone(act: Act, milestone: Milestone) -> FieldMilestone:
    """A milestone and who asked last for its acceptance."""
    subject = f"milestone:{milestone.project_id}/{milestone.id}"
    query = select(FieldAct).where(
        FieldAct.project_id == milestone.project_id, FieldAct.subject == subject
    )
    asked = act.session.scalars(query.order_by(desc(FieldAct.received_at)).limit(1)).one_or_none()
    return _milestone(act, milestone, asked)


def field_act_out(act: Act, done: FieldAct) -> FieldActOut:
    """Something done on site."""
    same = set(FieldActOut.model_fields) - {"project", "by", "photos"}
    photos = [*done.body["photos"], *(p for a in done.body.get("answers", ()) for p in a["photos"])]
    return FieldActOut(
        project=done.project_id,
        by=shown_name(act.session, done.username),
        photos=list(dict.fromkeys(photos)),
        **{name: getattr(done, name) for name in same},
    )


def _alerts_to_look_at(act: Act) -> list[AlertRecord]:
    query = select(AlertRecord).where(
        AlertRecord.state != "pending",
        or_(
            AlertRecord.state == "firing",
            AlertRecord.verdict.is_(None) & (AlertRecord.started_at > act.at - UNJUDGED_FOR),
        ),
    )
    newest = query.order_by(desc(AlertRecord.started_at), desc(AlertRecord.id))
    return list(act.session.scalars(newest.limit(ALERTS_AT_MOST)))


def _site(act: Act, project: Project) -> FieldSite:
    query = select(Milestone).where(Milestone.project_id == project.id).order_by(Milestone.position)
    asked = {
        found.subject: found
        for found in act.session.scalars(
            select(FieldAct)
            .where(FieldAct.project_id == project.id, FieldAct.kind == "acceptance_request")
            .order_by(FieldAct.received_at)
        )
    }
    somewhere = (project.latitude or 0.0, project.longitude or 0.0) != (0.0, 0.0)
    return FieldSite(
        id=project.id,
        name=Text(**project.name),
        address=project.address,
        latitude=project.latitude if somewhere else None,
        longitude=project.longitude if somewhere else None,
        milestones=[
            _milestone(act, m, asked.get(f"milestone:{project.id}/{m.id}"))
            for m in act.session.scalars(query)
        ],
    )


def _milestone(act: Act, milestone: Milestone, asked: FieldAct | None) -> FieldMilestone:
    return FieldMilestone(
        id=milestone.id,
        name=Text(**milestone.name),
        due=milestone.due,
        status=milestone.status,
        asked_by=shown_name(act.session, asked.username) if asked else None,
        asked_at=asked.received_at if asked else None,
    )
