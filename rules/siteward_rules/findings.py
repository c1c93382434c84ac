"""A red flag: a reason to look, with the arithmetic that anyone can check."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from siteward_rules.facts import ClaimFacts, ProjectFacts

FindingSeverity = Literal["info", "low", "medium", "high", "critical"]
Action = Literal["notice", "review", "hold", "audit"]
Trust = Literal["read", "verify", "default"]
"""Where a threshold comes from: read in the source, to be verified, or a platform default."""


class Text(NamedTuple):
    """The same words in both languages."""

    zh: str
    en: str


NO_UNIT: Final = Text("", "")
YUAN: Final = Text("元", "yuan")
PERCENT: Final = Text("%", "%")
DAYS: Final = Text("天", "days")
HOURS: Final = Text("小时", "hours")
POINTS: Final = Text("个百分点", "points")
PIECES: Final = Text("项", "items")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a finding's arithmetic: exact text, or words in both languages."""

    name: Text
    value: str | Text
    unit: Text = NO_UNIT


@dataclass(frozen=True, slots=True)
class Finding:
    """What a fund rule has against a claim, as of the facts it was given.

    Attributes:
        rule: The rule's id.
        version: The rule's version.
        title: What is wrong, in a few words.
        severity: How much it weighs in the risk.
        action: What the rule recommends; people decide.
        formula: The comparison, in words.
        explanation: The comparison with this claim's numbers.
        numbers: Those numbers, named.
        clears_when: What would make the finding go away.
        basis: Law, regulation or practice behind the rule.
        legal_basis: The basis a hold would stand on; None where the rule recommends none.
        trust: Where the threshold comes from.
        evidence: SHA-256 of pictures.
    """

    rule: str
    version: str
    title: Text
    severity: FindingSeverity
    action: Action
    formula: Text
    explanation: Text
    numbers: tuple[Number, ...]
    clears_when: Text
    basis: str
    legal_basis: str | None
    trust: Trust
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FundRule:
    """A rule about a claim. Everything but the numbers of one case.

    Attributes:
        id: ``FR-nn`` as in the rule table.
        version: Changes whenever a threshold or formula does.
        title: What the rule finds.
        severity: Its default severity.
        action: What it recommends.
        formula: The comparison, in words.
        reads: The facts it looks at.
        clears_when: What would make it go away.
        basis: Law, regulation or practice.
        legal_basis: The basis a hold would stand on, if it recommends one.
        trust: Where its thresholds come from.
        evaluate: The rule itself: facts and a claim to a finding, or None.
    """

    id: str
    version: str
    title: Text
    severity: FindingSeverity
    action: Action
    formula: Text
    reads: tuple[str, ...]
    clears_when: Text
    basis: str
    legal_basis: str | None
    trust: Trust
    evaluate: "Callable[[ProjectFacts, ClaimFacts], Finding | None]"

    def finding(
        self,
        explanation: Text,
        numbers: tuple[Number, ...],
        severity: FindingSeverity | None = None,
        evidence: tuple[str, ...] = (),
        action: Action | None = None,
    ) -> Finding:
        """A finding of this rule with a case's numbers.

        One that does not ask for a hold offers no legal basis for one.
        """
        recommended = action or self.action
        legal_basis = self.legal_basis if recommended in ("hold", "audit") else None
        return Finding(
            self.id, self.version, self.title, severity or self.severity, recommended,
            self.formula, explanation, numbers, self.clears_when, self.basis,
            legal_basis, self.trust, evidence,
        )  # fmt: skip


def money(zh: str, en: str, amount: Decimal) -> Number:
    """An amount as a named number."""
    return Number(Text(zh, en), f"{amount:.2f}", YUAN)


def percent(zh: str, en: str, value: float) -> Number:
    """A percent as a named number, to a tenth of a point."""
    return Number(Text(zh, en), f"{value:.1f}", PERCENT)
