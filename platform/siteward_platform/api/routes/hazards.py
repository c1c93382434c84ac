"""Hazards: found, ordered to be put right, rechecked, closed, looked back upon."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Body, Query, status
from fastapi.responses import HTMLResponse

from siteward_platform import hazard_pictures, hazards, projects, qualified_people
from siteward_platform.api.access import (
    Admin,
    Department,
    Everybody,
    Safety,
    SiteOrders,
    Staff,
    Supervisor,
)
from siteward_platform.api.schemas.hazards import (
    EditionOut,
    HazardClosureIn,
    HazardDetail,
    HazardGradeIn,
    HazardIn,
    HazardJudgementIn,
    HazardLookBackIn,
    HazardNoteIn,
    HazardOrderIn,
    HazardOut,
    HazardPlanIn,
    HazardRecheckIn,
    HazardSubmissionIn,
    HazardSupervisionIn,
    PicturePart,
    QualifiedPersonIn,
    QualifiedPersonOut,
)
from siteward_platform.api.schemas.values import Slug
from siteward_platform.api.views.hazards import hazard_detail, hazard_out, order_page
from siteward_platform.hazard_pictures import PhonePicture
from siteward_platform.hazard_records import get_hazard
from siteward_platform.refusals import InvalidError
from siteward_rules.hazards.clauses import editions

router: Final = APIRouter(tags=["hazards"])


@router.post("/projects/{project}/hazards", status_code=status.HTTP_201_CREATED)
def record_hazard(desk: Everybody, project: str, body: HazardIn) -> HazardOut:
    """Records a hazard; anyone may report one (安全生产法 74), the safety staff confirms it."""
    with desk.act() as act:
        return hazard_out(act, hazards.record_hazard(act, project, body))


@router.get("/projects/{project}/hazards")
def list_hazards(desk: Staff, project: str) -> list[HazardOut]:
    """A project's hazards, newest first."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        return [hazard_out(act, h) for h in hazards.list_hazards(act.session, project)]


@router.get("/hazards")
def list_all_hazards(desk: Staff, project: str | None = None) -> list[HazardOut]:
    """Hazards of all projects or one, newest first."""
    with desk.look() as act:
        return [hazard_out(act, h) for h in hazards.list_hazards(act.session, project)]


@router.get("/hazards/{hazard}")
def get_hazard_detail(desk: Staff, hazard: int) -> HazardDetail:
    """A hazard with its orders, pictures and history."""
    with desk.look() as act:
        return hazard_detail(act, get_hazard(act, hazard))


@router.post("/hazards/{hazard}/confirmation")
def confirm_hazard(desk: Safety, hazard: int, body: HazardJudgementIn) -> HazardOut:
    """What somebody reported is there."""
    with desk.act() as act:
        return hazard_out(act, hazards.confirm(act, hazard, body))


@router.post("/hazards/{hazard}/dismissal")
def dismiss_hazard(desk: Safety, hazard: int, body: HazardJudgementIn) -> HazardOut:
    """What somebody reported is not there."""
    with desk.act() as act:
        return hazard_out(act, hazards.dismiss(act, hazard, body))


@router.post("/hazards/{hazard}/grade")
def grade_hazard(desk: Safety, hazard: int, body: HazardGradeIn) -> HazardOut:
    """Another severity; major ones by a qualified person who quotes the clause."""
    with desk.act() as act:
        return hazard_out(act, hazards.grade(act, hazard, body))


@router.post("/hazards/{hazard}/order")
def order_rectification(desk: SiteOrders, hazard: int, body: HazardOrderIn) -> HazardDetail:
    """Issues a notice to put it right, or an order to stop work."""
    with desk.act() as act:
        return hazard_detail(act, hazards.order(act, hazard, body))


@router.get("/hazards/{hazard}/orders/{number}", response_class=HTMLResponse)
def get_order_page(desk: Staff, hazard: int, number: str) -> HTMLResponse:
    """An order as a page to print."""
    with desk.look() as act:
        return HTMLResponse(order_page(act, hazard, number))


