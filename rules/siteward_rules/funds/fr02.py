"""FR-02 未验收先付款: the claim's milestone has not been accepted."""

from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Number, Text, money

_STATUS: Final = {
    "planned": Text("未申报", "not claimed"),
    "claimed": Text("已申报、未验收", "claimed, not accepted"),
    "rejected": Text("验收未通过", "rejected"),
    "unknown": Text("无此节点", "no such milestone"),
}


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks up the milestone the claim is bound to; one that is not there is not accepted."""
    milestone = facts.milestone_by_id.get(claim.milestone)
    if milestone and milestone.status == "accepted":
        return None
    status = _STATUS[milestone.status if milestone else "unknown"]
    zh = milestone.name_zh if milestone and milestone.name_zh else claim.milestone
    en = milestone.name_en if milestone and milestone.name_en else claim.milestone
    explanation = Text(
        f"本次申请对应节点“{zh}”当前状态为“{status.zh}”，尚未验收。",
        f"The claim is bound to milestone “{en}”, which is {status.en}.",
    )
    numbers = (
        Number(Text("验收节点", "Milestone"), Text(zh, en)),
        Number(Text("节点状态", "Status"), status),
        money("本次申请", "This claim", claim.amount),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-02",
    version="1",
    title=Text("未验收先付款", "Payment before acceptance"),
    severity="critical",
    action="hold",
    formula=Text(
        "申请对应验收节点的状态 ≠ 已验收", "The claim's milestone is anything but accepted"
    ),
    reads=("milestones", "claim"),
    clears_when=Text("总监理工程师验收通过该节点。", "The chief supervisor accepts the milestone."),
    basis="建设工程质量管理条例第三十七条：未经总监理工程师签字，不拨付工程款",
    legal_basis="QUALITY_REG_37",
    trust="read",
    evaluate=evaluate,
)
