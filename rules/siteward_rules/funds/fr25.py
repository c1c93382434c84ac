"""FR-25 预付款异常: an advance of unusual size, without guarantee, or never earned back."""

from typing import Final

from siteward_rules.facts import ZERO, ClaimFacts, ProjectFacts, part
from siteward_rules.findings import Finding, FindingSeverity, FundRule, Text, money, percent

LEAST: Final = 10.0
MOST: Final = 30.0
"""Percent of the contract an advance is between (财建〔2004〕369号)."""
RECOVERED_AT: Final = 80.0
"""Percent of verified work by which it should be earned back (platform default)."""
REMAINDER: Final = 25.0
"""Percent of the advance still outstanding then, above which it is a finding: proportional
recovery leaves a fifth at 80 % (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks at what was paid as advance."""
    paid = sum((p.amount for p in facts.payments if p.purpose == "advance"), ZERO)
    contract = facts.contract.contract_sum
    if paid <= 0 or contract <= 0:
        return None
    share = float(100 * paid / contract)
    done = float(100 * facts.verified_value / facts.contract_total)
    reasons: list[Text] = []
    severity: FindingSeverity = "medium"
    if not part(contract, LEAST) <= paid <= part(contract, MOST):
        reasons.append(
            Text(f"占合同价 {share:.1f}%（应 10%–30%）", f"{share:.1f} % of the contract")
        )
    if facts.papers.advance_guarantee is False:
        reasons.append(Text("未提供预付款担保", "without a guarantee"))
        severity = "high"
    open_advance = facts.unrecovered_advance
    if done >= RECOVERED_AT and open_advance > part(paid, REMAINDER):
        reasons.append(
            Text(f"完成 {done:.0f}% 仍未抵扣", f"not earned back at {done:.0f} % of the work")
        )
        severity = "high"
    if not reasons:
        return None
    explanation = Text(
        f"预付款 {paid:,.2f} 元：{'；'.join(r.zh for r in reasons)}。",
        f"Advance of {paid:,.2f}: {'; '.join(r.en for r in reasons)}.",
    )
    numbers = (
        money("已付预付款", "Advance paid", paid),
        percent("占合同价", "Of the contract", share),
        money("未抵扣", "Not earned back", open_advance),
        percent("核定完成", "Verified work", done),
    )
    return RULE.finding(explanation, numbers, severity=severity)


RULE: Final = FundRule(
    id="FR-25",
    version="1",
    title=Text("预付款异常", "Advance out of order"),
    severity="medium",
    action="review",
    formula=Text(
        "预付款 < 10% 或 > 30% 合同价，或无担保，或完成 ≥ 80% 仍有 > 25% 未抵扣",
        "Advance < 10 % or > 30 % of the contract, or no guarantee, or > 25 % of it open at 80 %",
    ),
    reads=("payments", "contract", "accepted progress"),
    clears_when=Text(
        "补办担保，按约定抵扣。", "A guarantee is given; it is earned back as agreed."
    ),
    basis="财建〔2004〕369号",
    legal_basis=None,
    trust="read",
    evaluate=evaluate,
)
