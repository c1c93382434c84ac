"""FR-22 进度跳变不可信: faster than work can go, or progress on days nobody worked."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Final

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.findings import DAYS, Finding, FundRule, Number, Text, percent
from siteward_rules.papers import ProgressStep, WorkKind

FEASIBLE: Final[dict[WorkKind, float]] = {
    "earthwork": 25,
    "piling": 20,
    "structure": 25,
    "masonry": 25,
    "facade": 20,
    "road_base": 30,
    "paving": 40,
    "planting": 50,
}
"""Most percent of a work item a week (platform default)."""
WEEK: Final = 7
IDLE_DAYS: Final = 5
"""Progress over so many days, all seen and all without work, is not believed."""
LEAST: Final = 1.0
"""Points below which a step is rounding."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks at every step of every work item up to the claim."""
    steps = [s for s in facts.papers.steps if s.day <= claim.claimed_on]
    worst = max(_jumps(facts, steps), key=lambda jump: jump[0], default=None)
    if worst is None:
        return None
    _, explanation, numbers = worst
    return RULE.finding(explanation, numbers)


_Jump = tuple[float, Text, tuple[Number, ...]]


def _jumps(facts: ProjectFacts, steps: list[ProgressStep]) -> Iterator[_Jump]:
    by_item: dict[str, list[ProgressStep]] = {}
    for step in sorted(steps, key=lambda s: s.day):
        by_item.setdefault(step.work_item, []).append(step)
    for item, mine in by_item.items():
        for before, after in pairwise(mine):
            rise, days = after.percent - before.percent, (after.day - before.day).days
            if rise < LEAST or days <= 0:
                continue
            if (fast := _too_fast(item, before, after, rise, days)) is not None:
                yield fast
            if (idle := _while_idle(facts, item, before, after, rise)) is not None:
                yield idle


def _too_fast(
    item: str, before: ProgressStep, after: ProgressStep, rise: float, days: int
) -> _Jump | None:
    if after.kind is None:
        return None
    most = FEASIBLE[after.kind] * max(1.0, days / WEEK)
    if rise <= most:
        return None
    explanation = Text(
        f"“{item}”在 {before.day} 至 {after.day} 的 {days} 天内增加 {rise:.1f} 个百分点，"
        f"该类工程最快约 {most:.1f} 个百分点。",
        f"{item} rose by {rise:.1f} points in the {days} days from {before.day} to {after.day}; "
        f"such work manages {most:.1f} at most.",
    )
    numbers = (
        percent("进度增加", "Rise", rise),
        percent("合理上限", "At most", most),
        Number(Text("间隔", "Days"), str(days), DAYS),
    )
    return rise / most, explanation, numbers


def _while_idle(
    facts: ProjectFacts, item: str, before: ProgressStep, after: ProgressStep, rise: float
) -> _Jump | None:
    days = (after.day - before.day).days
    known = {d.day: d for d in facts.papers.days if before.day < d.day <= after.day}
    wanted = [before.day + timedelta(days=n) for n in range(1, days + 1)]
    if days < IDLE_DAYS or any(day not in known for day in wanted):
        return None
    idle = [d for d in known.values() if d.stopped or d.heavy_rain or d.people == 0]
    if len(idle) < days:
        return None
    explanation = Text(
        f"“{item}”在 {before.day} 之后 {days} 天增加 {rise:.1f} 个百分点，期间每天无人施工、"
        "停工或大雨。",
        f"{item} rose by {rise:.1f} points over {days} days after {before.day} on all of which "
        "nobody worked, work was stopped or it rained hard.",
    )
    numbers = (
        percent("进度增加", "Rise", rise),
        Number(Text("无施工天数", "Days without work"), str(len(idle)), DAYS),
    )
    return rise, explanation, numbers


RULE: Final = FundRule(
    id="FR-22",
    version="1",
    title=Text("进度跳变不可信", "Progress too fast to believe"),
    severity="high",
    action="review",
    formula=Text(
        "周进度增量 > 该类工程最快速度，或 ≥ 5 天内每天无人施工、停工或大雨而进度增加",
        "Weekly rise > what such work manages, or a rise over ≥ 5 days on all of which nobody "
        "worked, work was stopped or it rained hard",
    ),
    reads=("progress steps", "site days"),
    clears_when=Text("现场计量证实进度。", "A measurement on site bears the progress out."),
    basis="施工速度经验值",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
