"""Alerts, people's judgement of them, and evidence pictures."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse

from siteward_platform import alerts, projects
from siteward_platform.alerts import AlertFilter
from siteward_platform.api.access import Safety, Staff
from siteward_platform.api.schemas.safety import (
    AlertOut,
    AlertPage,
    AlertsIn,
    AlertsOut,
    AlertState,
    AssigneeOut,
    AssignmentIn,
    EvidenceOut,
    EvidenceStrip,
    VerdictIn,
)
from siteward_platform.api.schemas.values import Severity
from siteward_platform.api.views.alerts import alert_out, alerts_out
from siteward_platform.api.views.evidence import evidence_out, evidence_strip, no_evidence
from siteward_platform.refusals import InvalidError

router: Final = APIRouter(tags=["safety"])

_FOREVER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}


@router.get("/alerts")
def list_alerts(
    desk: Staff,
    project: str | None = None,
    state: AlertState | None = None,
    severity: Severity | None = None,
    kind: str | None = None,
    device: str | None = None,
    zone: str | None = None,
    mine: bool = False,
    untaken: bool = False,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AlertPage:
    """Alerts, newest first; ``before`` is the ``next_before`` of the page before.

    ``mine`` are those given to me, or taken by me; ``untaken`` fire and nobody took them.
    """
    me = desk.who.name if mine else None
    wanted = AlertFilter(project, state, severity, kind, device, zone, me, untaken)
    with desk.look() as act:
        rows, total = alerts.page_of_alerts(act.session, wanted, before, limit)
        return AlertPage(
            alerts=alerts_out(act, rows),
            total=total,
            next_before=rows[-1].id if len(rows) == limit else None,
        )


@router.get("/alerts/assignees")
def list_assignees(desk: Staff) -> list[AssigneeOut]:
    """Whom alerts can be given to."""
    with desk.look() as act:
        return [AssigneeOut.model_validate(row) for row in alerts.assignees(act.session)]


@router.post("/alerts/acknowledgement")
def acknowledge_alerts(desk: Safety, body: AlertsIn) -> AlertsOut:
    """Takes many at once; answers which of them were free."""
    with desk.act() as act:
        return AlertsOut(alerts=alerts.acknowledge_all(act, body.alerts))


@router.post("/alerts/acknowledgement/withdrawal")
def take_back_acknowledgements(desk: Safety, body: AlertsIn) -> AlertsOut:
    """Undoes one's own acknowledgements; answers which."""
    with desk.act() as act:
        return AlertsOut(alerts=alerts.take_back_all(act, body.alerts))


@router.put("/alerts/{alert}/assignment")
def assign_alert(desk: Safety, alert: int, body: AssignmentIn) -> AlertOut:
    """Gives an alert to somebody of the safety staff, or to nobody."""
    with desk.act() as act:
        return alert_out(act, alerts.assign(act, alert, body.username))


@router.get("/alerts/{alert}")
def get_alert(desk: Staff, alert: int) -> AlertOut:
    """An alert."""
    with desk.look() as act:
        return alert_out(act, alerts.get_alert(act.session, alert))


@router.post("/alerts/{alert}/acknowledgement")
def acknowledge_alert(desk: Safety, alert: int) -> AlertOut:
    """Somebody has seen it and takes care."""
    with desk.act() as act:
        return alert_out(act, alerts.acknowledge(act, alert))


@router.delete("/alerts/{alert}/acknowledgement")
def take_back_acknowledgement(desk: Safety, alert: int) -> AlertOut:
    """Undoes one's own acknowledgement."""
    with desk.act() as act:
        return alert_out(act, alerts.take_back_acknowledgement(act, alert))


@router.post("/alerts/{alert}/verdict")
def judge_alert(desk: Safety, alert: int, body: VerdictIn) -> AlertOut:
    """A person's verdict on an alert."""
    with desk.act() as act:
        return alert_out(act, alerts.judge(act, alert, body))


@router.get("/projects/{project}/evidence")
def list_evidence(
    desk: Staff,
    project: str,
    device: str | None = None,
    purpose: str | None = None,
    before: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=400)] = 40,
) -> EvidenceStrip:
    """Pictures of a project, newest first; ``purpose`` daily are those of the time-lapse."""
    if before is not None and before.tzinfo is None:
        raise InvalidError("no_zone", "时间缺少时区", "请使用带时区的时间", {"before": "缺少时区"})
    with desk.look() as act:
        projects.get_project(act.session, project)
        return evidence_strip(act, project, device, purpose, before, limit)


@router.get(
    "/evidence/{sha256}",
    response_class=FileResponse,
    responses={200: {"content": {"image/jpeg": {}}}, 304: {"description": "Unchanged"}},
)
def get_evidence(
    desk: Staff, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")], request: Request
) -> Response:
    """An evidence picture, byte by byte as the edge hashed it."""
    etag = f'"{sha256}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={**_FOREVER, "ETag": etag})
    path = desk.parts.evidence(sha256)
    if path is None:
        raise no_evidence()
    return FileResponse(path, media_type="image/jpeg", headers={**_FOREVER, "ETag": etag})


@router.get("/evidence/{sha256}/statement")
def get_evidence_statement(
    desk: Staff, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
) -> EvidenceOut:
    """Who vouches for a picture, and all that is needed to check it without this platform."""
    with desk.look() as act:
        return evidence_out(act, sha256)
