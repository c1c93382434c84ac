"""Incidents of one rule on one series: named, told apart, compared with what was known."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

import msgspec

from siteward_rules.stream.alert_state import Span

Change = Literal["pending", "firing", "updated", "resolved", "retracted"]
Changes = list[tuple[Change, str, Span]]
Key = tuple[datetime, bool, str]


class Incident(msgspec.Struct, frozen=True):
    """A span with its name for good, and the sample that ended it."""

    name: str
    span: Span
    ended_by: Key | None = None


def name_of(found: Span, taken: Collection[str] = ()) -> str:
    """A name no incident of the series has yet."""
    name = found.started_at.strftime("%Y%m%dT%H%M%S.%fZ")
    while name in taken:
        name += "+"
    return name


def identify(spans: list[Span], before: list[Incident]) -> list[Incident | None]:
    """For every span the incident it was before: by its beginning, else by overlap."""
    left = list(before)
    found: list[Incident | None] = [None] * len(spans)
    for same in (_begins_with, _overlaps):
        for index, one in enumerate(spans):
            if found[index] is None:
                found[index] = next((i for i in left if same(i.span, one)), None)
                left = [i for i in left if i is not found[index]]
    return found


def _begins_with(a: Span, b: Span) -> bool:
    return a.started_at == b.started_at


def _overlaps(a: Span, b: Span) -> bool:
    return (a.resolved_at is None or b.started_at < a.resolved_at) and (
        b.resolved_at is None or a.started_at < b.resolved_at
    )


def difference(old: Span | None, incident: Incident) -> Changes:
    """What became of an incident since it was told last."""
    new, name = incident.span, incident.name
    if old == new:
        return []
    changes: Changes = []
    if new.fired_at is None:
        if old is None and new.resolved_at is None:
            changes.append(("pending", name, new))
        elif old is not None and old.fired_at is not None:
            changes.append(("retracted", name, new))
        return changes
    if old is None or old.fired_at is None:
        changes.append(("firing", name, new))
    elif new.resolved_at is None and (
        old.resolved_at is not None
        or (old.started_at, old.count, old.cause) != (new.started_at, new.count, new.cause)
    ):
        changes.append(("updated", name, new))
    if new.resolved_at is not None:
        changes.append(("resolved", name, new))
    return changes
