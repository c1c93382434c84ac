"""Keeps the rules' pure hazards in the database; every step goes through them."""

from dataclasses import fields
from typing import Final

from siteward_platform.act import Act
from siteward_platform.database.models import HazardRecord
from siteward_platform.refusals import NotFoundError
from siteward_rules.hazards.hazard import Hazard, day_of
from siteward_rules.hazards.states import HazardState

_SAME: Final = tuple(f.name for f in fields(Hazard) if f.name != "state")

UNCONFIRMED: Final = (HazardState.DETECTED.value, HazardState.DISMISSED.value)
"""States in which nobody has said yet, or nobody says any more, that there is a hazard."""


def hazard_of(row: HazardRecord) -> Hazard:
    """A row as the rules know it."""
    return Hazard(state=HazardState(row.state), **{name: getattr(row, name) for name in _SAME})


def write(row: HazardRecord, hazard: Hazard) -> None:
    """Writes a hazard over what was kept of it before."""
    row.state, row.found_on = hazard.state.value, day_of(hazard.found_at)
    for name in _SAME:
        setattr(row, name, getattr(hazard, name))


def change_hazard(act: Act, hazard_id: int) -> HazardRecord:
    """Locks a hazard's project, counts the change, and reads the hazard afresh.

    Raises:
        NotFoundError: There is no such hazard.
    """
    row = get_hazard(act, hazard_id)
    act.change(row.project_id)
    act.session.refresh(row)
    return row


def get_hazard(act: Act, hazard_id: int) -> HazardRecord:
    """A hazard.

    Raises:
        NotFoundError: There is none.
    """
    row = act.session.get(HazardRecord, hazard_id)
    if row is None:
        raise NotFoundError("no_such_hazard", f"没有编号为 {hazard_id} 的隐患", "请从列表中选择")
    return row


def record(act: Act, row: HazardRecord, action: str, **detail: object) -> None:
    """Logs a step with the state it led to, and tells whoever watches."""
    act.session.flush()
    where = {"project": row.project_id, "hazard_state": row.state, "hazard_severity": row.severity}
    act.log(f"hazard.{action}", f"hazard:{row.id}", **where, **detail)
    act.announce("project", row.project_id, row.project_id)
