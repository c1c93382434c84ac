"""FR-10 收款人冲突: the payee shares an account, phone, address or person with others."""

from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Number, Text, money
from siteward_rules.papers import Party

_ROLE: Final = {
    "bidder": Text("投标人", "bidder"),
    "supervisor": Text("监理", "supervisor"),
    "staff": Text("工作人员", "staff"),
    "payee": Text("收款人", "payee"),
}
_SHARED: Final = (
    ("account", Text("银行账户", "account")),
    ("phone", Text("电话", "phone")),
    ("address", Text("地址", "address")),
    ("legal_person", Text("法定代表人", "legal person")),
)


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares the payee with every other party, and the claimed account with theirs."""
    payee = next((p for p in facts.papers.parties if p.role == "payee"), None)
    clashes = [
        (other, what)
        for other in facts.papers.parties
        if other.role != "payee" and (payee is None or other.name != payee.name)
        for what in [_shared(payee, other, claim)]
        if what is not None
    ]
    if not clashes:
        return None
    said = Text(
        "；".join(f"与{_ROLE[o.role].zh}“{o.name}”{w.zh}相同" for o, w in clashes),
        "; ".join(f"same {w.en} as {_ROLE[o.role].en} {o.name}" for o, w in clashes),
    )
    explanation = Text(f"收款人{said.zh}。", f"The payee has the {said.en}.")
    numbers = (
        money("本次申请", "This claim", claim.amount),
        *(
            Number(Text(f"{_ROLE[o.role].zh} {o.name}", f"{_ROLE[o.role].en} {o.name}"), w)
            for o, w in clashes
        ),
    )
    return RULE.finding(explanation, numbers)


def _shared(payee: Party | None, other: Party, claim: ClaimFacts) -> Text | None:
    if other.account and other.account == claim.payee_account:
        return _SHARED[0][1]
    if payee is None:
        return None
    for name, words in _SHARED:
        mine, theirs = getattr(payee, name), getattr(other, name)
        if mine and mine == theirs:
            return words
    return None


RULE: Final = FundRule(
    id="FR-10",
    version="1",
    title=Text("收款人利益冲突", "Payee conflict of interest"),
    severity="critical",
    action="audit",
    formula=Text(
        "收款人的账户、电话、地址或法定代表人与其他投标人、监理或工作人员相同",
        "The payee's account, phone, address or legal person is another bidder's, the "
        "supervisor's or staff's",
    ),
    reads=("parties", "claim"),
    clears_when=Text("审计核查并作出结论。", "An audit looks into it and concludes."),
    basis="开放合同红旗指标（利益冲突）",
    legal_basis="AUDIT_LAW_38",
    trust="default",
    evaluate=evaluate,
)
