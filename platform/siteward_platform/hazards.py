"""Hazards that people found or confirmed. Software never makes one ``major``."""

from collections.abc import Sequence

from sqlalchemy import desc, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.safety import HazardClosureIn, HazardIn
from siteward_platform.database.models import AlertRecord, HazardRecord
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError


def record_hazard(act: Act, project_id: str, body: HazardIn) -> HazardRecord:
    """Records a hazard.

    Raises:
        InvalidError: ``major`` without its clause, a due date before the find, or a foreign alert.
    """
    act.check_date("found_on", body.found_on)
    if body.severity == "major" and not body.clause.strip():
        raise InvalidError(
            "clause_missing",
            "认定重大事故隐患必须写明所依据的条款（建质规〔2024〕5号）",
            "请填写条款，或先登记为疑似重大隐患",
            {"clause": "必填"},
        )
    if body.due < body.found_on:
        raise InvalidError(
            "due_before_found", "整改期限早于发现日期", "请检查日期", {"due": "早于发现日期"}
        )
    act.change(project_id)
    if body.alert is not None:
        alert = act.session.get(AlertRecord, body.alert)
        if alert is None or alert.project_id != project_id:
            message = f"本项目没有预警 {body.alert}"
            raise InvalidError("no_such_alert", message, "请检查编号", {"alert": message})
    fields = body.model_dump(exclude={"alert"})
    hazard = HazardRecord(
        project_id=project_id,
        alert_id=body.alert,
        found_by=act.who.name,
        state="confirmed",
        found_at=act.at,
        since=act.at,
        **fields,
    )
    act.session.add(hazard)
    act.session.flush()
    act.log("hazard.record", f"hazard:{hazard.id}", project=project_id, **body.model_dump())
    act.announce("project", project_id, project_id)
    return hazard


def close_hazard(act: Act, hazard_id: int, body: HazardClosureIn) -> HazardRecord:
    """Closes a hazard after a recheck by another person than the finder.

    Raises:
        ConflictError: It is closed already, or the finder would close it.
        InvalidError: Closed before it was found.
    """
    act.check_date("closed_on", body.closed_on)
    hazard = act.session.get(HazardRecord, hazard_id)
    if hazard is None:
        raise NotFoundError("no_such_hazard", f"没有编号为 {hazard_id} 的隐患", "请从列表中选择")
    act.change(hazard.project_id)
    act.session.refresh(hazard)
    if hazard.closed_on is not None:
        raise ConflictError("hazard_closed", f"该隐患已于 {hazard.closed_on} 销号")
    if hazard.found_by == act.who.name:
        raise ConflictError("same_person", "发现人不能为自己发现的隐患销号", "请由另一人复查销号")
    if body.closed_on < hazard.found_on:
        raise InvalidError(
            "closed_before_found",
            "销号日期早于发现日期",
            "请检查日期",
            {"closed_on": "早于发现日期"},
        )
    hazard.closed_on, hazard.closed_by = body.closed_on, act.who.name
    hazard.closure_note, hazard.state = body.note, "closed"
    act.log("hazard.close", f"hazard:{hazard_id}", project=hazard.project_id, **body.model_dump())
    act.announce("project", hazard.project_id, hazard.project_id)
    return hazard


def list_hazards(session: Session, project_id: str) -> Sequence[HazardRecord]:
    """A project's hazards, newest first."""
    query = select(HazardRecord).where(HazardRecord.project_id == project_id)
    return session.scalars(query.order_by(desc(HazardRecord.id))).all()
