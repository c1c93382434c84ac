"""FR-15 付款突增: a claim far above what the project or the month's plan is used to."""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median, quantiles
from typing import Final

from siteward_rules.facts import ZERO, ClaimFacts, ProjectFacts, part, yuan
from siteward_rules.findings import Finding, FundRule, Number, Text, money

SPREADS: Final = 3
"""Scaled median deviations above the median (platform default)."""
LEAST: Final = 5
"""Fewer payments say nothing of what is usual (platform default)."""
SCALE: Final = Decimal("1.4826")
"""Turns a median absolute deviation into a standard deviation."""
FLOOR: Final = Decimal("1.5")
"""A claim below so many medians is no surge however even the others were (platform default)."""
FENCE: Final = Decimal("1.5")
PEERS: Final = 20
BORNE_OUT: Final = Decimal("1.3")
"""Claim by work measured since the claim before, up to which it is borne out: measurements
are some days apart (platform default)."""
PLAN: Final = 2
"""Times the month's plan (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares the claim with the project's payments, the street's and the month's plan."""
    paid = [p.amount for p in facts.payments if p.purpose == "progress" and p.claim != claim.id]
    bounds = [
        (Text("项目付款中位数 + 3 倍离散度", "median + 3 spreads"), _usual(paid)),
        (Text("同类项目上四分位 + 1.5 IQR", "Q3 + 1.5 IQR of peers"), _fence(facts)),
        (Text("当月用款计划的 2 倍", "twice the month's plan"), _planned(facts, claim)),
    ]
    broken = [(what, bound) for what, bound in bounds if bound is not None and claim.amount > bound]
    if not broken or _borne_out(facts, claim):
        return None
    said = Text(
        "；".join(f"{what.zh} {bound:,.2f} 元" for what, bound in broken),
        "; ".join(f"{what.en} {bound:,.2f}" for what, bound in broken),
    )
    explanation = Text(
        f"本次申请 {claim.amount:,.2f} 元，超过{said.zh}。",
        f"The claim {claim.amount:,.2f} exceeds {said.en}.",
    )
    numbers: tuple[Number, ...] = (money("本次申请", "This claim", claim.amount),)
    numbers += tuple(money(what.zh, what.en, bound) for what, bound in broken)
    return RULE.finding(explanation, numbers)


def _borne_out(facts: ProjectFacts, claim: ClaimFacts) -> bool:
    """Whether work measured since the claim before explains the amount."""
    since = max((c.claimed_on for c in facts.claims if c.id != claim.id), default=None)
    if since is None:
        return claim.amount <= facts.verified_value * BORNE_OUT
    if not facts.papers.steps:
        return False
    done = ZERO
    for item in facts.work_items:
        mine = sorted(
            (s for s in facts.papers.steps if s.work_item == item.id), key=lambda s: s.day
        )
        before = max((s.percent for s in mine if s.day <= since), default=None)
        if before is None:  # measured only since then: from nothing, or from the first of them
            before = 0.0 if mine and mine[0].day > since else None
        after = max((s.percent for s in mine if s.day <= claim.claimed_on), default=None)
        if before is not None and after is not None:
            done += part(item.value, max(0.0, after - before))
    return claim.amount <= done * BORNE_OUT


def _usual(amounts: Sequence[Decimal]) -> Decimal | None:
    if len(amounts) < LEAST:
        return None
    middle = median(amounts)
    spread = median(abs(a - middle) for a in amounts) * SCALE
    return yuan(max(middle + SPREADS * spread, middle * FLOOR))


def _fence(facts: ProjectFacts) -> Decimal | None:
    peers = facts.papers.peer_amounts
    if len(peers) < PEERS:
        return None
    lower, _, upper = quantiles(peers, n=4)
    return yuan(Decimal(upper) + FENCE * Decimal(upper - lower))


def _planned(facts: ProjectFacts, claim: ClaimFacts) -> Decimal | None:
    month = claim.claimed_on.replace(day=1)
    planned = sum((p.amount for p in facts.papers.plan if p.month.replace(day=1) == month), ZERO)
    return planned * PLAN if planned > 0 else None


RULE: Final = FundRule(
    id="FR-15",
    version="1",
    title=Text("付款突增", "Sudden jump in payment"),
    severity="medium",
    action="review",
    formula=Text(
        "申请额 > 本项目中位数 + 3×1.4826×MAD（且 > 1.5 倍中位数），"
        "或 > 同类 Q3 + 1.5×IQR，或 > 当月计划 2 倍；且超过上次申请以来完成工程量的 1.3 倍",
        "Claim > median + 3 × 1.4826 × MAD of the project (and > 1.5 medians), "
        "or > Q3 + 1.5 × IQR of peers, or > 2 × the month's plan; and > 1.3 × the work measured "
        "since the claim before",
    ),
    reads=("claim", "payments", "street payments", "spending plan"),
    clears_when=Text("当期完成工程量证实该金额。", "The period's measured work bears it out."),
    basis="开放合同红旗指标（四分位距法）",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
