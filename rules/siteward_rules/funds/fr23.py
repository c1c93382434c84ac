"""FR-23 工资专户不足: wages must flow; a shortage is told to the payer and never held."""

from datetime import timedelta
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts, yuan
from siteward_rules.findings import Finding, FundRule, Number, Text, money

CYCLE: Final = timedelta(days=31)
"""Labour cost is paid in at least monthly (保障农民工工资支付条例 art. 24)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks at the escrow account, its last transfer and the claim's wage portion."""
    reasons: list[Text] = []
    wages = facts.papers.wages
    if wages is not None:
        if wages.balance < wages.next_payroll:
            short = wages.next_payroll - wages.balance
            reasons.append(
                Text(f"专户余额不足，缺 {short:,.2f} 元", f"account short by {short:,.2f}")
            )
        if wages.transferred_on is None or facts.as_of - wages.transferred_on > CYCLE:
            last = wages.transferred_on or "—"
            reasons.append(
                Text(
                    f"人工费拨付超过一个月（上次 {last}）", f"no transfer for a month (last {last})"
                )
            )
    least = yuan(claim.amount * facts.contract.wage_share)
    if claim.wage_amount < least:
        reasons.append(
            Text(
                f"本次申请的人工费 {claim.wage_amount:,.2f} 元低于约定比例 {least:,.2f} 元",
                f"the claim's wages {claim.wage_amount:,.2f} are below the agreed {least:,.2f}",
            )
        )
    if not reasons:
        return None
    explanation = Text(
        f"{'；'.join(r.zh for r in reasons)}。请先拨付人工费并告知人社部门，工资不得暂缓。",
        f"Wages: {'; '.join(r.en for r in reasons)}. Pay wages first and tell the labour office; "
        "wages are never held.",
    )
    numbers: tuple[Number, ...] = (
        money("本次人工费", "Wages of the claim", claim.wage_amount),
        money("约定人工费", "Wages agreed", least),
    )
    if wages is not None:
        numbers += (
            money("专户余额", "Account balance", wages.balance),
            money("下月工资", "Next payroll", wages.next_payroll),
        )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-23",
    version="1",
    title=Text("工资保障不足", "Wages not covered"),
    severity="high",
    action="notice",
    formula=Text(
        "专户余额 < 下月工资，或人工费拨付间隔 > 1 个月，或申请中的人工费 < 合同约定比例",
        "Account < next payroll, or no transfer for a month, or the claim's wages < agreed share",
    ),
    reads=("wages", "claim", "contract"),
    clears_when=Text("人工费足额拨付到专户。", "Labour cost is paid into the account in full."),
    basis="保障农民工工资支付条例第二十四条、第二十九条",
    legal_basis=None,
    trust="read",
    evaluate=evaluate,
)
