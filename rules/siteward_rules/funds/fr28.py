"""FR-28 材料款与进场不符: more material paid than came through the gate."""

from decimal import Decimal
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Number, Text, percent

TOLERANCE: Final = Decimal("1.05")
"""Paid by received, above which it is a finding (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares quantities material by material."""
    over = [d for d in facts.papers.deliveries if d.paid > d.received * TOLERANCE]
    if not over:
        return None
    worst = max(over, key=lambda d: d.paid / d.received if d.received else d.paid)
    share = float(100 * worst.paid / worst.received) if worst.received else 0.0
    explanation = Text(
        f"{len(over)} 种材料付款数量超过进场：“{worst.material}”付款 {worst.paid} {worst.unit}，"
        f"进场 {worst.received} {worst.unit}。",
        f"{len(over)} materials paid beyond what came in: {worst.material}, {worst.paid} "
        f"{worst.unit} paid, {worst.received} received.",
    )
    unit = Text(worst.unit, worst.unit)
    numbers = (
        Number(Text("材料", "Material"), worst.material),
        Number(Text("付款数量", "Paid"), str(worst.paid), unit),
        Number(Text("进场数量", "Received"), str(worst.received), unit),
        percent("付款占进场", "Paid by received", share),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-28",
    version="1",
    title=Text("材料款与进场不符", "Material paid but not received"),
    severity="medium",
    action="review",
    formula=Text("付款材料量 > 进场过磅量 × 1.05", "Paid quantity > weighed quantity × 1.05"),
    reads=("deliveries",),
    clears_when=Text("补齐进场验收单据或核减材料款。", "Delivery slips turn up, or it is reduced."),
    basis="审计惯例",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
