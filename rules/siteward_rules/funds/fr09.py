"""FR-09 新收款户/账户变更: money would go to an account that is new or not the contract's."""

from decimal import Decimal
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import DAYS, Finding, FundRule, Number, Text, money

COOLING_DAYS: Final = 30
"""A change this recent (in days before the claim) is a finding (platform default)."""
FIRST_PAYMENT: Final = Decimal("50000.00")
"""A first payment above this to an account never paid before is one too (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares the claim's account with the contract's, its age and the payments so far."""
    reasons = [r for r in (_other(facts, claim), _changed(facts, claim), _first(facts, claim)) if r]
    if not reasons:
        return None
    changed = facts.contract.payee_changed_on
    numbers = [
        Number(Text("申请收款账户", "Account claimed"), _masked(claim.payee_account)),
        Number(
            Text("合同收款账户", "Account of the contract"), _masked(facts.contract.payee_account)
        ),
        money("本次申请", "This claim", claim.amount),
    ]
    if changed:
        numbers.append(Number(Text("账户变更日期", "Account changed on"), changed.isoformat()))
        days = (claim.claimed_on - changed).days
        numbers.append(Number(Text("距申请天数", "Days before the claim"), str(days), DAYS))
    english = "; ".join(reason.en for reason in reasons)
    explanation = Text(
        "；".join(reason.zh for reason in reasons) + "。", f"{english[0].upper()}{english[1:]}."
    )
    return RULE.finding(explanation, tuple(numbers))


def _other(facts: ProjectFacts, claim: ClaimFacts) -> Text | None:
    if claim.payee_account == facts.contract.payee_account:
        return None
    return Text("申请的收款账户与合同账户不一致", "the account is not the contract's")


def _changed(facts: ProjectFacts, claim: ClaimFacts) -> Text | None:
    changed = facts.contract.payee_changed_on
    if changed is None or (claim.claimed_on - changed).days >= COOLING_DAYS:
        return None
    days = (claim.claimed_on - changed).days
    if days < 0:
        return Text("收款账户在申请之后变更", "the account changed after the claim was filed")
    return Text(
        f"收款账户在申请前 {days} 天变更，不足 {COOLING_DAYS} 天",
        f"the account changed {days} days before the claim, less than {COOLING_DAYS} days",
    )


def _first(facts: ProjectFacts, claim: ClaimFacts) -> Text | None:
    others = {p.payee_account for p in facts.payments if p.claim != claim.id}
    if not others or claim.payee_account in others or claim.amount <= FIRST_PAYMENT:
        return None
    return Text(
        f"首次向该账户付款且超过 {FIRST_PAYMENT:,.2f} 元",
        f"the first payment to this account, and above {FIRST_PAYMENT:,.2f} yuan",
    )


def _masked(account: str) -> str:
    return account if len(account) <= 8 else f"{account[:4]}****{account[-4:]}"


RULE: Final = FundRule(
    id="FR-09",
    version="1",
    title=Text("收款账户变更", "New or changed payee account"),
    severity="high",
    action="hold",
    formula=Text(
        "收款账户 ≠ 合同账户，或变更距申请 < 30 天，或首次付款 > 50,000 元（此前付往其他账户）",
        "Account ≠ the contract's, or changed < 30 days before the claim, or a first payment "
        "> 50,000 yuan where others were paid before",
    ),
    reads=("contract", "payee account changes", "payments", "claim"),
    clears_when=Text(
        "财政回访核实账户属于合同收款人，由有权人员决定解除。",
        "Finance verifies by call-back that the account is the payee's, and decides.",
    ),
    basis="合同约定的收款账户；资金审计惯例",
    legal_basis="CONTRACT_CLAUSE",
    trust="default",
    evaluate=evaluate,
)
