"""FR-04 超概算: what is committed, beyond the approved estimate or close to it."""

from decimal import Decimal
from typing import Final

from siteward_rules.facts import ZERO, ClaimFacts, ProjectFacts, yuan
from siteward_rules.findings import Finding, FundRule, Text, money, percent

WARN: Final = Decimal("0.95")
"""Share of the estimate above which it is told (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares contract, approved and pending variations with the approved estimate."""
    estimate = facts.contract.approved_estimate
    pending = sum(
        (v.amount for v in facts.papers.variations if v.approved_on is None and v.amount > 0), ZERO
    )
    committed = facts.contract_total + pending
    if estimate <= 0 or committed <= yuan(estimate * WARN):
        return None
    over = committed > estimate
    share = float(100 * committed / estimate)
    explanation = Text(
        f"合同价、已批准及待批变更合计 {committed:,.2f} 元，为批准概算 {estimate:,.2f} 元的 "
        f"{share:.1f}%，{'已超概算' if over else '接近概算'}。",
        f"Contract with approved and pending variations {committed:,.2f} is {share:.1f} % of the "
        f"approved estimate {estimate:,.2f}: {'beyond it' if over else 'close to it'}.",
    )
    numbers = (
        money("合同价及已批准变更", "Contract and approved variations", facts.contract_total),
        money("待批变更", "Pending variations", pending),
        money("批准概算", "Approved estimate", estimate),
        percent("占概算", "Of the estimate", share),
    )
    return RULE.finding(
        explanation,
        numbers,
        severity="high" if over else "medium",
        action="hold" if over else "review",
    )


RULE: Final = FundRule(
    id="FR-04",
    version="1",
    title=Text("超概算", "Beyond the approved estimate"),
    severity="high",
    action="hold",
    formula=Text(
        "合同价 + 已批准变更 + 待批变更 > 批准概算（> 95% 提示复核）",
        "Contract + approved + pending variations > approved estimate (> 95 % is a review)",
    ),
    reads=("contract", "variations"),
    clears_when=Text(
        "原审批部门批准调整概算，或核减变更。",
        "The original approver raises the estimate, or variations are reduced.",
    ),
    basis="政府投资条例第二十三条、第三十四条（四）",
    legal_basis="GOV_INVEST_REG_34",
    trust="read",
    evaluate=evaluate,
)
