"""Alerts, people's judgement of them, and evidence pictures."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse

from siteward_platform import alerts
from siteward_platform.alerts import AlertFilter
from siteward_platform.api.access import Safety, Staff
from siteward_platform.api.schemas.safety import (
    AlertOut,
    AlertPage,
    AlertState,
    EvidenceOut,
    VerdictIn,
)
from siteward_platform.api.schemas.values import Severity
from siteward_platform.api.views.alerts import alert_out
from siteward_platform.api.views.evidence import evidence_out, no_evidence

router: Final = APIRouter(tags=["safety"])

_FOREVER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}


@router.get("/alerts")
def list_alerts(
    desk: Staff,
    project: str | None = None,
    state: AlertState | None = None,
    severity: Severity | None = None,
    kind: str | None = None,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AlertPage:
    """Alerts, newest first; ``before`` is the ``next_before`` of the page before."""
    wanted = AlertFilter(project, state, severity, kind)
    with desk.look() as act:
        rows, total = alerts.page_of_alerts(act.session, wanted, before, limit)
        return AlertPage(
            alerts=[alert_out(act, row) for row in rows],
            total=total,
            next_before=rows[-1].id if len(rows) == limit else None,
        )


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
