"""From the findings on a claim to its risk, and to a hold on its works part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import Final

from siteward_rules.facts import ZERO, ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FindingSeverity, FundRule
from siteward_rules.funds import FUND_RULES

WEIGHTS: Final[dict[FindingSeverity, float]] = {
    "info": 0.05,
    "low": 0.15,
    "medium": 0.3,
    "high": 0.5,
    "critical": 0.8,
}
"""What one finding adds to the risk (platform default)."""
REVIEW_RISK: Final = 0.5
"""Risk from which a person reviews the claim (platform default)."""
HOLD_RISK: Final = 0.75
"""Risk from which a hold is recommended whatever the single findings ask (platform default)."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules say of a claim. They recommend; people decide.

    Attributes:
        findings: Every finding, in the order of the rules.
        risk: ``1 - product(1 - w)``, 0 to 1.
        hold: Recommended hold in yuan, never more than the claim less its wages; 0 is none.
        basis: Legal basis of that hold.
    """

    findings: tuple[Finding, ...]
    risk: float
    hold: Decimal = ZERO
    basis: str | None = None

    @property
    def needs_review(self) -> bool:
        """Whether a person should look before money flows."""
        return self.risk >= REVIEW_RISK


def assess(
    facts: ProjectFacts, claim: ClaimFacts, rules: Sequence[FundRule] = FUND_RULES
) -> Assessment:
    """Evaluates every fund rule on a claim and combines what they find."""
    findings = tuple(f for rule in rules if (f := rule.evaluate(facts, claim)) is not None)
    risk = combined_risk(findings)
    asking = [f for f in findings if f.action in ("hold", "audit")]
    # What is told to the payer, such as wages not covered, is no reason to hold the payee's money.
    against = combined_risk(f for f in findings if f.action != "notice")
    if claim.works_amount <= 0 or not (asking or against >= HOLD_RISK):
        return Assessment(findings, risk)
    basis = next((f.legal_basis for f in asking if f.legal_basis), "CONTRACT_CLAUSE")
    return Assessment(findings, risk, claim.works_amount, basis)


def combined_risk(findings: Iterable[Finding]) -> float:
    """``1 - product(1 - w)`` over the findings' severities."""
    return 1.0 - prod(1.0 - WEIGHTS[finding.severity] for finding in findings)
