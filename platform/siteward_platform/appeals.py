"""Objections (申诉) of the payee to a hold. An answer moves no money: people decide that elsewhere."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.claim_acts import AppealIn, AppealReplyIn
from siteward_platform.claims import announce, change_claim, subject
from siteward_platform.database.models import Appeal, Claim
from siteward_platform.holds import load_hold
from siteward_platform.refusals import ConflictError
from siteward_rules.calendar import china
from siteward_rules.money.clocks import APPEAL_WORKING_DAYS


def appeal(act: Act, claim_id: int, body: AppealIn) -> Claim:
    """The payee's side objects to a hold.

    Raises:
        ConflictError: Nothing is held, or an objection waits for its answer already.
    """
    claim = change_claim(act, claim_id)
    hold = load_hold(act.session, claim_id)
    if hold is None or not hold.is_open:
        raise ConflictError("nothing_held", "该申请没有暂缓的款项", "无需申诉")
    if any(row.replied_at is None for row in appeals_of(act.session, claim_id)):
        raise ConflictError("appeal_waits", "已有一项申诉等待答复", "请等待答复")
    due = china().add_working_days(act.today, APPEAL_WORKING_DAYS)
    act.session.add(
        Appeal(claim_id=claim_id, by=act.who.name, at=act.at, reply_due=due, **body.model_dump())
    )
    act.log("appeal.file", subject(claim), reply_due=due, **body.model_dump())
    announce(act, claim)
    return claim


def reply(act: Act, claim_id: int, body: AppealReplyIn) -> Claim:
    """Somebody other than who decided the hold answers.

    Raises:
        ConflictError: Nothing waits for an answer, or the one who decided would answer.
    """
    claim = change_claim(act, claim_id)
    waiting = [row for row in appeals_of(act.session, claim_id) if row.replied_at is None]
    if not waiting:
        raise ConflictError("no_appeal", "没有待答复的申诉", "请刷新页面查看当前状态")
    hold = load_hold(act.session, claim_id)
    if hold is not None and hold.decided_by is not None and hold.decided_by.name == act.who.name:
        raise ConflictError("same_person", "申诉不能由作出决定的人答复", "请由另一人答复")
    row = waiting[0]
    row.replied_by, row.replied_at = act.who.name, act.at
    row.outcome, row.reply = body.outcome, body.text
    act.log("appeal.reply", subject(claim), appeal=row.id, **body.model_dump())
    announce(act, claim)
    return claim


def appeals_of(session: Session, claim_id: int) -> Sequence[Appeal]:
    """A claim's objections, oldest first."""
    query = select(Appeal).where(Appeal.claim_id == claim_id).order_by(Appeal.id)
    return session.scalars(query).all()
