"""FR-07 拆分规避审批: several payments under the approval limit that together pass it."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from siteward_rules.facts import ZERO, ClaimFacts, ProjectFacts
from siteward_rules.findings import PIECES, Finding, FundRule, Number, Text, money

WINDOW: Final = timedelta(days=20)
"""Payments this close belong together; claims of two months are further apart, even
around holidays (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Adds the claim to what went to the same account for the same node before."""
    limit = facts.papers.approval_limit
    if limit is None or claim.amount >= limit:
        return None
    since = claim.claimed_on - WINDOW
    filed = [
        c.amount
        for c in facts.claims
        if c.id != claim.id
        and (c.payee_account, c.milestone) == (claim.payee_account, claim.milestone)
        and since <= c.claimed_on <= claim.claimed_on
        and c.amount < limit
    ]
    known = {c.id for c in facts.claims}
    paid = [
        p.amount
        for p in facts.payments
        if p.purpose == "progress"
        and p.claim not in known
        and p.payee_account == claim.payee_account
        and p.milestone in (None, claim.milestone)
        and since <= p.paid_on <= claim.claimed_on
        and p.amount < limit
    ]
    others: list[Decimal] = filed + paid
    together = sum(others, claim.amount)
    if not others or together < limit:
        return None
    explanation = Text(
        f"20 天内向同一账户、同一节点的 {len(others) + 1} 笔均低于审批限额 {limit:,.2f} 元，"
        f"合计 {together:,.2f} 元达到限额。",
        f"{len(others) + 1} amounts to one account and milestone within 20 days, each below the "
        f"approval limit {limit:,.2f}, together {together:,.2f}.",
    )
    numbers = (
        money("本次申请", "This claim", claim.amount),
        money("此前 20 天", "20 days before", sum(others, ZERO)),
        Number(Text("笔数", "Amounts"), str(len(others) + 1), PIECES),
        money("审批限额", "Approval limit", limit),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-07",
    version="1",
    title=Text("疑似拆分规避审批", "Split below the approval limit"),
    severity="high",
    action="review",
    formula=Text(
        "20 天内同账户同节点 ≥ 2 笔，每笔 < 审批限额，合计 ≥ 审批限额",
        "At least 2 to one account and milestone in 20 days, each < limit, together ≥ limit",
    ),
    reads=("claim", "claims", "payments", "approval limit"),
    clears_when=Text(
        "按合计金额履行审批程序，或说明分次申请的合同依据。",
        "The sum is approved as one, or the contract asks for the parts.",
    ),
    basis="政府采购法实施条例第二十八条（化整为零）",
    legal_basis=None,
    trust="read",
    evaluate=evaluate,
)
