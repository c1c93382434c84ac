"""Reading alerts and judging them. The worker writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, desc, func, select, tuple_
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.safety import VerdictIn
from siteward_platform.database.models import Account, AlertRecord
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError

JUDGES: Final = ("supervisor", "inspector", "chief_supervisor")
"""Roles that acknowledge and judge alerts."""


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are wanted; None is any."""

    project: str | None = None
    state: str | None = None
    severity: str | None = None
    kind: str | None = None
    device: str | None = None
    zone: str | None = None
    mine: str | None = None
    """Assigned to this person, or acknowledged by them while nobody is."""
    untaken: bool = False
    """Firing, and nobody acknowledged it."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        wanted = (
            (AlertRecord.project_id, self.project),
            (AlertRecord.state, self.state),
            (AlertRecord.severity, self.severity),
            (AlertRecord.kind, self.kind),
            (AlertRecord.device, self.device),
            (AlertRecord.zone, self.zone),
        )
        found = [column == value for column, value in wanted if value is not None]
        if self.mine is not None:
            taken = AlertRecord.assigned_to.is_(None) & (AlertRecord.acknowledged_by == self.mine)
            found.append((AlertRecord.assigned_to == self.mine) | taken)
        if self.untaken:
            found += [AlertRecord.state == "firing", AlertRecord.acknowledged_by.is_(None)]
        return found


def page_of_alerts(
    session: Session, wanted: AlertFilter, before: int | None, limit: int
) -> tuple[Sequence[AlertRecord], int]:
    """Alerts by when they began, newest first, and how many there are in all.

    Args:
        session: Where to read.
        wanted: Filter.
        before: Id of the last alert of the page before.
        limit: At most so many.
    """
    conditions = wanted.conditions()
    total = session.scalar(select(func.count()).select_from(AlertRecord).where(*conditions)) or 0
    order = tuple_(AlertRecord.started_at, AlertRecord.id)
    query = select(AlertRecord).where(*conditions)
    if before is not None:
        last = get_alert(session, before)
        query = query.where(order < tuple_(last.started_at, last.id))
    query = query.order_by(desc(AlertRecord.started_at), desc(AlertRecord.id)).limit(limit)
    return session.scalars(query).all(), total


def get_alert(session: Session, alert_id: int) -> AlertRecord:
    """An alert.

    Raises:
        NotFoundError: There is none.
    """
    alert = session.get(AlertRecord, alert_id)
    if alert is None:
        raise NotFoundError("no_such_alert", f"没有编号为 {alert_id} 的预警", "请从预警列表中选择")
    return alert


def acknowledge(act: Act, alert_id: int) -> AlertRecord:
    """Somebody has seen it and takes care; the first one counts.

    Raises:
        ConflictError: Another person acknowledged it already.
    """
    alert = _locked(act, alert_id)
    if alert.acknowledged_by == act.who.name:
        return alert
    if alert.acknowledged_by is not None:
        raise ConflictError("acknowledged_already", f"{alert.acknowledged_by} 已确认该预警")
    alert.acknowledged_by, alert.acknowledged_at = act.who.name, act.at
    return _judged(act, alert, "alert.acknowledge")


def take_back_acknowledgement(act: Act, alert_id: int) -> AlertRecord:
    """Undoes one's own acknowledgement.

    Raises:
        ConflictError: It is another person's.
    """
    alert = _locked(act, alert_id)
    if alert.acknowledged_by is None:
        return alert
    if alert.acknowledged_by != act.who.name:
        raise ConflictError("acknowledged_by_other", f"该预警由 {alert.acknowledged_by} 确认")
    alert.acknowledged_by, alert.acknowledged_at = None, None
    return _judged(act, alert, "alert.unacknowledge")


def acknowledge_all(act: Act, alert_ids: Sequence[int]) -> list[int]:
    """Acknowledges many at once; those that others took are left to them.

    Returns:
        Which this act acknowledged, so that exactly these can be taken back.
    """
    free = [row for row in _all_locked(act, alert_ids) if row.acknowledged_by is None]
    for alert in free:
        alert.acknowledged_by, alert.acknowledged_at = act.who.name, act.at
        _judged(act, alert, "alert.acknowledge")
    return [alert.id for alert in free]


def take_back_all(act: Act, alert_ids: Sequence[int]) -> list[int]:
    """Undoes one's own acknowledgements; other people's stay.

    Returns:
        Which were taken back.
    """
    own = [row for row in _all_locked(act, alert_ids) if row.acknowledged_by == act.who.name]
    for alert in own:
        alert.acknowledged_by, alert.acknowledged_at = None, None
        _judged(act, alert, "alert.unacknowledge")
    return [alert.id for alert in own]


def assign(act: Act, alert_id: int, username: str | None) -> AlertRecord:
    """Gives an alert to somebody of the safety staff, or to nobody.

    Raises:
        InvalidError: No such account, or one that may not judge alerts.
    """
    alert = _locked(act, alert_id)
    if alert.assigned_to == username:
        return alert
    if username is not None and username not in {p.username for p in assignees(act.session)}:
        raise InvalidError(
            "not_assignable",
            f"不能指派给 {username}",
            "请从可指派人员中选择",
            {"username": "不可指派"},
        )
    alert.assigned_to = username
    alert.assigned_by, alert.assigned_at = act.who.name, act.at
    return _judged(act, alert, "alert.assign", to=username)


def assignees(session: Session) -> Sequence[Account]:
    """Whom alerts can be given to, by name."""
    query = select(Account).where(Account.role.in_(JUDGES)).order_by(Account.display_name)
    return session.scalars(query).all()


def judge(act: Act, alert_id: int, body: VerdictIn) -> AlertRecord:
    """Keeps a person's verdict; a later one replaces it, the audit log has both.

    Raises:
        InvalidError: A false alarm without a reason.
    """
    if body.verdict == "false_alarm" and len(body.reason.strip()) < 2:
        raise InvalidError(
            "reason_missing", "判定误报须说明理由", "请写明为什么是误报", {"reason": "必填"}
        )
    alert = _locked(act, alert_id)
    alert.verdict, alert.verdict_reason = body.verdict, body.reason
    alert.verdict_by, alert.verdict_at = act.who.name, act.at
    act.change(alert.project_id)  # a false alarm takes back what followed from it
    return _judged(act, alert, "alert.judge", **body.model_dump())


def _locked(act: Act, alert_id: int) -> AlertRecord:
    query = select(AlertRecord).where(AlertRecord.id == alert_id).with_for_update()
    alert = act.session.scalars(query).one_or_none()
    return alert if alert is not None else get_alert(act.session, alert_id)


def _all_locked(act: Act, alert_ids: Sequence[int]) -> Sequence[AlertRecord]:
    query = select(AlertRecord).where(AlertRecord.id.in_(alert_ids)).order_by(AlertRecord.id)
    return act.session.scalars(query.with_for_update()).all()


def _judged(act: Act, alert: AlertRecord, action: str, **detail: object) -> AlertRecord:
    act.log(action, f"alert:{alert.id}", project=alert.project_id, rule=alert.rule, **detail)
    act.announce("alert", alert.project_id, alert.id, alert.state)
    return alert
