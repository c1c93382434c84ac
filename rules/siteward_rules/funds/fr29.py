"""FR-29 单一投标/低竞争: one offer, equal prices, or all but one disqualified."""

from collections import Counter
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import PIECES, Finding, FundRule, Number, Text, money
from siteward_rules.papers import Tender


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks at how the contractor was chosen; single-source procurement is another matter."""
    tender = facts.papers.tender
    if tender is None or tender.method not in ("open", "selective"):
        return None
    why = _why(tender)
    if why is None:
        return None
    valid = sum(not bid.disqualified for bid in tender.bids)
    explanation = Text(f"招标竞争不足：{why.zh}。", f"Little competition: {why.en}.")
    numbers = (
        Number(Text("投标人", "Bidders"), str(len(tender.bids)), PIECES),
        Number(Text("有效投标", "Valid bids"), str(valid), PIECES),
        money("合同价", "Contract sum", facts.contract.contract_sum),
    )
    return RULE.finding(explanation, numbers)


def _why(tender: Tender) -> Text | None:
    prices = Counter(bid.price for bid in tender.bids)
    if len(tender.bids) == 1:
        return Text("只有一家投标", "a single bid")
    twice = [price for price, n in prices.items() if n > 1]
    if twice:
        return Text(f"报价 {twice[0]:,.2f} 元相同", f"equal prices of {twice[0]:,.2f}")
    if sum(not bid.disqualified for bid in tender.bids) == 1:
        return Text("除中标人外全部被否决", "all but the winner were disqualified")
    return None


RULE: Final = FundRule(
    id="FR-29",
    version="1",
    title=Text("招标竞争不足", "Little competition"),
    severity="medium",
    action="review",
    formula=Text(
        "公开或邀请招标只有 1 家投标，或报价相同，或除一家外全部被否决",
        "One bid in an open or selective tender, or equal prices, or all but one disqualified",
    ),
    reads=("tender",),
    clears_when=Text("复核招标过程并作出说明。", "The tender is reviewed and explained."),
    basis="Cardinal R018、R028、R035（开放合同红旗）",
    legal_basis=None,
    trust="read",
    evaluate=evaluate,
)
