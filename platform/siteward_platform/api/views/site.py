"""What stands on a site: work items, milestones, zones and devices with their last readings."""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from siteward_contracts.catalog import HAZARDS, METRICS
from siteward_ingest.series import Point, SeriesStore, StoreError
from siteward_platform.act import Act
from siteward_platform.api.schemas.projects import (
    DeviceOut,
    MilestoneOut,
    Reading,
    WorkItemOut,
    ZoneOut,
)
from siteward_platform.api.schemas.values import Text
from siteward_platform.api.views.people import shown_name
from siteward_platform.camera_sight import online_ratio
from siteward_platform.database.models import (
    Device,
    DeviceState,
    Milestone,
    WorkItem,
    Zone,
    ZoneState,
)
from siteward_platform.sealed_evidence import worth_of
from siteward_platform.standing import health
from siteward_rules.facts import ProjectFacts
from siteward_rules.money.earned_value import planned_percent

_log = logging.getLogger(__name__)


def work_items_out(act: Act, facts: ProjectFacts) -> list[WorkItemOut]:
    """Work items with planned, reported, accepted and camera percent."""
    query = select(WorkItem).where(WorkItem.project_id == facts.project)
    rows = {row.id: row for row in act.session.scalars(query)}
    return [
        WorkItemOut(
            id=item.id,
            name=Text(**rows[item.id].name),
            value=item.value,
            planned_start=item.planned_start,
            planned_finish=item.planned_finish,
            planned_percent=planned_percent(item, facts.as_of),
            reported_percent=item.reported_percent,
            accepted_percent=item.accepted_percent,
            camera_percent=item.camera_percent,
        )
        for item in facts.work_items
    ]


def milestones_out(act: Act, project: str) -> list[MilestoneOut]:
    """Milestones in their order."""
    query = select(Milestone).where(Milestone.project_id == project).order_by(Milestone.position)
    return [
        MilestoneOut.model_validate(row).model_copy(
            update={"accepted_by": shown_name(act.session, row.accepted_by)}
        )
        for row in act.session.scalars(query)
    ]


def zones_out(act: Act, facts: ProjectFacts) -> list[ZoneOut]:
    """Zones as cameras last measured them, beside what people say of their work item."""
    items = {item.id: item for item in facts.work_items}
    shown = act.who.role != "panel"
    query = (
        select(Zone, ZoneState)
        .outerjoin(
            ZoneState, (ZoneState.project_id == Zone.project_id) & (ZoneState.zone == Zone.id)
        )
        .where(Zone.project_id == facts.project)
        .order_by(Zone.position)
    )
    rows = act.session.execute(query).all()
    worth = worth_of(act.session, [state.evidence for _, state in rows if state])
    return [
        ZoneOut(
            id=zone.id,
            name=Text(**zone.name),
            camera=zone.camera,
            work_item=zone.work_item,
            weight=zone.weight,
            polygon=zone.polygon,
            states=zone.states,
            state=state.state if state else None,
            camera_percent=state.percent if state else None,
            confidence=state.confidence if state else None,
            coverage=state.coverage if state else None,
            uncertain=state.uncertain if state else False,
            measured_at=state.measured_at if state else None,
            evidence=state.evidence if state and shown else None,
            evidence_signature=worth.get(state.evidence or "") if state and shown else None,
            before=state.before if state and shown else None,
            last_good=state.last_good if state else None,
            reported_percent=items[zone.work_item].reported_percent,
            accepted_percent=items[zone.work_item].accepted_percent,
        )
        for zone, state in rows
    ]


def devices_out(act: Act, series: SeriesStore, project: str) -> list[DeviceOut]:
    """Devices with health and last readings; without series, only what the database knows."""
    points, ratios = _from_series(act, series, project)
    query = (
        select(Device, DeviceState)
        .outerjoin(
            DeviceState,
            (DeviceState.project_id == Device.project_id) & (DeviceState.device == Device.id),
        )
        .where(Device.project_id == project)
        .order_by(Device.position)
    )
    return [
        DeviceOut(
            id=device.id,
            kind=device.kind,
            name=Text(**device.name),
            health=health(state, act.at),
            since=state.since if state else None,
            last_seen=state.last_seen if state else None,
            last_good=state.last_good if state else None,
            fps=state.fps if state else None,
            online_ratio_7d=ratios.get(device.id),
            readings=readings_out(points, device.id),
        )
        for device, state in act.session.execute(query)
    ]


def _from_series(
    act: Act, series: SeriesStore, project: str
) -> tuple[Sequence[Point], Mapping[str, float | None]]:
    query = select(Device.id).where(Device.project_id == project, Device.kind == "camera")
    cameras = act.session.scalars(query).all()
    try:
        ratios = {camera: online_ratio(series, project, camera, act.at) for camera in cameras}
        return series.latest(project), ratios
    except StoreError as error:
        _log.warning("series_unavailable project=%s error=%s", project, error)
        return [], {}


def readings_out(points: Sequence[Point], device: str) -> list[Reading]:
    """The last value of each catalogue metric of a device, in the catalogue's order."""
    latest = {p.metric: p for p in points if p.device == device}
    return [
        Reading(metric=name, name=name_of(name), unit=unit_of(name), value=point.value, ts=point.ts)
        for name in METRICS
        if (point := latest.get(name))
    ]


_PERIODS = {"minute": "分钟", "hour": "小时", "day": "日"}
_STATISTICS = {"avg": "均值", "min": "最小值", "max": "最大值", "sum": "累计"}


def name_of(metric: str) -> Text:
    """A metric's name in both languages; zones and hazards have metrics of their own."""
    if metric in METRICS:
        return Text(zh=METRICS[metric].zh, en=METRICS[metric].en)
    family, _, rest = metric.partition(".")
    if family == "detection" and rest in HAZARDS:
        return Text(zh=HAZARDS[rest].zh, en=HAZARDS[rest].en)
    if family in METRICS:  # what the instrument computed, e.g. pm10.hour_avg
        period, _, statistic = rest.partition("_")
        zh = _PERIODS.get(period, period) + _STATISTICS.get(statistic, statistic)
        return Text(
            zh=f"{METRICS[family].zh} {zh}", en=f"{METRICS[family].en}, {period} {statistic}"
        )
    return Text(zh=f"区域 {rest} 进度", en=f"Progress of zone {rest}")


def unit_of(metric: str) -> str:
    """A metric's unit."""
    family = metric.partition(".")[0]
    if family in METRICS:
        return METRICS[family].unit
    return "%" if metric.startswith("progress.") else ""
