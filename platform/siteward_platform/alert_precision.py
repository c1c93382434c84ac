"""How often rules and devices were right, by what people said of their alerts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Integer, case, func, select
from sqlalchemy.orm import Session

from siteward_platform.database.models import AlertMember, AlertRecord
from siteward_rules.alerts.precision import Judged

_VERDICTS: Final[Mapping[str, str | None]] = {
    "confirmed": "confirmed",
    "false_alarms": "false_alarm",
    "cannot_tell": "cannot_tell",
    "unjudged": None,
}


@dataclass(frozen=True, slots=True)
class Watched:
    """What was made of one device, by one rule or by all, and what people said of it."""

    rule: str
    project: str
    device: str
    judged: Judged


def by_rule(session: Session, since: datetime, project: str | None = None) -> list[Watched]:
    """Alerts that fired since an instant, by every rule that saw them and the device they came of.

    A verdict is about the incident: it counts for each rule that saw it, once.
    """
    seen = (
        select(AlertMember.rule, AlertMember.alert_id)
        .where(AlertMember.retracted.is_(False))
        .distinct()
        .subquery()
    )
    where = (seen.c.rule, AlertRecord.project_id, AlertRecord.device)
    query = (
        select(*where, *_counts())
        .join(AlertRecord, AlertRecord.id == seen.c.alert_id)
        .where(*_since(since, project))
        .group_by(*where)
        .order_by(*where)
    )
    return [_watched(*row) for row in session.execute(query)]


def by_device(session: Session, since: datetime, project: str | None = None) -> list[Watched]:
    """The same by device alone: every alert once, whatever rules saw it."""
    where = (AlertRecord.project_id, AlertRecord.device)
    query = select(*where, *_counts()).where(*_since(since, project))
    rows = session.execute(query.group_by(*where).order_by(*where))
    return [_watched("", *row) for row in rows]


def _watched(rule: str, project: str, device: str | None, *counts: int) -> Watched:
    return Watched(rule, project, device or "", Judged(**dict(zip(_VERDICTS, counts, strict=True))))


def _since(since: datetime, project: str | None) -> list[ColumnElement[bool]]:
    wanted = [AlertRecord.fired_at >= since]
    return wanted if project is None else [*wanted, AlertRecord.project_id == project]


def _counts() -> list[ColumnElement[int]]:
    given = [
        AlertRecord.verdict.is_(None) if verdict is None else AlertRecord.verdict == verdict
        for verdict in _VERDICTS.values()
    ]
    return [func.sum(case((is_given, 1), else_=0)).cast(Integer) for is_given in given]


def add(judged: Iterable[Judged]) -> Judged:
    """All of them together."""
    total = dict.fromkeys(_VERDICTS, 0)
    for one in judged:
        for name in total:
            total[name] += getattr(one, name)
    return Judged(**total)
