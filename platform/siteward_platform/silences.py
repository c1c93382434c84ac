"""Silences people make, and whom alerts of each severity are told to."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import desc, func, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.alerting import EscalationIn, SilenceIn
from siteward_platform.database.models import AlertRecord, Escalation, Silence
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError

_LONGEST: Final = timedelta(days=30)
"""A silence that is to last longer is a rule that should be changed."""


def make_silence(act: Act, body: SilenceIn) -> Silence:
    """Begins a silence.

    Raises:
        InvalidError: Its end is past or too far off, or it covers every alert there is.
    """
    problems = {}
    if body.ends <= act.at:
        problems["ends"] = "结束时间已过"
    elif body.ends - act.at > _LONGEST:
        problems["ends"] = f"静默最长 {_LONGEST.days} 天；如长期不适用，请修改规则"
    if all(m.equal and not m.pattern.strip("*?") for m in body.matchers):
        problems["matchers"] = "至少有一个条件须限定范围"
    if problems:
        raise InvalidError("silence_invalid", "静默设置有误", "请按各字段的提示修改", problems)
    silence = Silence(
        matchers=[m.model_dump() for m in body.matchers], reason=body.reason, starts=act.at,
        ends=body.ends, made_by=act.who.name, made_at=act.at,
    )  # fmt: skip
    act.session.add(silence)
    act.session.flush()
    act.log("silence.make", f"silence:{silence.id}", **body.model_dump())
    return silence


def end_silence(act: Act, silence_id: int) -> Silence:
    """Ends a silence early; what still fires is told at once.

    Raises:
        ConflictError: It is over.
    """
    query = select(Silence).where(Silence.id == silence_id).with_for_update()
    silence = act.session.scalars(query).one_or_none()
    if silence is None:
        raise NotFoundError("no_such_silence", f"没有编号为 {silence_id} 的静默", "请从列表中选择")
    if silence.ends <= act.at:
        raise ConflictError("silence_over", "该静默已结束")
    silence.ends, silence.ended_by, silence.ended_at = act.at, act.who.name, act.at
    act.log("silence.end", f"silence:{silence_id}")
    return silence


def list_silences(session: Session) -> Sequence[Silence]:
    """The last hundred silences, the one that lasts longest first."""
    return session.scalars(select(Silence).order_by(desc(Silence.ends)).limit(100)).all()


def covered(session: Session) -> dict[int, int]:
    """Silence to how many firing alerts it covers."""
    query = (
        select(AlertRecord.silenced_by, func.count())
        .where(AlertRecord.state == "firing", AlertRecord.silenced_by.is_not(None))
        .group_by(AlertRecord.silenced_by)
    )
    return {silence: count for silence, count in session.execute(query) if silence is not None}


def set_escalation(act: Act, severity: str, body: EscalationIn) -> Escalation:
    """Sets whom alerts of a severity are told to.

    Raises:
        InvalidError: A role twice, or nobody is told at once.
    """
    roles = [step.role for step in body.steps]
    problems = {}
    if len(set(roles)) < len(roles):
        problems["steps"] = "同一角色出现多次"
    if all(step.after_minutes for step in body.steps):
        problems["steps"] = "至少一个角色须立即收到（0 分钟）"
    if problems:
        raise InvalidError("escalation_invalid", "升级设置有误", "请按各字段的提示修改", problems)
    row = act.session.get(Escalation, severity) or Escalation(severity=severity)
    ordered = sorted(body.steps, key=lambda step: step.after_minutes)
    row.steps = [step.model_dump(mode="json") for step in ordered]
    row.repeat_minutes, row.set_by, row.set_at = body.repeat_minutes, act.who.name, act.at
    act.session.add(row)
    act.session.flush()
    act.log("escalation.set", f"escalation:{severity}", **body.model_dump(mode="json"))
    return row


def reset_escalation(act: Act, severity: str) -> None:
    """Goes back to the platform's default; nothing happens where it is in force."""
    row = act.session.get(Escalation, severity)
    if row is not None:
        act.session.delete(row)
        act.session.flush()
        act.log("escalation.reset", f"escalation:{severity}")
