"""Reading alerts and judging them. The worker writes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, desc, func, select, tuple_
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.safety import VerdictIn
from siteward_platform.database.models import AlertRecord
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are wanted; None is any."""

    project: str | None = None
    state: str | None = None
    severity: str | None = None
    kind: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        wanted = (
            (AlertRecord.project_id, self.project),
            (AlertRecord.state, self.state),
            (AlertRecord.severity, self.severity),
            (AlertRecord.kind, self.kind),
        )
        return [column == value for column, value in wanted if value is not None]


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


def _judged(act: Act, alert: AlertRecord, action: str, **detail: object) -> AlertRecord:
    act.log(action, f"alert:{alert.id}", project=alert.project_id, rule=alert.rule, **detail)
    act.announce("alert", alert.project_id, alert.id, alert.state)
    return alert
