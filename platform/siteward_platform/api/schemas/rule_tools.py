"""A rule tried with another limit on what was measured."""

from datetime import date

from siteward_platform.api.schemas.values import Out


class RaisedOut(Out):
    """How often something fired, and for how many hours."""

    incidents: int
    hours: float


class VerdictsOut(Out):
    """What people said of alerts; ``precision`` is null while too few were judged."""

    confirmed: int
    false_alarms: int
    cannot_tell: int
    unjudged: int
    precision: float | None


class BacktestDay(Out):
    """Incidents that began to fire on a day (Shanghai)."""

    day: date
    now: int
    tried: int


class BacktestSite(Out):
    """One project's share."""

    project: str
    now: RaisedOut
    tried: RaisedOut


class BacktestOut(Out):
    """A rule as it is in force and with another limit, over the same measurements.

    ``judged`` is what people said of the alerts that really were, ``kept`` the same of those
    the tried limit would still have raised.
    """

    rule: str
    limit: float
    unit: str
    tried_limit: float
    first_day: date
    last_day: date
    now: RaisedOut
    tried: RaisedOut
    new: int
    gone: int
    longer: int
    shorter: int
    judged: VerdictsOut
    kept: VerdictsOut
    days: list[BacktestDay]
    sites: list[BacktestSite]
