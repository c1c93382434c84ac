"""FR-08 卡线金额: many amounts just below the approval limit."""

from decimal import Decimal
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import PIECES, Finding, FundRule, Number, Text, money, percent

BAND: Final = Decimal("0.95")
"""From this share of the limit an amount is just below it (audit practice)."""
SHARE: Final = 0.20
"""Share of the amounts in the band above which it is a finding (platform default)."""
LEAST: Final = 5
"""Fewer amounts say nothing (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Counts amounts to the claim's account in ``[0.95 L, L)``."""
    limit = facts.papers.approval_limit
    if limit is None:
        return None
    amounts = [p.amount for p in facts.payments if p.payee_account == claim.payee_account]
    amounts.append(claim.amount)
    close = [a for a in amounts if limit * BAND <= a < limit]
    share = len(close) / len(amounts)
    if len(amounts) < LEAST or share <= SHARE:
        return None
    explanation = Text(
        f"该账户 {len(amounts)} 笔中有 {len(close)} 笔（{share:.0%}）刚好低于审批限额 "
        f"{limit:,.2f} 元。",
        f"{len(close)} of {len(amounts)} amounts to this account ({share:.0%}) lie just below "
        f"the approval limit {limit:,.2f}.",
    )
    numbers = (
        money("审批限额", "Approval limit", limit),
        Number(Text("卡线笔数", "Just below"), str(len(close)), PIECES),
        Number(Text("总笔数", "Amounts"), str(len(amounts)), PIECES),
        percent("占比", "Share", 100 * share),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-08",
    version="1",
    title=Text("金额卡审批线", "Amounts just below the limit"),
    severity="medium",
    action="review",
    formula=Text(
        "金额落在 [0.95 × 限额, 限额) 的占比 > 20%，且不少于 5 笔",
        "Share of amounts in [0.95 × limit, limit) > 20 %, at least 5 amounts",
    ),
    reads=("payments", "claim", "approval limit"),
    clears_when=Text("逐笔说明金额的计量依据。", "Each amount is shown to follow a measurement."),
    basis="审计惯例",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
