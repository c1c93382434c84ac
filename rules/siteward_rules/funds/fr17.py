"""FR-17 变更签证膨胀: variations that grow, come in series or were dated afterwards."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts, part
from siteward_rules.findings import PIECES, Finding, FundRule, Number, Text, money, percent
from siteward_rules.papers import Variation

WARN: Final = 5.0
BLOCK: Final = 10.0
"""Percent of the contract: told above the first, held above the second (政府采购法 art. 49)."""
SERIES: Final = 3
NEAR: Final = timedelta(days=30)
"""So many from one signer within that time are a series (audit practice)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Adds approved variations up, and looks at their signers and dates."""
    known = [v for v in facts.papers.variations if v.raised_on <= facts.as_of]
    approved = [v for v in known if v.approved_on is not None]
    total = max(facts.contract.approved_variations, _positive(approved))
    contract = facts.contract.contract_sum
    share = float(100 * total / contract) if contract > 0 else 0.0
    over = total > part(contract, BLOCK)
    reasons: list[Text] = []
    if total > part(contract, WARN):
        reasons.append(Text(f"变更合计占合同价 {share:.1f}%", f"{share:.1f} % of the contract"))
    if (signer := _series(known)) is not None:
        reasons.append(
            Text(f"{signer} 30 天内签署 ≥ {SERIES} 份", f"{SERIES} or more by {signer} in 30 days")
        )
    late = [v for v in known if _backdated(v)]
    if late:
        reasons.append(Text(f"{len(late)} 份先实施后签认", f"{len(late)} executed before raised"))
    if not reasons:
        return None
    explanation = Text(
        f"变更签证异常：{'；'.join(r.zh for r in reasons)}。",
        f"Variations: {'; '.join(r.en for r in reasons)}.",
    )
    numbers = (
        money("变更合计", "Variations", total),
        money("合同价", "Contract sum", contract),
        percent("占合同价", "Of the contract", share),
        Number(Text("份数", "Variations, count"), str(len(known)), PIECES),
    )
    severe = over or bool(late)
    return RULE.finding(
        explanation,
        numbers,
        severity="high" if severe else "medium",
        action="hold" if over else "review",
    )


def _positive(variations: list[Variation]) -> Decimal:
    return sum((v.amount for v in variations), Decimal("0.00"))


def _series(variations: list[Variation]) -> str | None:
    by_signer: dict[str, list[Variation]] = {}
    for variation in sorted(variations, key=lambda v: v.raised_on):
        by_signer.setdefault(variation.signer, []).append(variation)
    for signer, mine in by_signer.items():
        for first, last in zip(mine, mine[SERIES - 1 :], strict=False):
            if last.raised_on - first.raised_on <= NEAR:
                return signer
    return None


def _backdated(variation: Variation) -> bool:
    return variation.executed_on is not None and variation.executed_on < variation.raised_on


RULE: Final = FundRule(
    id="FR-17",
    version="1",
    title=Text("变更签证膨胀", "Variations swell"),
    severity="medium",
    action="review",
    formula=Text(
        "已批准变更 > 合同价 5%（> 10% 建议暂缓），或同一签字人 30 天内 ≥ 3 份，或先实施后签认",
        "Approved variations > 5 % of the contract (> 10 % is a hold), or ≥ 3 by one signer "
        "in 30 days, or executed before raised",
    ),
    reads=("variations", "contract"),
    clears_when=Text(
        "变更经原审批程序复核，补齐依据。", "The variations are reviewed and documented."
    ),
    basis="政府采购法第四十九条：补充合同不超过原合同 10%",
    legal_basis="GOV_INVEST_REG_34",
    trust="read",
    evaluate=evaluate,
)
