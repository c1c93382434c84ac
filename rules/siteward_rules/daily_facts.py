"""The daily facts about a project that stream rules read; one that is not known is left out."""

from collections.abc import Iterable
from decimal import Decimal

from siteward_rules.calendar import Calendar
from siteward_rules.facts import ProjectFacts
from siteward_rules.money.earned_value import earned_value, planned_percent, weighed_percent
from siteward_rules.papers import SiteDay


def daily_facts(facts: ProjectFacts, idle_days: int | None) -> dict[str, float]:
    """What is known of the facts that ``language.quantity.FACTS`` names.

    Args:
        facts: The project on its day.
        idle_days: From :func:`idle_working_days`.
    """
    value = earned_value(facts.work_items, facts.payments, facts.as_of)
    known: dict[str, float | Decimal | None] = {
        "spi": value.spi,
        "cpi": value.cpi,
        "lag_points": _lag_points(facts),
        "idle_working_days": idle_days,
        "overdue_hazards": overdue_hazards(facts),
        "wage_cover": _wage_cover(facts),
    }
    return {name: round(float(fact), 4) for name, fact in known.items() if fact is not None}


def idle_working_days(days: Iterable[SiteDay], calendar: Calendar) -> int | None:
    """Working days since anybody was seen, up to the last of the days.

    A day no camera saw and a day on which work was stopped by order count neither way.

    Returns:
        None where no camera saw any of the days.
    """
    idle, seen = 0, False
    for day in sorted(days, key=lambda d: d.day, reverse=True):
        if day.people is None:
            continue
        seen = True
        if day.people > 0:
            break
        idle += calendar.is_working_day(day.day) and not day.stopped
    return idle if seen else None


def overdue_hazards(facts: ProjectFacts) -> int:
    """Hazards that are open past their date."""
    return sum(h.closed_on is None and h.due < facts.as_of for h in facts.hazards)


def _lag_points(facts: ProjectFacts) -> float | None:
    items = facts.work_items
    if not items:
        return None
    planned = weighed_percent(items, lambda item: planned_percent(item, facts.as_of))
    return planned - weighed_percent(items, lambda item: item.accepted_percent)


def _wage_cover(facts: ProjectFacts) -> Decimal | None:
    wages = facts.papers.wages
    if wages is None or wages.next_payroll <= 0:
        return None
    return wages.balance / wages.next_payroll
