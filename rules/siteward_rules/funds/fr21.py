"""FR-21 申报与影像不符: more is claimed than cameras saw, compared on what they could see."""

from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts, ZoneFacts
from siteward_rules.findings import (
    POINTS,
    Finding,
    FindingSeverity,
    FundRule,
    Number,
    Text,
    percent,
)

GAP_POINTS: Final = 10.0
"""Points by which the claim must exceed the cameras (platform default)."""
HIGH_GAP_POINTS: Final = 20.0
"""Points from which it is high (platform default)."""
MIN_CONFIDENCE: Final = 0.8
"""Zones measured less surely are left out (platform default)."""
MIN_COVERAGE: Final = 0.2
"""Below this share of the project in view, the rule abstains (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Compares claimed and seen percent on the covered weight.

    What no camera sees is granted as the department reported it, so that the whole
    difference lies where cameras look.
    """
    seen = [zone for zone in facts.zones if _counts(zone)]
    coverage = sum(zone.weight for zone in seen)
    if coverage < MIN_COVERAGE:
        return None
    camera = sum(zone.weight * (zone.percent or 0.0) for zone in seen) / coverage
    unseen = _unseen_points(facts, seen)
    claimed = min(100.0, max(0.0, (claim.claimed_percent - unseen) / coverage))
    gap = round(claimed - camera, 6)
    if gap <= GAP_POINTS:
        return None
    states = "、".join(f"{z.name_zh or z.id}：{z.state_zh or z.state}" for z in seen)
    explanation = Text(
        f"在可见部分（占工程 {coverage:.0%}）申报进度 {claimed:.1f}%，影像测得 {camera:.1f}%，"
        f"相差 {gap:.1f} 个百分点（{states}）。",
        f"On the visible part ({coverage:.0%} of the works) {claimed:.1f} % is claimed and "
        f"{camera:.1f} % seen, {gap:.1f} points apart "
        f"({', '.join(f'{z.name_en or z.id}: {z.state_en or z.state}' for z in seen)}).",
    )
    numbers = (
        percent("申报完成比例", "Claimed, whole contract", claim.claimed_percent),
        percent("可见覆盖率", "Coverage", 100 * coverage),
        percent("不可见部分（按上报）", "Unseen part, as reported", unseen),
        percent("申报进度（可见部分）", "Claimed, visible part", claimed),
        percent("影像进度（可见部分）", "Seen, visible part", camera),
        Number(Text("相差", "Difference"), f"{gap:.1f}", POINTS),
    )
    severity: FindingSeverity = "high" if gap > HIGH_GAP_POINTS else "medium"
    evidence = tuple(zone.evidence for zone in seen if zone.evidence)
    return RULE.finding(explanation, numbers, severity, evidence)


def _counts(zone: ZoneFacts) -> bool:
    return (
        zone.percent is not None
        and not zone.uncertain
        and zone.confidence is not None
        and zone.confidence >= MIN_CONFIDENCE
    )


def _unseen_points(facts: ProjectFacts, seen: list[ZoneFacts]) -> float:
    total = float(sum(item.value for item in facts.work_items))
    if total <= 0:
        return 0.0
    watched: dict[str, float] = {}
    for zone in seen:
        watched[zone.work_item] = watched.get(zone.work_item, 0.0) + zone.weight
    return sum(
        max(0.0, float(item.value) / total - watched.get(item.id, 0.0)) * item.reported_percent
        for item in facts.work_items
    )


RULE: Final = FundRule(
    id="FR-21",
    version="1",
    title=Text("申报与影像不符", "Claimed progress disagrees with cameras"),
    severity="medium",
    action="review",
    formula=Text(
        "可见部分：申报进度 − 影像进度 > 10 个百分点（> 20 为高），置信度 ≥ 0.8",
        "On the visible part: claimed − seen > 10 points (> 20 is high), confidence ≥ 0.8",
    ),
    reads=("claim", "zone states", "reported progress"),
    clears_when=Text(
        "影像测得的进度赶上申报，或现场计量证实申报属实。",
        "Cameras see the claimed progress, or a measurement on site confirms it.",
    ),
    basis="世界银行指标 49：产出减少而付款未减",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
