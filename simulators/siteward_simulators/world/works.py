"""How far the work really is, and what a camera would see of it."""

from siteward_simulators.world.scenario import Scenario, WorkItem, Zone
from siteward_simulators.world.state import ZoneTruth


def done(item: WorkItem, days: float) -> float:
    """Percent of a work item really done, straight between the scenario's days."""
    first_day, first = item.progress[0]
    if days <= first_day:
        return first
    for (day, percent), (later, more) in zip(item.progress, item.progress[1:], strict=False):
        if days <= later:
            return percent + (more - percent) * (days - day) / (later - day)
    return item.progress[-1][1]


def planned(item: WorkItem, days: float) -> float:
    """Percent that should be done by plan, straight between start and finish."""
    start, finish = item.planned
    return 100 * max(0.0, min(1.0, (days - start) / (finish - start)))


def zone_truth(zone: Zone, percent: float) -> ZoneTruth:
    """The state a zone shows when so much of its work is done."""
    states = zone.states
    reached = max(i for i, state in enumerate(states) if state.percent <= percent + 1e-9)
    floor = states[reached].percent
    if reached + 1 == len(states):
        return ZoneTruth(zone.id, states[reached].code, percent, 0.0)
    toward = (percent - floor) / (states[reached + 1].percent - floor)
    return ZoneTruth(zone.id, states[reached].code, percent, toward)


def zones(scenario: Scenario, items: dict[str, float]) -> dict[str, ZoneTruth]:
    """The truth of every zone, from the truth of every work item."""
    return {zone.id: zone_truth(zone, items[zone.work_item]) for zone in scenario.zones}


def seen_percent(scenario: Scenario, items: dict[str, float], cameras_only: str = "") -> float:
    """What perfect cameras would say of the project: its zones' percents weighted.

    Args:
        scenario: The site.
        items: Work item to percent done.
        cameras_only: Count only zones of this work item, when given.
    """
    looked = [z for z in scenario.zones if cameras_only in ("", z.work_item)]
    weight = sum(zone.weight for zone in looked)
    if not weight:
        return 0.0
    return sum(zone.weight * items[zone.work_item] for zone in looked) / weight


def spi(scenario: Scenario, days: float) -> float | None:
    """Earned over planned value by the truth; None before anything is planned."""
    earned = sum(float(item.value) * done(item, days) for item in scenario.work_items)
    plan = sum(float(item.value) * planned(item, days) for item in scenario.work_items)
    return earned / plan if plan else None
