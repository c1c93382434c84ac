"""FR-18 质保金提前释放: retention given back too early, or kept too little or too much."""

from decimal import Decimal
from typing import Final

from siteward_rules.facts import ZERO, ClaimFacts, ProjectFacts, yuan
from siteward_rules.findings import Finding, FundRule, Text, money

ROUNDING: Final = Decimal("1.00")
"""Yuan that rounding payment by payment may add up to."""
MOST: Final = Decimal("0.03")
"""Retention may not exceed this share of the settled price (建质〔2017〕138号)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Checks dates of release, and what is kept against what was paid for works."""
    retention = facts.papers.retention
    if retention is None:
        return None
    asked = sum((p.amount for p in facts.payments if p.purpose == "retention"), retention.released)
    last = max(
        (p.paid_on for p in facts.payments if p.purpose == "retention"),
        default=retention.released_on,
    )
    earned = min(facts.verified_value, facts.contract_total)
    least = yuan(earned * facts.contract.retention)
    most = yuan(facts.contract_total * MOST)
    if asked > 0 and last and (retention.defects_end is None or last <= retention.defects_end):
        end = retention.defects_end
        why = Text(
            f"缺陷责任期{f'至 {end} 届满' if end else '尚未起算'}，已退还 {asked:,.2f} 元",
            f"{asked:,.2f} given back while the defects period "
            f"{f'runs to {end}' if end else 'has not begun'}",
        )
    elif asked == 0 and retention.kept < least - ROUNDING:
        why = Text(
            f"已扣留 {retention.kept:,.2f} 元，低于合同应扣 {least:,.2f} 元",
            f"{retention.kept:,.2f} kept, the contract asks for {least:,.2f}",
        )
    elif retention.kept > most + ROUNDING:
        why = Text(
            f"扣留 {retention.kept:,.2f} 元，超过 3% 上限 {most:,.2f} 元",
            f"{retention.kept:,.2f} kept, more than 3 % = {most:,.2f}",
        )
    else:
        return None
    numbers = (
        money("已扣留", "Kept", retention.kept),
        money("已退还", "Given back", asked if asked else ZERO),
        money("合同应扣", "Contract asks", least),
        money("上限 3%", "At most 3 %", most),
    )
    return RULE.finding(Text(f"质量保证金：{why.zh}。", f"Retention: {why.en}."), numbers)


RULE: Final = FundRule(
    id="FR-18",
    version="1",
    title=Text("质保金异常", "Retention wrong"),
    severity="high",
    action="hold",
    formula=Text(
        "缺陷责任期满前退还，或扣留 < 合同比例 × 核定产值，或扣留 > 合同价 3%",
        "Given back before the defects period ends, or kept < contract share × verified value, "
        "or kept > 3 % of the contract",
    ),
    reads=("retention", "contract", "accepted progress"),
    clears_when=Text("补足或退还质保金至约定数额。", "Retention is brought to what was agreed."),
    basis="建质〔2017〕138号",
    legal_basis="CONTRACT_CLAUSE",
    trust="read",
    evaluate=evaluate,
)
