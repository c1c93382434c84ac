"""FR-26 逾期未付: a certificate nobody paid in time; told to the payer."""

from datetime import date, timedelta
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts, yuan
from siteward_rules.findings import DAYS, Finding, FundRule, Number, Text, money
from siteward_rules.papers import Certificate

CONTRACT_DAYS: Final = 14
"""From certificate to payment by the standard contract (GF-2017-0201 12.4.4)."""
SME_DAYS: Final = 30
SME_MOST_DAYS: Final = 60
"""From acceptance to payment to a small enterprise, and the most a contract may agree."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks for unpaid certificates of this project that are past their clock."""
    late = [c for c in facts.papers.certificates if _days(c, facts.as_of) > CONTRACT_DAYS]
    if not late:
        return None
    worst = max(late, key=lambda c: _days(c, facts.as_of))
    days = _days(worst, facts.as_of)
    statutory = facts.papers.sme and days > SME_DAYS
    amount = yuan(sum((c.amount for c in late), start=worst.amount * 0))
    due = worst.issued_on + timedelta(days=CONTRACT_DAYS)
    law = Text("，已超过中小企业法定 30 天", ", past the statutory 30 days") if statutory else None
    explanation = Text(
        f"支付证书（申请 {worst.claim}，{worst.issued_on}）应于 {due} 前支付，已 {days} 天未付"
        f"{law.zh if law else ''}。",
        f"The certificate of claim {worst.claim} ({worst.issued_on}) was due by {due} and is "
        f"unpaid after {days} days{law.en if law else ''}.",
    )
    numbers = (
        Number(Text("已过天数", "Days since"), str(days), DAYS),
        money("逾期金额", "Amount overdue", amount),
        Number(Text("逾期证书", "Certificates"), ", ".join(str(c.claim) for c in late)),
    )
    severe = facts.papers.sme and days > SME_MOST_DAYS
    return RULE.finding(explanation, numbers, severity="high" if severe else "medium")


def _days(certificate: Certificate, today: date) -> int:
    return 0 if certificate.paid_on is not None else (today - certificate.issued_on).days


RULE: Final = FundRule(
    id="FR-26",
    version="1",
    title=Text("逾期未付", "Payment overdue"),
    severity="medium",
    action="notice",
    formula=Text(
        "支付证书签发后 > 14 天未付（中小企业法定 30 天，合同最长 60 天）",
        "Certificate unpaid > 14 days (30 by law for small enterprises, 60 at most)",
    ),
    reads=("certificates",),
    clears_when=Text(
        "付款，或对有争议部分说明理由。", "It is paid, or the disputed part explained."
    ),
    basis="保障中小企业款项支付条例第九条；GF-2017-0201 12.4.4",
    legal_basis=None,
    trust="read",
    evaluate=evaluate,
)
