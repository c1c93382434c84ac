"""FR-14 本福特偏离: first digits of all the street's amounts; never of one small project."""

from decimal import Decimal
from math import log10
from statistics import pstdev
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import PIECES, Finding, FundRule, Number, Text

EXPECTED: Final = tuple(log10(1 + 1 / digit) for digit in range(1, 10))
LEAST: Final = 300
"""Amounts needed."""
DECADES: Final = 2.0
"""The largest must be this many powers of ten above the smallest."""
SPREAD: Final = 0.6
"""Least standard deviation of their decimal logarithms: narrower sets, honest or not, do not
follow the law (a lognormal one of 0.4 is off by 4 points)."""
MAX_MAD: Final = 0.015
"""Mean absolute deviation above which Nigrini calls it nonconforming (to be verified)."""
CHI_SQUARE: Final = 31.83
"""Quantile 0.9999 of the chi-square distribution with 8 degrees of freedom: some hundred
amounts stray by more than :data:`MAX_MAD` by chance alone."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares the shares of first digits with Benford's law over the whole street."""
    amounts = [a for a in facts.papers.peer_amounts if a >= 1]
    amounts += [p.amount for p in facts.payments if p.amount >= 1]
    if len(amounts) < LEAST or log10(max(amounts) / min(amounts)) < DECADES:
        return None
    if pstdev(log10(amount) for amount in amounts) < SPREAD:
        return None
    counts = [0] * 9
    for amount in amounts:
        counts[_first_digit(amount) - 1] += 1
    shares = [count / len(amounts) for count in counts]
    mad = sum(abs(s - e) for s, e in zip(shares, EXPECTED, strict=True)) / 9
    chi = len(amounts) * sum((s - e) ** 2 / e for s, e in zip(shares, EXPECTED, strict=True))
    if mad <= MAX_MAD or chi <= CHI_SQUARE:
        return None
    digit = max(range(9), key=lambda i: shares[i] - EXPECTED[i])
    explanation = Text(
        f"全街道 {len(amounts)} 笔金额的首位数字与本福特分布平均偏离 {mad:.4f}（> {MAX_MAD}），"
        f"以 {digit + 1} 开头的占 {shares[digit]:.1%}（应约 {EXPECTED[digit]:.1%}）。",
        f"First digits of the street's {len(amounts)} amounts deviate from Benford's law by "
        f"{mad:.4f} on average (> {MAX_MAD}); {shares[digit]:.1%} begin with {digit + 1}, "
        f"expected {EXPECTED[digit]:.1%}.",
    )
    numbers = (
        Number(Text("笔数", "Amounts"), str(len(amounts)), PIECES),
        Number(Text("平均绝对偏差", "Mean absolute deviation"), f"{mad:.4f}"),
        Number(Text("卡方值", "Chi-square"), f"{chi:.1f}"),
    )
    return RULE.finding(explanation, numbers)


def _first_digit(amount: Decimal) -> int:
    return amount.as_tuple().digits[0]


RULE: Final = FundRule(
    id="FR-14",
    version="1",
    title=Text("首位数字异常", "First digits off Benford's law"),
    severity="info",
    action="notice",
    formula=Text(
        "全街道金额 ≥ 300 笔且跨两个数量级时，首位数字平均绝对偏差 > 0.015，且卡方值 > 31.83（0.01% 水平）",
        "With ≥ 300 amounts over two decades street-wide, mean absolute deviation > 0.015 and "
        "chi-square > 31.83 (0.01 % level)",
    ),
    reads=("payments", "street payments"),
    clears_when=Text(
        "结合其他线索核查；单独不构成异常。", "Looked at with others; alone no fault."
    ),
    basis="本福特定律（Nigrini 阈值）",
    legal_basis=None,
    trust="verify",
    evaluate=evaluate,
)
