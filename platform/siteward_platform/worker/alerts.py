"""From the engine's transitions to alerts people see: one incident, one alert.

What several rules see of the same thing (warning, alarm and stop of one crane's wind) is one
alert whose members are the rules' incidents; it shows the gravest of them.
"""

import logging
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.database.models import AlertMember, AlertRecord, HazardRecord
from siteward_rules.alerts.alert import gravity
from siteward_rules.stream.engine import Transition
from siteward_rules.stream.rule import StreamRule, summary

log = logging.getLogger(__name__)

_SIGHT: Final = dict.fromkeys(
    ("camera_blind", "camera_moved", "camera_blurred", "camera_flicker", "camera_offline"),
    "camera_sight",
)
"""A camera that was moved has no usable picture either: that is one incident, not two."""


def keep_alerts(act: Act, transitions: Iterable[Transition]) -> int:
    """Writes what happened to incidents; writing it again changes nothing.

    Returns:
        How many alerts are new.
    """
    opened = 0
    for transition in transitions:
        if transition.span.fired_at is None and transition.change != "retracted":
            continue
        member = act.session.get(AlertMember, transition.incident)
        if member is None and transition.change == "retracted":
            continue
        alert = _alert_of(act.session, member, transition)
        if alert is None:
            alert = _new_alert(act.session, transition)
            opened += 1
        _update_member(act.session, member, alert, transition)
        before = alert.state
        _show(alert, add_up(act.session, alert), transition)
        if transition.change == "retracted" and _drop_if_untouched(act.session, alert):
            act.announce("alert", alert.project_id, alert.id, "retracted")
            continue
        if transition.change != "updated" or before != alert.state:
            act.announce("alert", alert.project_id, alert.id, alert.state)
    return opened


def _alert_of(
    session: Session, member: AlertMember | None, transition: Transition
) -> AlertRecord | None:
    if member is not None:
        return session.get_one(AlertRecord, member.alert_id)
    span = transition.span
    overlaps = [
        AlertRecord.project_id == transition.site,
        AlertRecord.incident == _group(transition),
        AlertRecord.resolved_at.is_(None) | (AlertRecord.resolved_at > span.started_at),
    ]
    if span.resolved_at is not None:
        overlaps.append(AlertRecord.started_at < span.resolved_at)
    query = select(AlertRecord).where(*overlaps).order_by(AlertRecord.started_at.desc()).limit(1)
    return session.scalars(query).first()


def _group(transition: Transition) -> str:
    kind = transition.rule.kind
    parts = (_SIGHT.get(kind, kind), transition.device, transition.zone)
    return "/".join(part for part in parts if part)


def _new_alert(session: Session, transition: Transition) -> AlertRecord:
    rule, span = transition.rule, transition.span
    cause = span.cause
    alert = AlertRecord(
        project_id=transition.site,
        incident=_group(transition),
        rule=rule.id,
        rule_version=rule.version,
        kind=rule.kind,
        title=rule.title._asdict(),
        severity=rule.severity,
        state="firing",
        device=transition.device or None,
        zone=transition.zone,
        started_at=span.started_at,
        fired_at=span.fired_at,
        value=span.value,
        limit=rule.limit,
        unit=rule.unit,
        summary=summary(rule, span.value, span.started_at)._asdict(),
        evidence=cause.evidence if cause else None,
        box=list(cause.box) if cause and cause.box else None,
        confidence=cause.confidence if cause else None,
        source=str(rule.source),
        **_layers(rule),
    )
    session.add(alert)
    session.flush()
    return alert


def _update_member(
    session: Session, member: AlertMember | None, alert: AlertRecord, transition: Transition
) -> None:
    if member is None:
        member = AlertMember(incident=transition.incident, alert_id=alert.id)
        session.add(member)
    span = transition.span
    member.rule, member.severity = transition.rule.id, transition.rule.severity
    member.retracted = transition.change == "retracted"
    member.started_at, member.fired_at = span.started_at, span.fired_at
    member.resolved_at, member.value, member.count = span.resolved_at, span.value, span.count
    session.flush()


def _layers(rule: StreamRule) -> dict[str, Any]:
    return {"layer": rule.layer, "layers": dict(rule.layers), "reasons": list(rule.reasons)}


def add_up(session: Session, alert: AlertRecord) -> AlertMember:
    """Makes the alert say what its members say together.

    Returns:
        The gravest of them, which the alert shows.
    """
    query = select(AlertMember).where(AlertMember.alert_id == alert.id)
    members = session.scalars(query).all()
    live = [m for m in members if not m.retracted] or list(members)
    alert.started_at = min(m.started_at for m in live)
    alert.fired_at = min((m.fired_at for m in live if m.fired_at), default=alert.fired_at)
    alert.count = max(sum(m.count for m in live if m.rule == rule) for rule in _rules(live))
    ends = [m.resolved_at or (m.started_at if m.retracted else None) for m in live]
    known = [end for end in ends if end is not None]
    over = len(known) == len(ends)
    alert.resolved_at = max(known) if over else None
    alert.state = "resolved" if over else "firing"
    if not over:
        alert.ended_because = None
    first = sorted(live, key=lambda m: m.started_at)
    return max(first, key=lambda m: gravity(m.severity))


def _show(alert: AlertRecord, gravest: AlertMember, transition: Transition) -> None:
    if gravest.incident == transition.incident:
        rule = transition.rule
        alert.rule, alert.rule_version, alert.severity = rule.id, rule.version, rule.severity
        alert.kind, alert.title = rule.kind, rule.title._asdict()
        alert.value, alert.limit, alert.unit = gravest.value, rule.limit, rule.unit
        alert.summary = summary(rule, gravest.value, alert.started_at)._asdict()
        alert.source = str(rule.source)
        for name, value in _layers(rule).items():
            setattr(alert, name, value)
    cause = transition.span.cause
    if cause is not None and (alert.evidence is None or alert.count == 1):
        alert.evidence = cause.evidence
        alert.box = list(cause.box) if cause.box else None
        alert.confidence = cause.confidence


def _drop_if_untouched(session: Session, alert: AlertRecord) -> bool:
    """Takes away an alert that late data proved never to have been.

    One that somebody was told of, acknowledged, judged or made a hazard of stays, resolved.
    """
    members = session.scalars(select(AlertMember).where(AlertMember.alert_id == alert.id)).all()
    hazard = session.scalar(select(HazardRecord.id).where(HazardRecord.alert_id == alert.id))
    touched = alert.noticed_at or alert.acknowledged_by or alert.verdict or hazard is not None
    if touched or not all(member.retracted for member in members):
        return False
    for member in members:
        session.delete(member)
    session.flush()
    session.delete(alert)
    session.flush()
    log.info("alert taken back: id=%d rule=%s started=%s", alert.id, alert.rule, alert.started_at)
    return True


def _rules(members: Iterable[AlertMember]) -> set[str]:
    return {member.rule for member in members}
