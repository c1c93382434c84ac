"""What is done on site with a phone: kept once, in the transaction of what it changes.

A phone makes a key for every act and sends it until it is answered. The same key with the same
content is the same act and is answered as before; nothing happens twice. What somebody else changed
since the phone last looked is told with its present state and never written over.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import desc, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from siteward_contracts.clock import SHANGHAI
from siteward_platform import alerts, progress
from siteward_platform.act import Act
from siteward_platform.api.schemas.inspection import (
    AcceptanceRequestIn,
    ConfirmationIn,
    OnSiteIn,
    VisitReportIn,
)
from siteward_platform.api.schemas.progress import MilestoneClaimIn
from siteward_platform.api.schemas.safety import VerdictIn
from siteward_platform.api.schemas.values import Role
from siteward_platform.checklists import checklist
from siteward_platform.database.models import AlertRecord, FieldAct, Milestone, Upload, Visit
from siteward_platform.projects import get_project
from siteward_platform.refusals import ConflictError, InvalidError
from siteward_platform.visits import get_visit


@dataclass(frozen=True, slots=True)
class Kept:
    """An act as it is kept, and whether this is the first time it came."""

    act: FieldAct
    fresh: bool


class AlertOvertakenError(Exception):
    """Somebody judged the alert since the phone last looked."""

    def __init__(self, alert: AlertRecord) -> None:
        """Keeps the alert as it is."""
        self.alert = alert
        super().__init__(alert.id)


class VisitOvertakenError(Exception):
    """Somebody made the visit, or it was called off."""

    def __init__(self, visit: Visit) -> None:
        """Keeps the visit as it is."""
        self.visit = visit
        super().__init__(visit.id)


class MilestoneOvertakenError(Exception):
    """The milestone is no longer where the phone showed it."""

    def __init__(self, milestone: Milestone) -> None:
        """Keeps the milestone as it is."""
        self.milestone = milestone
        super().__init__(milestone.id)


def confirm(act: Act, key: str, body: ConfirmationIn) -> AlertRecord:
    """Judges an alert from the site.

    Raises:
        AlertOvertakenError: It was judged by somebody since the phone last looked.
        ConflictError: A photo has not been stored, or the key was used for something else.
        InvalidError: A false alarm without a reason.
    """
    alert = alerts.get_alert(act.session, body.alert)
    kept = _keep(act, key, "confirmation", alert.project_id, f"alert:{alert.id}", body)
    if not kept.fresh:
        return alert
    alert = act.session.get_one(AlertRecord, alert.id, with_for_update=True, populate_existing=True)
    if alert.verdict_at != body.seen_verdict_at:
        raise AlertOvertakenError(alert)
    reason = "；".join(part for part in (body.reason.strip(), body.note.strip()) if part)
    return alerts.judge(act, alert.id, VerdictIn(verdict=body.verdict, reason=reason[:2000]))


def report_visit(act: Act, key: str, body: VisitReportIn) -> FieldAct:
    """Keeps the report of a visit and settles the planned one.

    Raises:
        VisitOvertakenError: Somebody reported this visit, or it was called off.
        ConflictError: The list has another version here, a photo has not been stored.
        InvalidError: An item without an answer, or a fault without a note or a photo.
    """
    get_project(act.session, body.project)
    subject = f"visit:{body.visit}" if body.visit is not None else f"project:{body.project}"
    kept = _keep(act, key, "visit_report", body.project, subject, body)
    if not kept.fresh:
        return kept.act
    _check_answers(body)
    if body.visit is not None:
        visit = get_visit(act.session, body.visit, lock=True)
        if visit.project_id != body.project:
            raise InvalidError(
                "visit_of_other_project",
                "这次巡查属于另一个项目",
                "请刷新后重试",
                {"visit": "不属于该项目"},
            )
        if visit.done_at is not None or visit.called_off_at is not None:
            raise VisitOvertakenError(visit)
        visit.done_by, visit.done_by_act = act.who.name, key
        visit.done_at = kept.act.done_at
    faults = [answer.item for answer in body.answers if answer.found == "bad"]
    act.log(
        "visit.report",
        subject,
        project=body.project,
        key=key,
        checklist=body.checklist,
        faults=faults,
        sha256=kept.act.sha256,
    )
    act.announce("project", body.project, body.project)
    return kept.act


def request_acceptance(act: Act, key: str, body: AcceptanceRequestIn) -> Milestone:
    """Asks for a milestone's acceptance; the department's asking is its claim as well.

    Raises:
        MilestoneOvertakenError: It moved since the phone last looked.
        ConflictError: A photo has not been stored.
    """
    milestone = progress.get_milestone(act.session, body.project, body.milestone)
    subject = f"milestone:{body.project}/{body.milestone}"
    kept = _keep(act, key, "acceptance_request", body.project, subject, body)
    if not kept.fresh:
        return milestone
    identity = (body.project, body.milestone)
    milestone = act.session.get_one(
        Milestone, identity, with_for_update=True, populate_existing=True
    )
    if milestone.status != body.seen_status:
        raise MilestoneOvertakenError(milestone)
    if act.who.role == Role.DEPARTMENT and milestone.status != "claimed":
        # A phone whose clock is ahead must not lose its claim to that.
        day = min(body.done_at.astimezone(SHANGHAI).date(), act.today)
        progress.claim_milestone(
            act, body.project, body.milestone, MilestoneClaimIn(claimed_on=day)
        )
    act.log("milestone.request_acceptance", subject, key=key, sha256=kept.act.sha256)
    act.announce("project", body.project, body.project)
    return milestone


def list_acts(session: Session, project_id: str, limit: int) -> Sequence[FieldAct]:
    """What was done on a project's site, newest first."""
    get_project(session, project_id)
    query = select(FieldAct).where(FieldAct.project_id == project_id)
    return session.scalars(query.order_by(desc(FieldAct.received_at)).limit(limit)).all()


