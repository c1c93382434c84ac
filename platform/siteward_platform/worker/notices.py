"""Who is told of what fires: reads alerts, silences and policies, records notices.

What is due is decided by ``siteward_rules.alerts``; this reads for it and writes what it says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from siteward_contracts.catalog import Severity
from siteward_platform.act import Act
from siteward_platform.database.models import (
    AlertRecord,
    Device,
    DeviceState,
    Escalation,
    Notice,
    NoticeAlert,
    Silence,
)
from siteward_rules.alerts.alert import Alert
from siteward_rules.alerts.due import Due, Told, due
from siteward_rules.alerts.escalation import DEFAULTS, Policy, Step
from siteward_rules.alerts.inhibition import OFFLINE, inhibited
from siteward_rules.alerts.silence import Matcher, silenced
from siteward_rules.alerts.silence import Silence as Hush


@dataclass(frozen=True, slots=True)
class Sweep:
    """What has to be written: alert to the silence and to the alert that mute it, and notices."""

    muted: Mapping[int, tuple[int | None, int | None]]
    due: Sequence[Due]


def look(session: Session, now: datetime) -> Sweep:
    """What there is to write now; nothing most of the time."""
    rows = session.scalars(
        select(AlertRecord).where(AlertRecord.state == "firing").order_by(AlertRecord.id)
    ).all()
    alerts = [_alert(row) for row in rows]
    hushed = silenced(alerts, _silences(session, now), now)
    covered = inhibited(alerts, _agents(session, alerts))
    changed = {
        row.id: (hushed.get(row.id), covered.get(row.id))
        for row in rows
        if (row.silenced_by, row.inhibited_by) != (hushed.get(row.id), covered.get(row.id))
    }
    given = due(alerts, {*hushed, *covered}, _told(session, alerts), policies(session), now)
    return Sweep(changed, given)


def keep(act: Act, sweep: Sweep) -> None:
    """Writes a sweep that was made in the same transaction."""
    for number, (silence, inhibitor) in sweep.muted.items():
        alert = act.session.get_one(AlertRecord, number)
        alert.silenced_by, alert.inhibited_by = silence, inhibitor
        act.announce("alert", alert.project_id, alert.id, alert.state)
    for one in sweep.due:
        _tell(act, one)


def policies(session: Session) -> dict[str, Policy]:
    """By severity; the street's own where it set one."""
    own = {row.severity: policy_of(row) for row in session.scalars(select(Escalation))}
    return {**DEFAULTS, **own}


def policy_of(row: Escalation) -> Policy:
    """A row as the rules know it."""
    steps = (Step(s["role"], timedelta(minutes=s["after_minutes"])) for s in row.steps)
    return Policy(tuple(steps), timedelta(minutes=row.repeat_minutes))


def _alert(row: AlertRecord) -> Alert:
    return Alert(
        id=row.id,
        project=row.project_id,
        kind=row.kind,
        severity=cast(Severity, row.severity),
        rule=row.rule,
        device=row.device or "",
        zone=row.zone,
        noticed_at=row.noticed_at,
        acknowledged=row.acknowledged_by is not None,
        dismissed=row.verdict == "false_alarm",
    )


def _silences(session: Session, now: datetime) -> list[Hush]:
    query = select(Silence).where(Silence.starts <= now, Silence.ends > now)
    return [
        Hush(row.id, tuple(Matcher(**m) for m in row.matchers), row.starts, row.ends)
        for row in session.scalars(query)
    ]


def _agents(session: Session, alerts: Iterable[Alert]) -> dict[tuple[str, str], str]:
    """Who speaks for each device, of projects where an agent may be offline.

    A device nobody has spoken for yet belongs to the agent of its project if there is only one.
    """
    projects = {a.project for a in alerts if a.kind == OFFLINE}
    if not projects:
        return {}
    agents: dict[str, list[str]] = {}
    devices = session.execute(
        select(Device.project_id, Device.id, Device.kind).where(Device.project_id.in_(projects))
    ).all()
    for project, device, kind in devices:
        if kind == "agent":
            agents.setdefault(project, []).append(device)
    only = {project: names[0] for project, names in agents.items() if len(names) == 1}
    found = {
        (project, device): only[project]
        for project, device, kind in devices
        if kind != "agent" and project in only
    }
    query = select(DeviceState.project_id, DeviceState.device, DeviceState.agent).where(
        DeviceState.project_id.in_(projects), DeviceState.agent.is_not(None)
    )
    for project, device, agent in session.execute(query):
        found[project, device] = agent or ""
    return found


def _told(session: Session, alerts: Sequence[Alert]) -> Told:
    groups = {(alert.project, alert.kind) for alert in alerts}
    numbers = [alert.id for alert in alerts if alert.noticed_at is not None]
    if not groups:
        return Told({}, {})
    last = session.execute(
        select(Notice.project_id, Notice.topic, Notice.role, func.max(Notice.at))
        .where(tuple_(Notice.project_id, Notice.topic).in_(groups))
        .group_by(Notice.project_id, Notice.topic, Notice.role)
    )
    told = session.execute(
        select(NoticeAlert.alert_id, Notice.role, NoticeAlert.severity)
        .join(Notice, Notice.id == NoticeAlert.notice_id)
        .where(NoticeAlert.alert_id.in_(numbers))
        .order_by(Notice.id)
    )
    return Told(
        {((project, topic), role): at for project, topic, role, at in last},
        {(alert, role): severity for alert, role, severity in told},
    )


def _tell(act: Act, one: Due) -> None:
    worst = act.session.get_one(AlertRecord, one.alerts[0].id)
    count = len(one.alerts)
    notice = Notice(
        project_id=one.group[0],
        topic=one.group[1],
        role=one.role,
        why=one.why,
        severity=worst.severity,
        title=worst.title,
        text=worst.summary if count == 1 else _several(worst, count),
        channel="in_app",
        at=act.at,
    )
    act.session.add(notice)
    act.session.flush()
    for alert in one.alerts:
        act.session.add(
            NoticeAlert(notice_id=notice.id, alert_id=alert.id, severity=alert.severity)
        )
        row = act.session.get_one(AlertRecord, alert.id)
        row.noticed_at = row.noticed_at or act.at
    act.session.flush()


def _several(worst: AlertRecord, count: int) -> dict[str, str]:
    zh, en = worst.summary["zh"], worst.summary["en"]
    return {"zh": f"共 {count} 条，最重：{zh}", "en": f"{count} alerts, the gravest: {en}"}
