"""FR-03 累计超合同: paid with this claim, beyond the contract and its approved variations."""

from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Text, money


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares all payments including this claim with the most that may ever be paid."""
    paid, total = facts.paid_with(claim), facts.contract_total
    if paid <= total:
        return None
    explanation = Text(
        f"连同本次申请累计支付 {paid:,.2f} 元，超过合同价（含已批准变更）{total:,.2f} 元，"
        f"超出 {paid - total:,.2f} 元。",
        f"Paid with this claim {paid:,.2f} exceeds the contract with approved variations "
        f"{total:,.2f} by {paid - total:,.2f} yuan.",
    )
    numbers = (
        money("连同本次累计支付", "Paid with this claim", paid),
        money("合同价", "Contract sum", facts.contract.contract_sum),
        money("已批准变更", "Approved variations", facts.contract.approved_variations),
        money("超出", "Excess", paid - total),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-03",
    version="1",
    title=Text("累计支付超合同", "Paid beyond the contract"),
    severity="critical",
    action="hold",
    formula=Text(
        "累计支付（含本次）> 合同价 + 已批准变更",
        "Paid, this claim included > contract sum + approved variations",
    ),
    reads=("payments", "contract", "variations"),
    clears_when=Text(
        "变更按程序获批，或申请金额调减到合同价以内。",
        "The variations are approved, or the claim is reduced to the contract.",
    ),
    basis="政府投资条例第二十三条",
    legal_basis="GOV_INVEST_REG_34",
    trust="read",
    evaluate=evaluate,
)
