"""Legal clocks of claims, told in time: once when they warn, once when they have passed.

Telling is all that happens. What silence means in law stands in the notice; a claim moves, and
money leaves, by a person's act only.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from siteward_platform.act import Act
from siteward_platform.claim_clocks import deadlines_of
from siteward_platform.claims import announce, subject
from siteward_platform.database.models import Claim, ClockNotice, Notice
from siteward_rules.findings import Text
from siteward_rules.money.claims import OPEN, ClaimState
from siteward_rules.money.clocks import Deadline

_WATCHED: Final = [state.value for state in OPEN | {ClaimState.CLAWBACK}]
_NAMES: Final = {
    "supervisor_review": Text("监理审核", "Supervisor's review"),
    "owner_review": Text("建设单位审批", "Owner's review"),
    "payment": Text("支付", "Payment"),
    "sme_payment": Text("中小企业款项支付", "Payment to a small enterprise"),
    "hold_review": Text("暂缓复核", "Review of the hold"),
    "appeal_reply": Text("申诉答复", "Answer to the objection"),
    "clawback": Text("追回款退回", "Return of overpaid money"),
}


def tell_clocks(act: Act) -> int:
    """Tells of every clock that warns or has passed and was not told of yet.

    Returns:
        How many were told.
    """
    query = select(Claim).where(Claim.state.in_(_WATCHED)).order_by(Claim.id)
    return sum(_tell(act, claim) for claim in act.session.scalars(query).all())


def _tell(act: Act, claim: Claim) -> int:
    due = [d for d in deadlines_of(act.session, claim, act.today) if d.status in _STAGES]
    new = [d for d in due if not _told(act, claim, d)]
    for deadline in new:
        act.session.add(
            ClockNotice(
                claim_id=claim.id,
                clock=deadline.name,
                due_on=deadline.due_on,
                status=deadline.status,
                at=act.at,
            )
        )
        act.session.add_all(_notices(act, claim, deadline))
        act.log(
            f"clock.{_STAGES[deadline.status]}", subject(claim), project=claim.project_id,
            clock=deadline.name, role=deadline.role, due_on=deadline.due_on,
            source=deadline.source,
        )  # fmt: skip
    if new:
        act.session.flush()
        announce(act, claim)
    return len(new)


_STAGES: Final = {"warning": "warn", "passed": "pass"}


def _told(act: Act, claim: Claim, deadline: Deadline) -> bool:
    key = (claim.id, deadline.name, deadline.due_on, deadline.status)
    return act.session.get(ClockNotice, key) is not None


def _notices(act: Act, claim: Claim, deadline: Deadline) -> Sequence[Notice]:
    """Who must act is told; once the day has passed, supervision is told too."""
    passed = deadline.status == "passed"
    name, consequence = _NAMES[deadline.name], deadline.consequence
    said = ("已逾期", "is overdue") if passed else ("即将到期", "is due soon")
    title = {"zh": f"{name.zh}{said[0]}", "en": f"{name.en} {said[1]}"}
    text = {
        "zh": f"申请 {claim.id}“{claim.title}”：{deadline.due_on} 到期；{consequence.zh}"
        f"（{deadline.source}）。",
        "en": f"Claim {claim.id}: due by {deadline.due_on}; {consequence.en} ({deadline.source}).",
    }
    roles = dict.fromkeys([deadline.role, *(["supervisor"] if passed else [])])
    return [
        Notice(
            project_id=claim.project_id,
            topic=f"clock.{deadline.name}",
            role=role,
            why="escalation" if passed else "new",
            severity="serious" if passed else "general",
            title=title,
            text=text,
            at=act.at,
        )
        for role in roles
    ]
