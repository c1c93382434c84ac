"""FR-13 整数金额: too many amounts in whole ten-thousands."""

from decimal import Decimal
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import PIECES, Finding, FundRule, Number, Text, percent

ROUND: Final = Decimal(10_000)
SHARE: Final = 0.30
"""Share of round amounts above which it is a finding (platform default)."""
LEAST: Final = 10
"""Fewer amounts say nothing (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Counts payments and this claim that are multiples of 10 000 yuan; advances do not count."""
    amounts = [p.amount for p in facts.payments if p.purpose != "advance" and p.claim != claim.id]
    amounts.append(claim.amount)
    even = [a for a in amounts if a % ROUND == 0]
    share = len(even) / len(amounts)
    if len(amounts) < LEAST or share <= SHARE:
        return None
    explanation = Text(
        f"{len(amounts)} 笔金额中有 {len(even)} 笔（{share:.0%}）是整万元，"
        "按计量计价的金额很少如此。",
        f"{len(even)} of {len(amounts)} amounts ({share:.0%}) are whole ten-thousands; measured "
        "work seldom is.",
    )
    numbers = (
        Number(Text("整万元笔数", "Round amounts"), str(len(even)), PIECES),
        Number(Text("总笔数", "Amounts"), str(len(amounts)), PIECES),
        percent("占比", "Share", 100 * share),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-13",
    version="1",
    title=Text("整数金额偏多", "Many round amounts"),
    severity="low",
    action="notice",
    formula=Text(
        "整万元金额占比 > 30%，且不少于 10 笔", "Multiples of 10 000 > 30 %, at least 10 amounts"
    ),
    reads=("payments", "claim"),
    clears_when=Text("提供各笔的计量计价清单。", "The measured bills behind them are supplied."),
    basis="末位数字检验",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
