"""FR-06 重复付款: the same invoice, reference, or amount to the same payee a second time."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FindingSeverity, FundRule, Number, Text, money

NEAR_DAYS: Final = 10
"""The same amount to the same account within so many days is a repeat (audit practice)."""


@dataclass(frozen=True, slots=True)
class _Paper:
    """Something that asked for or got money."""

    what: Text
    invoice: str
    reference: str
    account: str
    amount: Decimal
    day: date
    wages: bool


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares the claim with every other claim and with payments made for others."""
    mine = _Paper(
        Text("本次申请", "this claim"), claim.invoice, "", claim.payee_account, claim.amount,
        claim.claimed_on, False,
    )  # fmt: skip
    twins = [
        (other, repeat) for other in _others(facts, claim) if (repeat := _repeats(mine, other))
    ]
    twins += _references(facts)
    if not twins:
        return None
    exact = any(severity == "critical" for _, (_, severity) in twins)
    other, (why, _) = next(t for t in twins if not exact or t[1][1] == "critical")
    explanation = Text(
        f"与{other.what.zh}疑似重复：{why.zh}。", f"Looks like {other.what.en} again: {why.en}."
    )
    numbers = (
        money("本次申请", "This claim", claim.amount),
        Number(Text("发票号", "Invoice"), claim.invoice or "—"),
        money("对照金额", "Compared amount", other.amount),
        Number(Text("对照发票号", "Compared invoice"), other.invoice or "—"),
        Number(Text("对照日期", "Compared date"), other.day.isoformat()),
    )
    if exact:
        return RULE.finding(explanation, numbers)
    return RULE.finding(explanation, numbers, severity="medium", action="review")


def _others(facts: ProjectFacts, claim: ClaimFacts) -> list[_Paper]:
    papers = [
        _Paper(
            Text(f"申请 {c.id}", f"claim {c.id}"), c.invoice, "", c.payee_account, c.amount,
            c.claimed_on, False,
        )
        for c in facts.claims
        if c.id != claim.id and c.claimed_on <= claim.claimed_on
    ]  # fmt: skip
    return papers + [
        _Paper(
            Text(f"付款 {p.id}", f"payment {p.id}"), p.invoice, p.bank_reference, p.payee_account,
            p.amount, p.paid_on, p.purpose == "wages",
        )
        for p in facts.payments
        if p.claim != claim.id
    ]  # fmt: skip


def _repeats(mine: _Paper, other: _Paper) -> tuple[Text, FindingSeverity] | None:
    if mine.invoice and mine.invoice == other.invoice:
        return Text(f"发票号 {mine.invoice} 相同", f"same invoice {mine.invoice}"), "critical"
    near = abs((mine.day - other.day).days) <= NEAR_DAYS
    same = (mine.account, mine.amount) == (other.account, other.amount)
    if near and same and not other.wages and not (mine.invoice and other.invoice):
        text = Text(f"{NEAR_DAYS} 天内同账户同金额", f"same account and amount in {NEAR_DAYS} days")
        return text, "critical"
    if mine.invoice and other.invoice and _slip(mine.invoice, other.invoice) and same:
        text = Text(
            f"发票号 {mine.invoice} 与 {other.invoice} 仅差一处且金额相同",
            f"invoices {mine.invoice} and {other.invoice} differ by one slip, same amount",
        )
        return text, "medium"
    return None


def _references(facts: ProjectFacts) -> list[tuple[_Paper, tuple[Text, FindingSeverity]]]:
    """Payments that share one bank reference."""
    seen: dict[str, int] = {}
    found: list[tuple[_Paper, tuple[Text, FindingSeverity]]] = []
    for p in facts.payments:
        if p.bank_reference and p.bank_reference in seen:
            why = Text(
                f"与付款 {seen[p.bank_reference]} 银行流水号 {p.bank_reference} 相同",
                f"same bank reference {p.bank_reference} as payment {seen[p.bank_reference]}",
            )
            what = Text(f"付款 {p.id}", f"payment {p.id}")
            paper = _Paper(
                what, p.invoice, p.bank_reference, p.payee_account, p.amount, p.paid_on, False
            )
            found.append((paper, (why, "critical")))
        seen.setdefault(p.bank_reference, p.id)
    return found


def _slip(a: str, b: str) -> bool:
    """One character changed, dropped or added, or two neighbours swapped."""
    if a == b:
        return False
    if len(a) == len(b):
        apart = [i for i in range(len(a)) if a[i] != b[i]]
        if len(apart) == 1:
            return True
        i = apart[0]
        swapped = len(apart) == 2 and apart[1] == i + 1
        return swapped and (a[i], a[i + 1]) == (b[i + 1], b[i])
    short, long = sorted((a, b), key=len)
    return len(long) == len(short) + 1 and any(
        short == long[:i] + long[i + 1 :] for i in range(len(long))
    )


RULE: Final = FundRule(
    id="FR-06",
    version="1",
    title=Text("重复发票或重复付款", "Duplicate invoice or payment"),
    severity="critical",
    action="hold",
    formula=Text(
        "发票号或银行流水号相同，或 10 天内同账户同金额且无两张不同发票；发票号差一处为中",
        "Same invoice or bank reference, or same account and amount within 10 days without two "
        "invoices; invoices one slip apart are medium",
    ),
    reads=("claim", "claims", "payments"),
    clears_when=Text(
        "核对原始发票与银行回单，确认不是重复。",
        "The original invoices and bank slips show two different payments.",
    ),
    basis="重复付款审计程序",
    legal_basis="CONTRACT_CLAUSE",
    trust="default",
    evaluate=evaluate,
)
