"""FR-24 工资人数不符: more, or fewer, people on the payroll than were seen at work."""

from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Number, Text

HIGH: Final = 1.3
LOW: Final = 0.7
"""Payroll by people seen, outside which it is a finding (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares payroll heads with gate counts, else with cameras."""
    wages = facts.papers.wages
    if wages is None or wages.payroll_heads is None:
        return None
    by_gate = wages.seen_heads is not None
    seen = wages.seen_heads if by_gate else wages.camera_heads
    if not seen:
        return None
    ratio = wages.payroll_heads / seen
    if LOW <= ratio <= HIGH:
        return None
    where = Text("实名制/门禁", "gate and real-name") if by_gate else Text("影像", "cameras")
    explanation = Text(
        f"工资表 {wages.payroll_heads} 人，{where.zh}日均 {seen:.1f} 人，比值 {ratio:.2f}"
        f"（正常 {LOW}–{HIGH}）。",
        f"{wages.payroll_heads} people on the payroll, {seen:.1f} a day by {where.en}: ratio "
        f"{ratio:.2f} (usual {LOW} to {HIGH}).",
    )
    numbers = (
        Number(Text("工资表人数", "Payroll"), str(wages.payroll_heads), Text("人", "people")),
        Number(
            Text(f"{where.zh}日均人数", f"A day by {where.en}"), f"{seen:.1f}", Text("人", "people")
        ),
        Number(Text("比值", "Ratio"), f"{ratio:.2f}"),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-24",
    version="1",
    title=Text("工资人数不符", "Payroll and people do not match"),
    severity="medium",
    action="review",
    formula=Text(
        "工资表人数 ÷ 日均在场人数 > 1.3 或 < 0.7", "Payroll ÷ people a day > 1.3 or < 0.7"
    ),
    reads=("wages",),
    clears_when=Text("核对实名制与工资表。", "Real-name register and payroll are reconciled."),
    basis="保障农民工工资支付条例第二十八条、第三十一条",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
