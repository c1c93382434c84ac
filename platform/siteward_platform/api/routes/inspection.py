"""An inspector's day, and what is done on site with a phone."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, status

from siteward_platform import field_acts, visits
from siteward_platform.api.access import OnSite, Safety, Staff
from siteward_platform.api.schemas.inspection import (
    AcceptanceRequestIn,
    AlertConflict,
    ConfirmationIn,
    FieldActOut,
    FieldAlert,
    FieldMilestone,
    InspectionDay,
    MilestoneConflict,
    VisitConflict,
    VisitIn,
    VisitOut,
    VisitReportIn,
)
from siteward_platform.api.schemas.uploads import KEY_PATTERN
from siteward_platform.api.views.inspection import (
    field_act_out,
    field_alert,
    field_milestone,
    inspection_day,
    visit_out,
)
from siteward_platform.refusals import OvertakenError

router: Final = APIRouter(tags=["inspection"])

_LOOK: Final = "请核对现在的情况，再决定是否重新提交"

Key = Annotated[str, Path(pattern=KEY_PATTERN)]


@router.get("/inspection/day")
def get_inspection_day(desk: OnSite) -> InspectionDay:
    """All a phone needs to work a day without a line."""
    with desk.look() as act:
        return inspection_day(act)


@router.put("/inspection/confirmations/{key}", responses={409: {"model": AlertConflict}})
def confirm_alert(desk: Safety, key: Key, body: ConfirmationIn) -> FieldAlert:
    """What an inspector found where an alert sent them; the same key twice is once."""
    with desk.act() as act:
        try:
            return field_alert(act, field_acts.confirm(act, key, body))
        except field_acts.AlertOvertakenError as error:
            present = field_alert(act, error.alert)
            raise OvertakenError(
                "alert_judged_meanwhile",
                f"{present.verdict_by or '他人'} 已对该预警作出判定",
                _LOOK,
                present.model_dump(mode="json"),
            ) from error


@router.put("/inspection/visit-reports/{key}", responses={409: {"model": VisitConflict}})
def report_visit(desk: Safety, key: Key, body: VisitReportIn) -> FieldActOut:
    """A visit that was made; the same key twice is once."""
    with desk.act() as act:
        try:
            return field_act_out(act, field_acts.report_visit(act, key, body))
        except field_acts.VisitOvertakenError as error:
            present = visit_out(act, error.visit)
            words = f"{present.done_by} 已完成这次巡查" if present.done_by else "这次巡查已被取消"
            raise OvertakenError(
                "visit_settled_meanwhile", words, _LOOK, present.model_dump(mode="json")
            ) from error


@router.put("/inspection/acceptance-requests/{key}", responses={409: {"model": MilestoneConflict}})
def request_acceptance(desk: OnSite, key: Key, body: AcceptanceRequestIn) -> FieldMilestone:
    """Asks for a milestone's acceptance; from the department it is its claim as well."""
    with desk.act() as act:
        try:
            return field_milestone(act, field_acts.request_acceptance(act, key, body))
        except field_acts.MilestoneOvertakenError as error:
            present = field_milestone(act, error.milestone)
            raise OvertakenError(
                "milestone_moved_meanwhile",
                f"节点 {present.name.zh} 的状态已变化",
                _LOOK,
                present.model_dump(mode="json"),
            ) from error


@router.get("/projects/{project}/field-acts")
def list_field_acts(
    desk: Staff, project: str, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[FieldActOut]:
    """What was done on a project's site, newest first."""
    with desk.look() as act:
        return [
            field_act_out(act, done) for done in field_acts.list_acts(act.session, project, limit)
        ]


@router.post("/projects/{project}/visits", status_code=status.HTTP_201_CREATED)
def plan_visit(desk: Safety, project: str, body: VisitIn) -> VisitOut:
    """Plans a visit for somebody, or for whoever is near."""
    with desk.act() as act:
        return visit_out(act, visits.plan_visit(act, project, body))


@router.delete("/visits/{visit}")
def call_visit_off(desk: Safety, visit: int) -> VisitOut:
    """Calls a visit off."""
    with desk.act() as act:
        return visit_out(act, visits.call_off(act, visit))
