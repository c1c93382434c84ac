"""FR-16 单价偏离: unit prices other than the contract's or far from the published ones."""

from decimal import Decimal
from typing import Final

from siteward_rules.facts import ZERO, ClaimFacts, ProjectFacts, yuan
from siteward_rules.findings import Finding, FundRule, Number, Text, money

OFF_CONTRACT: Final = Decimal("0.02")
"""Share off the contract's price above which it is a finding (platform default)."""
OFF_INDEX: Final = Decimal("0.15")
"""Share off the published price (信息价) (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares every line of the claim."""
    lines = [line for line in facts.papers.prices if line.claim == claim.id]
    off = [line for line in lines if _off(line.price, line.contract_price) > OFF_CONTRACT]
    far = [
        line
        for line in lines
        if line.index_price is not None and _off(line.price, line.index_price) > OFF_INDEX
    ]
    if not off and not far:
        return None
    worst = max(off or far, key=lambda line: abs(line.price - line.contract_price) * line.quantity)
    base = worst.contract_price if off else worst.index_price or ZERO
    excess = sum((yuan((x.price - x.contract_price) * x.quantity) for x in off), ZERO)
    name = Text("合同单价", "contract price") if off else Text("信息价", "published price")
    share = float(100 * (worst.price / base - 1)) if base else 0.0
    explanation = Text(
        f"{len(off or far)} 项单价偏离{name.zh}，最大为“{worst.item}” {worst.price} 元/{worst.unit}"
        f"，{name.zh} {base} 元/{worst.unit}（{share:+.1f}%）。",
        f"{len(off or far)} unit prices are off the {name.en}, above all {worst.item}: "
        f"{worst.price} per {worst.unit} against {base} ({share:+.1f} %).",
    )
    numbers = (
        Number(Text("项目", "Item"), worst.item),
        money("申请单价", "Price claimed", worst.price),
        money(name.zh, name.en.capitalize(), base),
        Number(Text("偏离", "Deviation"), f"{share:+.1f}", Text("%", "%")),
        money("偏离合计金额", "Difference in all", excess),
    )
    return RULE.finding(explanation, numbers, severity="high" if off else "medium")


def _off(price: Decimal, base: Decimal) -> Decimal:
    return abs(price / base - 1) if base > 0 else Decimal(1)


RULE: Final = FundRule(
    id="FR-16",
    version="1",
    title=Text("单价偏离", "Unit prices off"),
    severity="high",
    action="review",
    formula=Text(
        "|申请单价 ÷ 合同单价 − 1| > 2%（高），或与信息价相差 > 15%（中）",
        "|price ÷ contract price − 1| > 2 % (high), or > 15 % off the published price (medium)",
    ),
    reads=("prices", "claim"),
    clears_when=Text("单价调整获批，或改按合同单价计价。", "The change is approved, or undone."),
    basis="世界银行指标（价格偏离）",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
