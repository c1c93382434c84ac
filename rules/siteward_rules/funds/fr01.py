"""FR-01 超进度付款: paid with this claim, beyond what verified work allows."""

from decimal import Decimal
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts, yuan
from siteward_rules.findings import PERCENT, Finding, FundRule, Number, Text, money

TOLERANCE: Final = Decimal("0.01")
"""Share of the contract an excess must pass (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares net payments including this claim with verified value x cap."""
    cap = facts.contract.progress_cap
    gross, advance = facts.paid_with(claim), facts.unrecovered_advance
    net = gross - advance
    ceiling = yuan(facts.verified_value * cap)
    excess = net - ceiling
    if excess <= facts.contract_total * TOLERANCE:
        return None
    less, share = _less(advance, net), f"{float(100 * cap):g}%"
    explanation = Text(
        f"连同本次申请累计支付 {gross:,.2f} 元{less.zh}，超过核定产值 "
        f"{facts.verified_value:,.2f} 元 × {share} = {ceiling:,.2f} 元，超出 {excess:,.2f} 元。",
        f"Paid with this claim {gross:,.2f}{less.en} exceeds verified value "
        f"{facts.verified_value:,.2f} x {share} = {ceiling:,.2f} by {excess:,.2f} yuan.",
    )
    numbers = (
        money("此前累计已付", "Paid before this claim", facts.paid - facts.paid_on(claim)),
        money("本次申请", "This claim", claim.amount),
        money("未抵扣预付款", "Advance not yet recovered", advance),
        money("核定完成产值", "Verified value", facts.verified_value),
        Number(Text("支付上限比例", "Cap"), f"{cap * 100:.1f}", PERCENT),
        money("可付上限", "Ceiling", ceiling),
        money("超出", "Excess", excess),
    )
    return RULE.finding(explanation, numbers)


def _less(advance: Decimal, net: Decimal) -> Text:
    if not advance:
        return Text("", "")
    return Text(
        f"，扣除未抵扣预付款 {advance:,.2f} 元后为 {net:,.2f} 元",
        f", {net:,.2f} without the unrecovered advance of {advance:,.2f},",
    )


RULE: Final = FundRule(
    id="FR-01",
    version="1",
    title=Text("超进度付款", "Paid ahead of verified progress"),
    severity="high",
    action="hold",
    formula=Text(
        "累计支付（含本次）− 未抵扣预付款 > 核定完成产值 × 支付上限比例，且超出 > 合同价 1%",
        "Paid, this claim included − advance not yet recovered > verified value × cap, "
        "by more than 1 % of the contract",
    ),
    reads=("payments", "accepted progress", "contract"),
    clears_when=Text(
        "总监理工程师核定的产值达到所付金额，或申请金额调减到可付上限以内。",
        "Verified value reaches what is paid, or the claim is reduced to the ceiling.",
    ),
    basis="预算法实施条例第五十七条（三）：按照进度拨付",
    legal_basis="BUDGET_IMPL_57_3",
    trust="read",
    evaluate=evaluate,
)
