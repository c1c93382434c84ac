"""FR-20 重大隐患未销号付款: works money while a major hazard is open."""

from typing import Final

from siteward_rules.facts import ClaimFacts, HazardFacts, ProjectFacts
from siteward_rules.findings import PIECES, Finding, FundRule, Number, Text, money

_MAJOR: Final = frozenset({"major", "suspected_major"})


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks for open major or suspected major hazards, and serious ones past their due date."""
    standing = [hazard for hazard in facts.hazards if _stops_money(hazard, facts)]
    if not standing:
        return None
    major = sum(hazard.severity in _MAJOR for hazard in standing)
    overdue = len(standing) - major
    explanation = Text(
        f"有 {major} 项重大（含疑似）隐患未销号、{overdue} 项较大隐患逾期未整改；"
        f"工程款部分 {claim.works_amount:,.2f} 元建议暂缓，人工费照付。",
        f"{major} major or suspected major hazards are open and {overdue} serious ones overdue; "
        f"the works part {claim.works_amount:,.2f} yuan should wait, wages flow on.",
    )
    numbers = (
        Number(Text("未销号重大隐患", "Open major hazards"), str(major), PIECES),
        Number(Text("逾期较大隐患", "Overdue serious hazards"), str(overdue), PIECES),
        Number(Text("隐患编号", "Hazards"), ", ".join(str(hazard.id) for hazard in standing)),
        money("工程款部分", "Works part", claim.works_amount),
    )
    return RULE.finding(explanation, numbers)


def _stops_money(hazard: HazardFacts, facts: ProjectFacts) -> bool:
    if hazard.closed_on is not None and hazard.closed_on <= facts.as_of:
        return False
    if hazard.severity in _MAJOR:
        return True
    return hazard.severity == "serious" and hazard.due < facts.as_of


RULE: Final = FundRule(
    id="FR-20",
    version="1",
    title=Text("重大隐患未销号付款", "Payment with a major hazard open"),
    severity="high",
    action="hold",
    formula=Text(
        "存在未销号的重大或疑似重大隐患，或逾期未整改的较大隐患 ≥ 1 项",
        "At least one major or suspected major hazard open, or one serious hazard overdue",
    ),
    reads=("hazards", "claim"),
    clears_when=Text(
        "隐患复查合格并销号。", "The hazards are rechecked by another person and closed."
    ),
    basis="安全生产法第四十一条、第六十五条；预算法实施条例第五十七条（三）",
    legal_basis="BUDGET_IMPL_57_3",
    trust="read",
    evaluate=evaluate,
)
