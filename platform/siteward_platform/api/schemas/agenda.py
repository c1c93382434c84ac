"""What needs somebody now."""

from datetime import datetime
from typing import Literal

from siteward_platform.api.schemas.values import Out, Severity, Text, Yuan

AgendaKind = Literal["claim", "alert", "hazard", "milestone"]


class AgendaItem(Out):
    """One thing that waits for the person looking.

    ``id`` is that of what ``kind`` says; ``actions`` are what this person may do. ``due`` is until
    when, if there is a limit, and ``clock`` which one it is.
    """

    kind: AgendaKind
    id: str
    project: str
    project_name: Text
    title: Text
    severity: Severity | None
    actions: list[str]
    since: datetime
    due: datetime | None
    clock: str | None
    overdue: bool
    amount: Yuan | None
    held: bool
    flags: int


class Agenda(Out):
    """What waits for the person looking, most urgent first; ``total`` counts what was left off."""

    items: list[AgendaItem]
    total: int
