"""Alerts and hazards as people read them."""

from siteward_platform.act import Act
from siteward_platform.api.schemas.safety import AlertOut, HazardOut
from siteward_platform.api.schemas.values import Text
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import AlertRecord, HazardRecord, Project

_PEOPLE = ("acknowledged_by", "verdict_by")
_SAME = set(AlertOut.model_fields) - {"project", "project_name", *_PEOPLE}


def alert_out(act: Act, alert: AlertRecord) -> AlertOut:
    """An alert with its project's name."""
    project = act.session.get_one(Project, alert.project_id)
    return AlertOut(
        project=alert.project_id,
        project_name=Text(**project.name),
        **{name: getattr(alert, name) for name in _SAME},
        **{name: shown_name(act.session, getattr(alert, name)) for name in _PEOPLE},
    )


def hazard_out(hazard: HazardRecord) -> HazardOut:
    """A hazard."""
    same = set(HazardOut.model_fields) - {"project"}
    return HazardOut(project=hazard.project_id, **{name: getattr(hazard, name) for name in same})
