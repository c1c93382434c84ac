"""Permits, silences, escalation, notices, links and precision as people read them."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import cast

from sqlalchemy import desc, select

from siteward_platform.act import Act
from siteward_platform.alert_precision import Watched, add, by_device, by_rule
from siteward_platform.api.schemas.alerting import (
    DevicePrecisionOut,
    EscalationOut,
    LinkOut,
    MatcherIn,
    NoticeOut,
    NoticePage,
    PermitOut,
    PrecisionOut,
    PrecisionReport,
    RulePrecisionOut,
    SilenceOut,
    StepIn,
)
from siteward_platform.api.schemas.values import Role, Severity, Text
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import (
    Escalation,
    Link,
    Notice,
    NoticeAlert,
    Permit,
    Project,
    Silence,
)
from siteward_platform.links import open_links
from siteward_platform.silences import covered, list_silences
from siteward_platform.worker.notices import policies
from siteward_rules.alerts.alert import GRAVITY
from siteward_rules.alerts.precision import ENOUGH, Judged

_MINUTE = timedelta(minutes=1)


def permit_out(act: Act, permit: Permit) -> PermitOut:
    """A permit, and whether it holds now."""
    people = ("entered_by", "revoked_by")
    same = set(PermitOut.model_fields) - {"project", "valid", *people}
    return PermitOut(
        project=permit.project_id,
        valid=permit.revoked_at is None and permit.starts <= act.at < permit.ends,
        **{name: getattr(permit, name) for name in same},
        **{name: shown_name(act.session, getattr(permit, name)) for name in people},
    )


def silences_out(act: Act) -> list[SilenceOut]:
    """The newest silences."""
    covers = covered(act.session)
    return [silence_out(act, row, covers.get(row.id, 0)) for row in list_silences(act.session)]


def silence_out(act: Act, silence: Silence, covers: int = 0) -> SilenceOut:
    """A silence."""
    people = ("made_by", "ended_by")
    same = ("id", "reason", "starts", "ends", "made_at", "ended_at")
    return SilenceOut(
        matchers=[MatcherIn(**matcher) for matcher in silence.matchers],
        active=silence.starts <= act.at < silence.ends,
        covers=covers,
        **{name: getattr(silence, name) for name in same},
        **{name: shown_name(act.session, getattr(silence, name)) for name in people},
    )


def escalations_out(act: Act) -> list[EscalationOut]:
    """The policy of every severity, the lightest first."""
    own = {row.severity: row for row in act.session.scalars(select(Escalation))}
    return [escalation_out(act, severity, own.get(severity)) for severity in GRAVITY]


def escalation_out(act: Act, severity: Severity, row: Escalation | None) -> EscalationOut:
    """The policy of one severity."""
    policy = policies(act.session)[severity]
    return EscalationOut(
        severity=severity,
        steps=[
            StepIn(role=Role(step.role), after_minutes=step.after // _MINUTE)
            for step in policy.steps
        ],
        repeat_minutes=policy.repeat // _MINUTE,
        set_by=shown_name(act.session, row.set_by) if row else None,
        set_at=row.set_at if row else None,
    )


def notices_out(
    act: Act, project: str | None, role: Role | None, before: int | None, limit: int
) -> NoticePage:
    """A page of notices, newest first."""
    query = select(Notice)
    if project is not None:
        query = query.where(Notice.project_id == project)
    if role is not None:
        query = query.where(Notice.role == role.value)
    if before is not None:
        query = query.where(Notice.id < before)
    rows = act.session.scalars(query.order_by(desc(Notice.id)).limit(limit)).all()
    alerts: dict[int, list[int]] = {}
    told = select(NoticeAlert.notice_id, NoticeAlert.alert_id).where(
        NoticeAlert.notice_id.in_([row.id for row in rows])
    )
    for notice, alert in act.session.execute(told.order_by(NoticeAlert.alert_id)):
        alerts.setdefault(notice, []).append(alert)
    return NoticePage(
        notices=[_notice(act, row, alerts.get(row.id, [])) for row in rows],
        next_before=rows[-1].id if len(rows) == limit else None,
    )


def _notice(act: Act, notice: Notice, alerts: list[int]) -> NoticeOut:
    same = ("id", "topic", "role", "why", "severity", "title", "text", "channel", "at")
    project = act.session.get_one(Project, notice.project_id)
    return NoticeOut(
        project=notice.project_id,
        project_name=Text(**project.name),
        alerts=alerts,
        **{name: getattr(notice, name) for name in same},
    )


def links_out(act: Act, project: str) -> list[LinkOut]:
    """What follows for a project, by linking rule."""
    rows: Sequence[Link] = open_links(act.session, project)
    return [LinkOut.model_validate(row, from_attributes=True) for row in rows]


def precision_report(act: Act, days: int, project: str | None) -> PrecisionReport:
    """Precision per rule and per device, over the last days."""
    since = act.at - timedelta(days=days)
    rules = [
        _rule(name, list(group))
        for name, group in groupby(by_rule(act.session, since, project), key=lambda w: w.rule)
    ]
    devices = [_device(one) for one in by_device(act.session, since, project)]
    return PrecisionReport(days=days, enough=ENOUGH, rules=rules, devices=devices)


def _rule(name: str, watched: Sequence[Watched]) -> RulePrecisionOut:
    judged = _precision(add(one.judged for one in watched))
    devices = [_device(one) for one in watched]
    return RulePrecisionOut(rule=name, devices=devices, **judged.model_dump())


def _device(one: Watched) -> DevicePrecisionOut:
    judged = _precision(one.judged)
    return DevicePrecisionOut(project=one.project, device=one.device, **judged.model_dump())


def _precision(judged: Judged) -> PrecisionOut:
    low, high = judged.interval or (None, None)
    counts = {
        name: cast(int, getattr(judged, name))
        for name in ("confirmed", "false_alarms", "cannot_tell", "unjudged")
    }
    return PrecisionOut(
        alerts=sum(counts.values()), precision=judged.precision, low=low, high=high, **counts
    )
