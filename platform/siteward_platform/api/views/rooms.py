"""A project's rooms: forecasts, devices over time, cameras to be set up."""

import logging
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from siteward_contracts.state_templates import Step, Template, steps, templates
from siteward_ingest.series import SeriesStore, StoreError
from siteward_platform.act import Act
from siteward_platform.agent_keys import check_device
from siteward_platform.api.schemas.rooms import (
    CameraPicture,
    CameraSetup,
    CameraZoneOut,
    DeviceAlertOut,
    DeviceTimelineOut,
    Estimate,
    Forecast,
    NamedZone,
    StateTemplateOut,
    StretchOut,
    TemplateStateOut,
)
from siteward_platform.api.schemas.values import Text
from siteward_platform.camera_zones import agent_of
from siteward_platform.database.models import (
    AlertRecord,
    Device,
    DeviceState,
    Evidence,
    Zone,
)
from siteward_platform.device_timeline import fit_ratio, timeline
from siteward_platform.facts import paper_facts
from siteward_platform.projects import get_project
from siteward_platform.refusals import UnavailableError
from siteward_platform.standing import health
from siteward_rules.money.earned_value import earned_value, forecast_finish

_log = logging.getLogger(__name__)
_PICTURES: Final = 12


def forecast(act: Act, project_id: str) -> Forecast:
    """What today's earned value says of the end."""
    project = get_project(act.session, project_id)
    facts = paper_facts(act.session, project_id, act.today)
    value = earned_value(facts.work_items, facts.payments, act.today)
    return Forecast(
        as_of=act.today,
        schedule_variance=value.sv,
        cost_variance=value.cv,
        estimates=[
            Estimate(supposes="typical", formula="BAC ÷ CPI", amount=value.eac_typical),
            Estimate(supposes="atypical", formula="AC + (BAC − EV)", amount=value.eac_atypical),
            Estimate(
                supposes="combined", formula="AC + (BAC − EV) ÷ (CPI × SPI)",
                amount=value.eac_combined,
            ),
        ],
        variance_at_completion=value.vac,
        to_complete_index=value.tcpi,
        planned_finish=project.planned_finish,
        finish=forecast_finish(project.started_on, project.planned_finish, value),
    )  # fmt: skip


def device_timelines(
    act: Act, series: SeriesStore, project_id: str, days: int
) -> list[DeviceTimelineOut]:
    """Every device over the last days, with the alerts about itself.

    Raises:
        NotFoundError: No such project.
        UnavailableError: The time series do not answer.
    """
    get_project(act.session, project_id)
    start = act.at - timedelta(days=days)
    query = select(Device).where(Device.project_id == project_id).order_by(Device.position)
    devices = act.session.scalars(query).all()
    alerts = act.session.scalars(
        select(AlertRecord)
        .where(
            AlertRecord.project_id == project_id,
            AlertRecord.device.in_([device.id for device in devices]),
            AlertRecord.kind.startswith("camera_"),
            AlertRecord.state != "pending",
            AlertRecord.resolved_at.is_(None) | (AlertRecord.resolved_at > start),
        )
        .order_by(AlertRecord.started_at)
    ).all()
    try:
        return [
            _timeline_out(act, series, device, days, [a for a in alerts if a.device == device.id])
            for device in devices
        ]
    except StoreError as error:
        _log.warning("series_unavailable project=%s error=%s", project_id, error)
        raise UnavailableError(
            "series_unavailable", "时序数据库没有响应，暂时看不到设备的历史状态", "请稍后重试"
        ) from error


def _timeline_out(
    act: Act, series: SeriesStore, device: Device, days: int, alerts: list[AlertRecord]
) -> DeviceTimelineOut:
    start = act.at - timedelta(days=days)
    stretches = timeline(series, device.project_id, device.id, device.kind, start, act.at)
    return DeviceTimelineOut(
        device=device.id,
        kind=device.kind,
        name=Text(**device.name),
        fit_ratio=fit_ratio(stretches),
        stretches=[StretchOut.model_validate(stretch) for stretch in stretches],
        alerts=[
            DeviceAlertOut(
                id=a.id, kind=a.kind, title=Text(**a.title), start=a.started_at, end=a.resolved_at
            )
            for a in alerts
        ],
    )


def state_templates(storeys: int) -> list[StateTemplateOut]:
    """Every template a camera can follow, with so many storeys where it has them."""
    return [_template_out(t, storeys) for t in templates().values() if t.camera]


def _template_out(template: Template, storeys: int) -> StateTemplateOut:
    return StateTemplateOut(
        name=template.name,
        title=Text(zh=template.title.zh, en=template.title.en),
        note=template.note,
        storeys=template.storeys is not None,
        unseen_weight=template.unseen_weight,
        states=[_state_out(step) for step in steps(template, storeys)],
    )


def _state_out(step: Step) -> TemplateStateOut:
    return TemplateStateOut(
        code=step.code,
        name=Text(zh=step.zh, en=step.en),
        percent=step.percent,
        acceptance=step.acceptance,
        unseen=step.unseen,
    )


def camera_setup(act: Act, project_id: str, camera: str) -> CameraSetup:
    """What is needed to set a camera up.

    Raises:
        NotFoundError: No such project or camera.
    """
    check_device(act.session, project_id, camera, "camera")
    session = act.session
    device = session.get_one(Device, (project_id, camera))
    state = session.get(DeviceState, (project_id, camera))
    pictures = session.scalars(
        select(Evidence)
        .where(Evidence.project_id == project_id, Evidence.device == camera)
        .order_by(Evidence.ts.desc())
        .limit(_PICTURES)
    )
    zones = session.scalars(
        select(Zone)
        .where(Zone.project_id == project_id, Zone.camera == camera)
        .order_by(Zone.position)
    )
    danger = get_project(session, project_id).danger_zones
    return CameraSetup(
        project=project_id,
        camera=camera,
        name=Text(**device.name),
        agent=agent_of(session, project_id, camera),
        health=health(state, act.at),
        last_good=state.last_good if state else None,
        pictures=[CameraPicture.model_validate(p) for p in pictures],
        zones=[CameraZoneOut.model_validate(zone) for zone in zones],
        danger_zones=[
            NamedZone(id=z["id"], name=Text(**z["name"])) for z in danger if z["camera"] == camera
        ],
    )  # fmt: skip
