"""Alerts as people read them."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.safety import AlertOut
from siteward_platform.api.schemas.values import Text
from siteward_platform.database.models import Account, AlertRecord, Device, Project, Zone
from siteward_platform.sealed_evidence import worth_of

_PEOPLE = ("acknowledged_by", "assigned_to", "verdict_by")
_NAMES = ("project_name", "device_name", "zone_name")
_SAME = set(AlertOut.model_fields) - {
    "project", "evidence_signature", "assigned_username", *_NAMES, *_PEOPLE
}  # fmt: skip


def alerts_out(act: Act, alerts: Sequence[AlertRecord]) -> list[AlertOut]:
    """Alerts with the names of where they are; None for what a project does not know.

    What they share is read at once: the queries do not grow with the alerts.
    """
    session = act.session
    worth = worth_of(session, [alert.evidence for alert in alerts])
    ids = {alert.project_id for alert in alerts}
    projects = {p.id: p for p in session.scalars(select(Project).where(Project.id.in_(ids)))}
    devices = select(Device.project_id, Device.id, Device.name)
    zones = select(Zone.project_id, Zone.id, Zone.name)
    device_names = _names(session, devices.where(Device.project_id.in_(ids)))
    zone_names = _names(session, zones.where(Zone.project_id.in_(ids)))
    people = {name: name for alert in alerts for name in _people(alert)}
    known = select(Account.username, Account.display_name).where(Account.username.in_(people))
    people |= dict(session.execute(known).all())
    return [
        AlertOut(
            project=alert.project_id,
            project_name=Text(**projects[alert.project_id].name),
            device_name=device_names.get((alert.project_id, alert.device or "")),
            zone_name=_danger_zone(projects[alert.project_id], alert.zone)
            or zone_names.get((alert.project_id, alert.zone or "")),
            evidence_signature=worth.get(alert.evidence or ""),
            assigned_username=alert.assigned_to,
            **{name: getattr(alert, name) for name in _SAME},
            **{name: people.get(getattr(alert, name)) for name in _PEOPLE},
        )
        for alert in alerts
    ]


def alert_out(act: Act, alert: AlertRecord) -> AlertOut:
    """One alert."""
    return alerts_out(act, [alert])[0]


def _names(
    session: Session, query: Select[str, str, dict[str, str]]
) -> dict[tuple[str, str], Text]:
    return {(project, id): Text(**name) for project, id, name in session.execute(query)}


def _people(alert: AlertRecord) -> Iterator[str]:
    """Who had to do with an alert; what is no account (the rules) keeps its name."""
    for name in _PEOPLE:
        if (username := getattr(alert, name)) is not None:
            yield username


def _danger_zone(project: Project, zone: str | None) -> Text | None:
    """Danger zones come before zones: they are what alerts are about."""
    for danger in project.danger_zones:
        if danger["id"] == zone:
            return Text(**danger["name"])
    return None
