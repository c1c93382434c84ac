"""What people report, measure and accept of a project's progress."""

from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.progress import (
    MeasurementIn,
    MilestoneAcceptanceIn,
    MilestoneClaimIn,
    ProgressReportIn,
)
from siteward_platform.database.models import Measurement, Milestone, ProgressReport, WorkItem
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError


def report(act: Act, project_id: str, body: ProgressReportIn) -> None:
    """Keeps what the department reports of a work item."""
    act.check_date("reported_on", body.reported_on)
    act.change(project_id)
    _check_work_item(act.session, project_id, body.work_item)
    act.session.add(
        ProgressReport(
            project_id=project_id, reported_by=act.who.name, recorded_at=act.at, **body.model_dump()
        )
    )
    act.log("progress.report", f"project:{project_id}", **body.model_dump())
    act.announce("project", project_id, project_id)


def measure(act: Act, project_id: str, body: MeasurementIn) -> None:
    """Keeps what the chief supervisor accepts of a work item."""
    act.check_date("measured_on", body.measured_on)
    act.change(project_id)
    _check_work_item(act.session, project_id, body.work_item)
    act.session.add(
        Measurement(
            project_id=project_id, measured_by=act.who.name, recorded_at=act.at, **body.model_dump()
        )
    )
    act.log("progress.measure", f"project:{project_id}", **body.model_dump())
    act.announce("project", project_id, project_id)


def claim_milestone(act: Act, project_id: str, milestone_id: str, body: MilestoneClaimIn) -> None:
    """The department says a milestone is reached.

    Raises:
        ConflictError: It is accepted already.
    """
    act.check_date("claimed_on", body.claimed_on)
    act.change(project_id)
    milestone = get_milestone(act.session, project_id, milestone_id)
    if milestone.status == "accepted":
        raise ConflictError("milestone_accepted", f"节点 {milestone.name['zh']} 已通过验收")
    milestone.status = "claimed"
    milestone.claimed_on, milestone.claimed_by = body.claimed_on, act.who.name
    act.log("milestone.claim", f"milestone:{project_id}/{milestone_id}", **body.model_dump())
    act.announce("project", project_id, project_id)


def accept_milestone(
    act: Act, project_id: str, milestone_id: str, body: MilestoneAcceptanceIn
) -> None:
    """The chief supervisor accepts or rejects a claimed milestone.

    Raises:
        ConflictError: Nobody claimed it, or the claimant would accept.
    """
    act.check_date("accepted_on", body.accepted_on)
    act.change(project_id)
    milestone = get_milestone(act.session, project_id, milestone_id)
    if milestone.status != "claimed":
        raise ConflictError(
            "milestone_not_claimed",
            f"节点 {milestone.name['zh']} 尚未由责任部门申报",
            "请责任部门先申报该节点",
        )
    if milestone.claimed_by == act.who.name:
        raise ConflictError("same_person", "申报人不能验收自己申报的节点", "请由另一人验收")
    milestone.status = "accepted" if body.accepted else "rejected"
    milestone.accepted_on = body.accepted_on if body.accepted else None
    milestone.accepted_by = act.who.name
    milestone.note = body.note
    verb = "accept" if body.accepted else "reject"
    act.log(f"milestone.{verb}", f"milestone:{project_id}/{milestone_id}", **body.model_dump())
    act.announce("project", project_id, project_id)


def get_milestone(session: Session, project_id: str, milestone_id: str) -> Milestone:
    """A milestone.

    Raises:
        NotFoundError: The project has none of this id.
    """
    milestone = session.get(Milestone, (project_id, milestone_id))
    if milestone is None:
        raise NotFoundError(
            "no_such_milestone", f"项目没有节点 {milestone_id}", "请从项目页的节点中选择"
        )
    return milestone


def _check_work_item(session: Session, project_id: str, work_item: str) -> None:
    if session.get(WorkItem, (project_id, work_item)) is None:
        message = f"项目没有分项工程 {work_item}"
        raise InvalidError("no_such_work_item", message, "请从清单中选择", {"work_item": message})
