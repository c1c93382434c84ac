"""Which notices are due: grouped, repeated until somebody acknowledges, escalated.

Alerts of one kind of one project are one group: fifty people without helmets are one notice. A
role hears of new alerts of a group at most every :data:`INTERVAL`, and again of the same ones
after their policy's repeat. Escalation counts from the first notice, not from the site's clock, so
that data which came hours late does not wake the chief at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from siteward_rules.alerts.alert import Alert, gravity
from siteward_rules.alerts.escalation import Policy

Why = Literal["new", "escalation", "repeat"]
Group = tuple[str, str]
"""Project and kind."""
INTERVAL: Final = timedelta(minutes=5)
"""Least time between two notices of one group to one role, unless it got worse."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of earlier notices.

    Attributes:
        last: When a role was last told of a group.
        alerts: What a role was told of which alert: its severity then.
    """

    last: Mapping[tuple[Group, str], datetime]
    alerts: Mapping[tuple[int, str], str]


@dataclass(frozen=True, slots=True)
class Due:
    """One notice to one role about alerts of one group, gravest first."""

    group: Group
    role: str
    why: Why
    alerts: tuple[Alert, ...]


def due(
    firing: Iterable[Alert],
    muted: Iterable[int],
    told: Told,
    policies: Mapping[str, Policy],
    now: datetime,
) -> list[Due]:
    """The notices to give now.

    Args:
        firing: Every alert that fires.
        muted: Ids of those that are silenced or inhibited.
        told: Earlier notices.
        policies: By severity.
        now: The instant.
    """
    mute = frozenset(muted)
    groups: dict[Group, list[Alert]] = {}
    for alert in firing:
        if not (alert.acknowledged or alert.dismissed or alert.id in mute):
            groups.setdefault((alert.project, alert.kind), []).append(alert)
    found = []
    for group, alerts in groups.items():
        for role in _roles(alerts, policies):
            one = _for_role(group, role, alerts, told, policies, now)
            if one is not None:
                found.append(one)
    return found


def _roles(alerts: Iterable[Alert], policies: Mapping[str, Policy]) -> list[str]:
    return list(dict.fromkeys(s.role for a in alerts for s in policies[a.severity].steps))


def _for_role(
    group: Group,
    role: str,
    alerts: Iterable[Alert],
    told: Told,
    policies: Mapping[str, Policy],
    now: datetime,
) -> Due | None:
    ripe = sorted(
        (a for a in alerts if _is_ripe(a, role, policies, now)),
        key=lambda a: (-gravity(a.severity), a.id),
    )
    if not ripe:
        return None
    last = told.last.get((group, role))
    fresh = [a for a in ripe if (a.id, role) not in told.alerts]
    worse = any(
        gravity(a.severity) > gravity(told.alerts[a.id, role])
        for a in ripe
        if (a.id, role) in told.alerts
    )
    if fresh or worse:
        if last is not None and now - last < INTERVAL and not (worse or _graver(ripe, fresh)):
            return None
        why: Why = "escalation" if worse or any(a.noticed_at for a in fresh) else "new"
        return Due(group, role, why, tuple(ripe))
    repeat = min(policies[a.severity].repeat for a in ripe)
    if last is not None and now - last >= repeat:
        return Due(group, role, "repeat", tuple(ripe))
    return None


def _is_ripe(alert: Alert, role: str, policies: Mapping[str, Policy], now: datetime) -> bool:
    since = alert.noticed_at or now
    return any(s.role == role and since + s.after <= now for s in policies[alert.severity].steps)


def _graver(ripe: Iterable[Alert], fresh: Iterable[Alert]) -> bool:
    """Whether something new is graver than all that was told: it does not wait its turn."""
    new = {alert.id for alert in fresh}
    before = [gravity(a.severity) for a in ripe if a.id not in new]
    return max(gravity(a.severity) for a in ripe if a.id in new) > max(before, default=-1) >= 0
