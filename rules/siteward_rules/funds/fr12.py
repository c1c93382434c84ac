"""FR-12 年末突击: much of the year's money in its last days, with work behind schedule."""

from datetime import date, timedelta
from typing import Final

from siteward_rules.facts import ZERO, ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Number, Text, money, percent
from siteward_rules.money.earned_value import earned_value

LAST_DAYS: Final = 20
"""The end of the year begins so many days before 31 December (budget practice)."""
SHARE: Final = 0.30
"""Share of the year's payments above which it is a finding (platform default)."""
RUNNING: Final = timedelta(days=150)
"""Only projects paid for at least so long before: where everything is recent, a month's claim
is a large share of the year by nature (platform default)."""
LOW_SPI: Final = 0.9
"""Only where work lags (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Adds the claim to what was paid since 12 December and compares with the year."""
    year_end = date(claim.claimed_on.year, 12, 31)
    since = year_end - timedelta(days=LAST_DAYS - 1)
    if claim.claimed_on < since:
        return None
    year = [p for p in facts.payments if p.paid_on.year == year_end.year and p.claim != claim.id]
    earlier = sum((p.amount for p in year if p.paid_on < since), ZERO)
    late = sum((p.amount for p in year if p.paid_on >= since), ZERO) + claim.amount
    spi = earned_value(facts.work_items, facts.payments, claim.claimed_on).spi
    first = min((p.paid_on for p in year), default=since)
    if earlier <= 0 or since - first < RUNNING or spi is None or spi >= LOW_SPI:
        return None
    share = float(late / (earlier + late))
    if share <= SHARE:
        return None
    explanation = Text(
        f"{since:%m-%d} 之后的付款（含本次）{late:,.2f} 元，占全年 {share:.0%}，"
        f"而进度绩效指数仅 {spi:.2f}。",
        f"{late:,.2f} since {since:%d %b}, this claim included, is {share:.0%} of the year's "
        f"payments, with an SPI of only {spi:.2f}.",
    )
    numbers = (
        money("年末付款（含本次）", "Late payments with this claim", late),
        money("此前全年付款", "Earlier in the year", earlier),
        percent("年末占比", "Share", 100 * share),
        Number(Text("进度绩效指数", "SPI"), f"{spi:.2f}"),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-12",
    version="1",
    title=Text("年末突击付款", "Year-end rush"),
    severity="medium",
    action="review",
    formula=Text(
        "12 月最后 20 天付款（含本次）占全年 > 30%，且 SPI < 0.9，且当年已付款 150 天以上",
        "Paid in the last 20 days of December, this claim included > 30 % of the year, SPI < 0.9, "
        "and paid for at least 150 days before",
    ),
    reads=("payments", "claim", "accepted progress"),
    clears_when=Text(
        "核实年末完成的工程量与付款相符。", "Measured work of those days matches the payments."
    ),
    basis="预算执行管理惯例",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
