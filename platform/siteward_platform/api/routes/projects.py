"""Projects, their progress and milestones."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, status

from siteward_contracts.topics import SLUG_PATTERN
from siteward_platform import progress, projects
from siteward_platform.api.access import Admin, ChiefSupervisor, Department, Everybody, Staff
from siteward_platform.api.schemas.agenda import Agenda
from siteward_platform.api.schemas.progress import (
    MeasurementIn,
    MilestoneAcceptanceIn,
    MilestoneClaimIn,
    ProgressReportIn,
)
from siteward_platform.api.schemas.projects import Overview, ProjectDetail, ProjectSummary, SCurve
from siteward_platform.api.schemas.setup import ProjectIn
from siteward_platform.api.views import agenda, standing

router: Final = APIRouter(tags=["projects"])

SiteSlug = Annotated[str, Path(pattern=SLUG_PATTERN)]
_DONE: Final = status.HTTP_204_NO_CONTENT


@router.get("/overview")
def get_overview(desk: Everybody) -> Overview:
    """The first page: figures of all projects, and their cards."""
    with desk.look() as act:
        return standing.overview(act)


@router.get("/agenda")
def get_agenda(desk: Staff) -> Agenda:
    """What waits for me, most urgent first."""
    with desk.look() as act:
        return agenda.agenda(act)


@router.get("/projects")
def list_projects(desk: Everybody) -> list[ProjectSummary]:
    """All projects."""
    with desk.look() as act:
        return standing.project_summaries(act)


@router.put("/projects/{project}")
def put_project(desk: Admin, project: SiteSlug, body: ProjectIn) -> ProjectDetail:
    """Sets a project up, or replaces its set-up; what happened to it is kept."""
    with desk.act() as act:
        projects.put_project(act, project, body)
        return standing.project_detail(act, desk.parts.series, project)


@router.get("/projects/{project}")
def get_project(desk: Everybody, project: str) -> ProjectDetail:
    """A project with everything on its page but charts and claims."""
    with desk.look() as act:
        return standing.project_detail(act, desk.parts.series, project)


@router.get("/projects/{project}/s-curve")
def get_s_curve(desk: Everybody, project: str) -> SCurve:
    """Cumulative planned, earned and paid value by day."""
    with desk.look() as act:
        return standing.curve(act, project)


@router.post("/projects/{project}/reports", status_code=_DONE)
def report_progress(desk: Department, project: str, body: ProgressReportIn) -> None:
    """The department reports a work item's progress."""
    with desk.act() as act:
        progress.report(act, project, body)


@router.post("/projects/{project}/measurements", status_code=_DONE)
def measure_progress(desk: ChiefSupervisor, project: str, body: MeasurementIn) -> None:
    """The chief supervisor accepts a work item's progress; only this earns value."""
    with desk.act() as act:
        progress.measure(act, project, body)


@router.post("/projects/{project}/milestones/{milestone}/claim", status_code=_DONE)
def claim_milestone(desk: Department, project: str, milestone: str, body: MilestoneClaimIn) -> None:
    """The department claims that a milestone is reached."""
    with desk.act() as act:
        progress.claim_milestone(act, project, milestone, body)


@router.post("/projects/{project}/milestones/{milestone}/acceptance", status_code=_DONE)
def accept_milestone(
    desk: ChiefSupervisor, project: str, milestone: str, body: MilestoneAcceptanceIn
) -> None:
    """The chief supervisor accepts or rejects a claimed milestone."""
    with desk.act() as act:
        progress.accept_milestone(act, project, milestone, body)