@router.post("/hazards/{hazard}/plan")
def plan_rectification(desk: Department, hazard: int, body: HazardPlanIn) -> HazardOut:
    """三定: measures, person, day."""
    with desk.act() as act:
        return hazard_out(act, hazards.plan(act, hazard, body))


@router.post("/hazards/{hazard}/submission")
def submit_rectification(desk: Department, hazard: int, body: HazardSubmissionIn) -> HazardOut:
    """The contractor's reply that it is fixed."""
    with desk.act() as act:
        return hazard_out(act, hazards.submit(act, hazard, body))


@router.post("/hazards/{hazard}/pictures", status_code=status.HTTP_201_CREATED)
def add_hazard_picture(
    desk: Staff,
    hazard: int,
    body: Annotated[bytes, Body(media_type="image/jpeg")],
    taken_at: datetime,
    latitude: Annotated[float, Query(ge=-90, le=90)],
    longitude: Annotated[float, Query(ge=-180, le=180)],
    accuracy: Annotated[float, Query(ge=0, le=100_000)],
    part: PicturePart = "after",
) -> HazardDetail:
    """A phone's picture with where and when it was taken; the body is the JPEG."""
    if taken_at.tzinfo is None:
        raise InvalidError(
            "no_zone", "拍摄时间缺少时区", "请使用带时区的时间", {"taken_at": "缺少时区"}
        )
    said = PhonePicture(taken_at, latitude, longitude, accuracy, part)
    with desk.act() as act:
        hazard_pictures.add_picture(act, hazard, said, body, desk.parts.keep_evidence)
        return hazard_detail(act, get_hazard(act, hazard))


@router.post("/hazards/{hazard}/recheck")
def recheck_hazard(desk: Safety, hazard: int, body: HazardRecheckIn) -> HazardOut:
    """Another person than the fixer looked again."""
    with desk.act() as act:
        return hazard_out(act, hazards.recheck(act, hazard, body))


@router.post("/hazards/{hazard}/resumption")
def resume_work(desk: SiteOrders, hazard: int, body: HazardNoteIn) -> HazardOut:
    """Work may go on (经审查同意复工)."""
    with desk.act() as act:
        return hazard_out(act, hazards.resume(act, hazard, body))


@router.post("/hazards/{hazard}/supervision")
def supervise_hazard(desk: Supervisor, hazard: int, body: HazardSupervisionIn) -> HazardOut:
    """挂牌督办: on the list or off it."""
    with desk.act() as act:
        return hazard_out(act, hazards.supervise(act, hazard, body))


@router.post("/hazards/{hazard}/closure")
def close_hazard(desk: Safety, hazard: int, body: HazardClosureIn) -> HazardOut:
    """销号, by another person than who found or fixed it."""
    with desk.act() as act:
        return hazard_out(act, hazards.close_hazard(act, hazard, body))


@router.post("/hazards/{hazard}/look-back")
def look_back_on_hazard(desk: Safety, hazard: int, body: HazardLookBackIn) -> HazardOut:
    """回头看: whether it lasts."""
    with desk.act() as act:
        return hazard_out(act, hazards.look_back(act, hazard, body))


@router.get("/hazard-clauses")
def list_hazard_clauses(desk: Staff) -> list[EditionOut]:
    """The editions of the criteria for major hazards, newest first."""
    return [EditionOut.model_validate(edition) for edition in editions()]


@router.get("/projects/{project}/qualified-people")
def list_qualified_people(desk: Staff, project: str) -> list[QualifiedPersonOut]:
    """Who may grade major hazards besides the chief supervisor."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        rows = qualified_people.qualified_people(act.session, project)
        return [QualifiedPersonOut.model_validate(row) for row in rows]


@router.put("/projects/{project}/qualified-people/{username}")
def name_qualified_person(
    desk: Admin, project: str, username: Slug, body: QualifiedPersonIn
) -> QualifiedPersonOut:
    """Names somebody by the certificate, or renews it."""
    with desk.act() as act:
        qualified_people.name_qualified(act, project, username, body)
        return QualifiedPersonOut(username=username, **body.model_dump())
