"""An alert as those who decide about telling people see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from siteward_contracts.catalog import Severity

GRAVITY: Final[tuple[Severity, ...]] = ("info", "general", "serious", "suspected_major", "major")
"""From the lightest to the gravest."""


def gravity(severity: str) -> int:
    """Orders severities; the gravest is the greatest."""
    return GRAVITY.index(severity)


@dataclass(frozen=True, slots=True)
class Alert:
    """One that is firing.

    Attributes:
        id: Its number.
        project: Project id.
        kind: Hazard kind; alerts of one kind of one project are told together.
        severity: How grave.
        rule: The rule it shows.
        device: Where; empty for the whole project.
        zone: Zone of the device, if any.
        noticed_at: When anybody was told first; None if nobody was.
        acknowledged: Somebody takes care of it.
        dismissed: Somebody found it to be a false alarm.
    """

    id: int
    project: str
    kind: str
    severity: Severity
    rule: str
    device: str = ""
    zone: str | None = None
    noticed_at: datetime | None = None
    acknowledged: bool = False
    dismissed: bool = False
