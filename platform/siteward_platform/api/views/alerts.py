"""Alerts as people read them."""

from siteward_platform.act import Act
from siteward_platform.api.schemas.safety import AlertOut
from siteward_platform.api.schemas.values import Text
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import AlertRecord, Device, Project, Zone
from siteward_platform.sealed_evidence import worth_of

_PEOPLE = ("acknowledged_by", "verdict_by")
_NAMES = ("project_name", "device_name", "zone_name")
_SAME = set(AlertOut.model_fields) - {"project", "evidence_signature", *_NAMES, *_PEOPLE}


def alert_out(act: Act, alert: AlertRecord) -> AlertOut:
    """An alert with the names of where it is; None for what the project does not know."""
    project = act.session.get_one(Project, alert.project_id)
    return AlertOut(
        project=alert.project_id,
        project_name=Text(**project.name),
        device_name=_device_name(act, alert),
        zone_name=_zone_name(act, project, alert.zone),
        evidence_signature=worth_of(act.session, [alert.evidence]).get(alert.evidence or ""),
        **{name: getattr(alert, name) for name in _SAME},
        **{name: shown_name(act.session, getattr(alert, name)) for name in _PEOPLE},
    )


def _device_name(act: Act, alert: AlertRecord) -> Text | None:
    if alert.device is None:
        return None
    device = act.session.get(Device, (alert.project_id, alert.device))
    return Text(**device.name) if device else None


def _zone_name(act: Act, project: Project, zone: str | None) -> Text | None:
    """Danger zones first: they are what alerts are about."""
    if zone is None:
        return None
    for danger in project.danger_zones:
        if danger["id"] == zone:
            return Text(**danger["name"])
    watched = act.session.get(Zone, (project.id, zone))
    return Text(**watched.name) if watched else None
