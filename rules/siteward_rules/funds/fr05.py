"""FR-05 无总监签字: a claim without a valid signature of the chief supervisor."""

from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import Finding, FundRule, Number, Text, money
from siteward_rules.papers import Signature


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks for one signature that stands; abstains where the register is not kept here."""
    if facts.papers.signatures is None:
        return None
    mine = [s for s in facts.papers.signatures if s.claim == claim.id]
    faults = [_fault(signature) for signature in mine]
    if mine and None in faults:
        return None
    why = next((fault for fault in faults if fault), Text("没有总监理工程师签字", "nobody signed"))
    signer = mine[0].signer if mine else "—"
    explanation = Text(
        f"本次申请 {claim.amount:,.2f} 元：{why.zh}。", f"Claim of {claim.amount:,.2f}: {why.en}."
    )
    numbers = (
        money("本次申请", "This claim", claim.amount),
        Number(Text("签字人", "Signed by"), signer),
        Number(Text("问题", "Fault"), why),
    )
    return RULE.finding(explanation, numbers)


def _fault(signature: Signature) -> Text | None:
    if not signature.on_roster:
        return Text(
            f"签字人{signature.signer}不是本项目登记的总监理工程师",
            f"{signature.signer} is not the chief supervisor on the project's roster",
        )
    if signature.valid_to is not None and signature.valid_to < signature.signed_on:
        return Text(
            f"签字人{signature.signer}的证书已于 {signature.valid_to} 到期",
            f"the certificate of {signature.signer} ended on {signature.valid_to}",
        )
    return None


RULE: Final = FundRule(
    id="FR-05",
    version="1",
    title=Text("无总监有效签字", "No valid signature of the chief supervisor"),
    severity="critical",
    action="hold",
    formula=Text(
        "无总监签字，或签字人不在名册，或签字日证书已过期",
        "No signature, or the signer is not on the roster, or the certificate had ended",
    ),
    reads=("signatures", "claim"),
    clears_when=Text("登记在册、证书有效的总监理工程师签字。", "The registered chief signs."),
    basis="建设工程质量管理条例第三十七条：未经总监理工程师签字，建设单位不拨付工程款",
    legal_basis="QUALITY_REG_37",
    trust="read",
    evaluate=evaluate,
)
