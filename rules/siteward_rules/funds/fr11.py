"""FR-11 非工作时间操作: approved at night, early or on a day of rest."""

from datetime import time
from typing import Final

from siteward_contracts.clock import SHANGHAI
from siteward_rules.calendar import china
from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Number, Text, money
from siteward_rules.papers import Approval

OPEN: Final = time(8)
CLOSE: Final = time(20)
"""Office hours within which nobody wonders (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks at when each approval of the claim was given, in Asia/Shanghai."""
    odd = [a for a in facts.papers.approvals if a.claim == claim.id and _odd(a)]
    if not odd:
        return None
    said = Text(
        "；".join(f"{_at(a)} 由{a.by}（{a.role}）" for a in odd),
        "; ".join(f"{_at(a)} by {a.by} ({a.role})" for a in odd),
    )
    explanation = Text(f"非工作时间审批：{said.zh}。", f"Approved out of hours: {said.en}.")
    numbers = (
        money("本次申请", "This claim", claim.amount),
        *(Number(Text(f"{a.by} 审批时间", f"{a.by} approved at"), _at(a)) for a in odd),
    )
    return RULE.finding(explanation, numbers)


def _odd(approval: Approval) -> bool:
    at = approval.at.astimezone(SHANGHAI)
    return not (OPEN <= at.time() < CLOSE) or not china().is_working_day(at.date())


def _at(approval: Approval) -> str:
    return approval.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


RULE: Final = FundRule(
    id="FR-11",
    version="1",
    title=Text("非工作时间审批", "Approved out of hours"),
    severity="low",
    action="notice",
    formula=Text(
        "审批时间在 08:00–20:00 之外，或在非工作日（按国务院放假通知）",
        "Approved outside 08:00–20:00 or on a day of rest by the yearly notice",
    ),
    reads=("approvals",),
    clears_when=Text("审批人说明原因。", "Whoever approved says why."),
    basis="审计惯例",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