def _keep(act: Act, key: str, kind: str, project_id: str, subject: str, body: OnSiteIn) -> Kept:
    sha256 = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    found = act.session.get(FieldAct, key)
    if found is None:
        _check_photos(act, project_id, body)
        fresh = FieldAct(
            key=key,
            kind=kind,
            project_id=project_id,
            subject=subject,
            username=act.who.name,
            role=act.who.role,
            body=body.model_dump(mode="json"),
            sha256=sha256,
            done_at=body.done_at.astimezone(UTC),
            received_at=act.at,
        )
        try:
            with act.session.begin_nested():
                act.session.add(fresh)
        except IntegrityError:  # the same act on a second connection was faster
            found = act.session.get_one(FieldAct, key)
        else:
            return Kept(fresh, fresh=True)
    if (found.username, found.kind, found.sha256) != (act.who.name, kind, sha256):
        raise ConflictError("key_used", "该编号已用于另一项操作", "请重新填写后提交")
    return Kept(found, fresh=False)


def photos_of(body: OnSiteIn) -> list[str]:
    """Hashes of all photos of an act, each once."""
    answers = body.answers if isinstance(body, VisitReportIn) else []
    return list(dict.fromkeys([*body.photos, *(p for a in answers for p in a.photos)]))


def _check_photos(act: Act, project_id: str, body: OnSiteIn) -> None:
    wanted = photos_of(body)
    query = select(Upload.sha256).where(
        Upload.sha256.in_(wanted),
        Upload.project_id == project_id,
        Upload.username == act.who.name,
        Upload.stored_at.is_not(None),
    )
    stored = set(act.session.scalars(query)) if wanted else set()
    if missing := [sha256 for sha256 in wanted if sha256 not in stored]:
        raise ConflictError(
            "photo_not_stored",
            f"有 {len(missing)} 张照片尚未传到服务器",
            "请先传完照片",
            {"photos": " ".join(missing)},
        )


def _check_answers(body: VisitReportIn) -> None:
    if body.checklist is None:
        if body.answers:
            raise InvalidError(
                "answers_without_list",
                "有检查结果但没有检查表",
                "请选择检查表",
                {"checklist": "必填"},
            )
        return
    known = checklist(body.checklist)
    if known is None:
        raise InvalidError(
            "no_such_checklist",
            f"没有检查表 {body.checklist}",
            "请刷新后重新选择",
            {"checklist": "没有这张表"},
        )
    if body.version != known.version:
        raise ConflictError(
            "checklist_changed",
            f"检查表“{known.name.zh}”已更新为第 {known.version} 版",
            "请刷新后按新表重新检查",
            {"version": f"应为 {known.version}"},
        )
    found = {answer.item: answer for answer in body.answers}
    wrong: dict[str, str] = {}
    for item in known.items:
        answer = found.pop(item.id, None)
        if answer is None:
            wrong[item.id] = f"未填写：{item.text.zh}"
        elif answer.found == "bad" and not (answer.note.strip() or answer.photos):
            wrong[item.id] = f"不合格须附说明或照片：{item.text.zh}"
    wrong |= dict.fromkeys(found, "检查表中没有这一项")
    if wrong or len(body.answers) != len(known.items):
        raise InvalidError("answers_incomplete", "检查表没有填完整", "请按各项提示补充", wrong)
