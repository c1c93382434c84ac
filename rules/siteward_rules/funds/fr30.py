"""FR-30 监理失灵: a supervisor who passes everything, at once, or from afar."""

from datetime import timedelta
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import PIECES, Finding, FundRule, Number, Text, percent

ROLE: Final = "chief_supervisor"
UNCHANGED: Final = 0.98
"""Share of claims passed unchanged, above which it is a finding (platform default)."""
LEAST: Final = 20
"""Fewer claims say nothing (platform default)."""
HASTY: Final = timedelta(minutes=10)
"""Faster than anybody reads a claim (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks at the supervisor's approvals, this claim's above all."""
    given = [a for a in facts.papers.approvals if a.role == ROLE]
    mine = [a for a in given if a.claim == claim.id]
    reasons: list[Text] = []
    unchanged = sum(not a.changed for a in given)
    share = unchanged / len(given) if given else 0.0
    if len(given) >= LEAST and share > UNCHANGED:
        reasons.append(
            Text(f"{len(given)} 份申请中 {share:.0%} 原样通过", f"{share:.0%} passed unchanged")
        )
    for approval in mine:
        took = approval.at - approval.submitted_at
        if took < HASTY:
            minutes = took.total_seconds() / 60
            reasons.append(
                Text(
                    f"提交 {minutes:.0f} 分钟后即签字", f"signed {minutes:.0f} min after submission"
                )
            )
        if approval.on_site is False:
            reasons.append(Text("签字前一周未到现场", "not on site in the week before"))
    if not reasons:
        return None
    explanation = Text(
        f"监理审核流于形式：{'；'.join(r.zh for r in reasons)}。",
        f"Supervision in name only: {'; '.join(r.en for r in reasons)}.",
    )
    numbers = (
        Number(Text("审核份数", "Claims reviewed"), str(len(given)), PIECES),
        percent("原样通过", "Passed unchanged", 100 * share),
        Number(Text("本次签字人", "Signed by"), mine[0].by if mine else "—"),
    )
    return RULE.finding(explanation, numbers)


RULE: Final = FundRule(
    id="FR-30",
    version="1",
    title=Text("监理失灵", "Supervision in name only"),
    severity="medium",
    action="review",
    formula=Text(
        "≥ 20 份中原样通过 > 98%，或提交后 < 10 分钟签字，或签字前一周未到现场",
        "> 98 % of ≥ 20 claims unchanged, or signed < 10 min after submission, or not on site",
    ),
    reads=("approvals",),
    clears_when=Text("另一名监理复核该申请。", "Another supervisor reviews the claim."),
    basis="审计惯例",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
