"""Lets time pass for hazards: what is overdue is marked, and look-backs come due."""

from sqlalchemy import select

from siteward_platform.act import Act
from siteward_platform.database.models import HazardRecord
from siteward_platform.hazard_records import hazard_of, record, write
from siteward_rules.hazards import steps
from siteward_rules.hazards.states import HazardState

_RESTING = (HazardState.DISMISSED, HazardState.CLOSED, HazardState.EFFECTIVE)


def keep_hazard_clocks(act: Act) -> int:
    """Marks what ran out and opens the look-backs of the day.

    Returns:
        How many hazards changed.
    """
    return _look_backs(act) + _overdue(act)


def _look_backs(act: Act) -> int:
    query = select(HazardRecord).where(
        HazardRecord.state.in_([HazardState.CLOSED.value, HazardState.EFFECTIVE.value]),
        HazardRecord.look_back_due <= act.today,
    )
    rows = act.session.scalars(query).all()
    for row in rows:
        act.change(row.project_id)
        write(row, steps.come_due(hazard_of(row), act.who, act.at))
        record(act, row, "look_back_due", look_back_due=row.look_back_due)
    return len(rows)


def _overdue(act: Act) -> int:
    query = select(HazardRecord).where(HazardRecord.state.not_in([s.value for s in _RESTING]))
    count = 0
    for row in act.session.scalars(query).all():
        before = hazard_of(row)
        late = steps.expire(before, act.who, act.at)
        if late is before:
            continue
        act.change(row.project_id)
        write(row, late)
        record(act, row, "overdue", clock=late.overdue)
        count += 1
    return count
