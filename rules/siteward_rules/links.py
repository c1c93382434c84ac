"""Linking rules: what follows from site evidence for milestones, money and people's duties.

Of the ten, L2 is FR-02, L4 the rule SR-HAZARD-OVERDUE, L6 FR-21 and L7 SR-IDLE-WEEK; the others
are here. They ask people to do something and never move money or a milestone themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from siteward_contracts.catalog import Severity
from siteward_rules.facts import HazardFacts, MilestoneFacts
from siteward_rules.findings import Text

REACHED_DAYS: Final = 3
"""Days of the last :data:`LOOKED_DAYS` on which a zone must show its target (domain §5.3 L1)."""
LOOKED_DAYS: Final = 5
SATISFIED: Final = 0.80
"""Least share of satisfied answers; below it the street orders rectification (M14)."""
LOOK_BACK: Final = timedelta(days=30)
BAD_SPI: Final = 0.85
"""An SPI below it in two periods wants a plan to catch up, in three a talk (L10)."""


@dataclass(frozen=True, slots=True)
class Link:
    """What follows.

    Attributes:
        rule: ``L1`` to ``L10``.
        subject: What it is about, such as ``milestone:topped-out``; one link each.
        severity: How grave.
        roles: Who is to act.
        title: Its name.
        text: What was seen and what is to be done.
    """

    rule: str
    subject: str
    severity: Severity
    roles: tuple[str, ...]
    title: Text
    text: Text


@dataclass(frozen=True, slots=True)
class ZoneDays:
    """Percents a zone showed at the end of each of the last days, None for a day unseen."""

    name: Text
    target: float
    percents: tuple[float | None, ...]

    @property
    def reached(self) -> int:
        """Days on which it showed its target."""
        return sum(p is not None and p >= self.target for p in self.percents[-LOOKED_DAYS:])


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Answers of one survey of the people a project is for."""

    day: date
    satisfied: int
    basic: int
    dissatisfied: int


def claimed_ready(milestone: MilestoneFacts, zones: Sequence[ZoneDays]) -> Link | None:
    """L1: every watched zone of a planned milestone showed its target on most of the last days.

    Whether it is reached, a person says by claiming it.
    """
    if milestone.status not in ("planned", "rejected") or not zones:
        return None
    if any(zone.reached < REACHED_DAYS for zone in zones):
        return None
    zh = "、".join(f"{z.name.zh} {z.reached}/{LOOKED_DAYS} 天" for z in zones)
    en = ", ".join(f"{z.name.en} {z.reached} of {LOOKED_DAYS} days" for z in zones)
    return Link(
        "L1",
        f"milestone:{milestone.id}",
        "info",
        ("department",),
        Text("里程碑可以申报", "Milestone may be claimed"),
        Text(
            f"影像显示“{milestone.name_zh}”已达到目标状态：{zh}。请现场确认后申报。",
            f"Cameras show {milestone.name_en} reached: {en}. Check on site, then claim it.",
        ),
    )


def closed_gate(
    milestone: MilestoneFacts,
    work_items: Collection[str],
    hazards: Sequence[tuple[HazardFacts, str | None]],
) -> Link | None:
    """L3: an open suspected or confirmed major hazard closes its section's gate for works money.

    Args:
        milestone: Whose gate.
        work_items: What it is made of.
        hazards: With the work item each lies on; None where that is not known, and then it
            closes every gate.
    """
    open_ones = [
        hazard
        for hazard, item in hazards
        if hazard.closed_on is None
        and hazard.severity in ("suspected_major", "major")
        and (item is None or item in work_items)
    ]
    if not open_ones:
        return None
    numbers = "、".join(f"#{hazard.id}" for hazard in open_ones)
    return Link(
        "L3",
        f"milestone:{milestone.id}",
        "suspected_major",
        ("chief_supervisor", "finance"),
        Text("工程款闸口关闭", "Gate for works money closed"),
        Text(
            f"“{milestone.name_zh}”有未销号的（疑似）重大隐患 {numbers}，工程款建议暂缓，工资照付。",
            f"{milestone.name_en} has open major hazards {numbers}: works money should wait, "
            "wages go out.",
        ),
    )


def verification_form(claim: int, title: str, claimed_on: date, seen: date | None) -> Link | None:
    """L5: cameras were blind before a claim, so somebody must measure on site.

    Args:
        claim: A claim that FR-19 flags.
        title: Its title.
        claimed_on: Its date.
        seen: Day of the newest measurement on site of the project, None without any.
    """
    if seen is not None and seen >= claimed_on:
        return None
    return Link(
        "L5",
        f"claim:{claim}",
        "general",
        ("chief_supervisor", "department"),
        Text("需要现场核验表", "On-site verification needed"),
        Text(
            f"申报“{title}”前监控中断，请总监到现场核验并录入 {claimed_on} 及以后的计量。",
            f"Cameras were blind before the claim {title}: measure on site on {claimed_on} or "
            "later and record it.",
        ),
    )


def night_breaks(nights: Collection[date]) -> Link | None:
    """L8: work or noise at night without a permit costs a point of site conduct a night.

    Args:
        nights: Each by the day on which it began, of the last month; false alarms left out.
    """
    if not nights:
        return None
    listed = "、".join(str(night) for night in sorted(nights)[-5:])
    count = len(set(nights))
    return Link(
        "L8",
        "night_work",
        "general",
        ("supervisor", "inspector"),
        Text("夜间违规施工扣分", "Points off for work at night"),
        Text(
            f"近 30 天夜间违规施工 {count} 晚（{listed}），文明施工扣 {count} 分，请通报城管、生态环境部门。",
            f"{count} nights of work without a permit in 30 days ({listed}): {count} points off "
            "site conduct; tell city management and the environment office.",
        ),
    )


def dissatisfied(survey: Satisfaction | None) -> Link | None:
    """L9: fewer than four in five satisfied mean a rectification order and a look back."""
    if survey is None:
        return None
    answers = survey.satisfied + survey.basic + survey.dissatisfied
    if not answers or survey.satisfied / answers >= SATISFIED:
        return None
    share, back = survey.satisfied / answers, survey.day + LOOK_BACK
    return Link(
        "L9",
        f"survey:{survey.day}",
        "general",
        ("department", "supervisor"),
        Text("满意度不达标，责令整改", "Satisfaction too low: rectify"),
        Text(
            f"{survey.day} 测评满意率 {share:.1%}，低于 {SATISFIED:.0%}，请整改，{back} 前回头看。",
            f"{share:.1%} satisfied on {survey.day}, under {SATISFIED:.0%}: rectify, and look "
            f"back by {back}.",
        ),
    )


def recovery_plan(periods: Sequence[float | None]) -> Link | None:
    """L10: two bad periods in a row want a recovery plan, a third one a talk.

    Args:
        periods: SPI at the end of each month, oldest first; None breaks the row.
    """
    bad = 0
    for spi in reversed(periods):
        if spi is None or spi >= BAD_SPI:
            break
        bad += 1
    if bad < 2:
        return None
    said = "、".join(f"{spi:.2f}" for spi in periods[-bad:] if spi is not None)
    talk = bad > 2
    return Link(
        "L10",
        "talk" if talk else "plan",
        "serious" if talk else "general",
        ("department", "supervisor"),
        Text("约谈责任部门", "Talk with the department")
        if talk
        else Text("提交赶工方案", "Recovery plan wanted"),
        Text(
            f"连续 {bad} 个月 SPI 低于 {BAD_SPI}（{said}）。",
            f"SPI under {BAD_SPI} at {bad} month ends in a row ({said}).",
        ),
    )
