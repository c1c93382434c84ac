"""FR-27 合同前付款/倒签: money before the contract or permit, or papers made after their date."""

from datetime import timedelta
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Number, Text, money

GRACE: Final = timedelta(days=3)
"""A file may be made so many days after the date it bears (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares dates."""
    signed, permit = facts.contract.signed_on, facts.papers.start_permit_on
    early = [p for p in facts.payments if p.paid_on < signed]
    unpermitted = [
        p
        for p in facts.payments
        if permit is not None and p.purpose == "progress" and p.paid_on < permit
    ]
    backdated = [d for d in facts.papers.documents if d.created_on - d.signed_on > GRACE]
    reasons: list[Text] = []
    if early:
        reasons.append(
            Text(f"{len(early)} 笔付款早于合同签订日 {signed}", f"{len(early)} before {signed}")
        )
    if unpermitted:
        reasons.append(
            Text(
                f"{len(unpermitted)} 笔进度款早于开工许可 {permit}",
                f"{len(unpermitted)} progress payments before the permit of {permit}",
            )
        )
    if backdated:
        worst = max(backdated, key=lambda d: d.created_on - d.signed_on)
        reasons.append(
            Text(
                f"“{worst.name}”落款 {worst.signed_on}，实际生成于 {worst.created_on}",
                f"“{worst.name}” bears {worst.signed_on} but was made on {worst.created_on}",
            )
        )
    if not reasons:
        return None
    explanation = Text(
        f"疑似倒签或提前付款：{'；'.join(r.zh for r in reasons)}。",
        f"Payments or papers out of order: {'; '.join(r.en for r in reasons)}.",
    )
    numbers = (
        Number(Text("合同签订日", "Contract signed"), signed.isoformat()),
        Number(Text("开工许可日", "Permit"), permit.isoformat() if permit else "—"),
        money("本次申请", "This claim", claim.amount),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-27",
    version="1",
    title=Text("合同前付款或倒签", "Paid before the contract, or backdated"),
    severity="high",
    action="hold",
    formula=Text(
        "付款日 < 合同签订日，或进度款早于开工许可，或文件生成日晚于落款日 3 天以上",
        "Paid before signature or permit, or a file made more than 3 days after its date",
    ),
    reads=("payments", "contract", "documents"),
    clears_when=Text("说明原因并由有权部门确认。", "It is explained and confirmed by the office."),
    basis="政府投资条例第三十四条（一）；审计惯例",
    legal_basis="GOV_INVEST_REG_34",
    trust="read",
    evaluate=evaluate,
)
