"""What the rules read of a project's papers and days, fed when a day or its facts change."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_ingest.series import SeriesStore, StoreError
from siteward_platform.database.models import Project
from siteward_platform.facts import paper_facts
from siteward_platform.site_days import site_days
from siteward_rules.calendar import china
from siteward_rules.daily_facts import daily_facts, idle_working_days
from siteward_rules.stream.engine import Observation

log = logging.getLogger(__name__)

_LOOK_BACK: Final = timedelta(days=30)
"""Idle days are counted no further back."""
_SETTLES: Final = timedelta(minutes=2)
"""As the rules of the schedule pack wait."""
AT_ONCE: Final = 20
"""Projects looked at in one tick, so that messages never wait long."""
_RETRY: Final = timedelta(minutes=1)
"""After the time series did not answer."""


Name = tuple[str, str]
"""A link's rule and subject."""


@dataclass
class Fed:
    """What the engine was told already.

    Attributes:
        facts: By project: the day and facts version its facts were last fed for.
        idle: By project: the day, and the idle working days up to the day before it.
        links: By project: the day and facts version its links were last looked at for.
        fresh: By project: since when a link was seen that nobody was told of yet.
        retry_at: When the time series may be asked again.
    """

    facts: dict[str, tuple[date, int]] = field(default_factory=dict)
    idle: dict[str, tuple[date, int | None]] = field(default_factory=dict)
    links: dict[str, tuple[date, int]] = field(default_factory=dict)
    fresh: dict[str, dict[Name, datetime]] = field(default_factory=dict)
    retry_at: datetime | None = None

    def knows_idle(self, project: str, today: date) -> bool:
        """Whether the idle days of a project were counted today."""
        return project in self.idle and self.idle[project][0] == today

    def settled(self, project: str, links: Iterable[Name], now: datetime) -> set[Name]:
        """Which links of a project have stood for :data:`_SETTLES`; the rest is looked at again.

        A batch of reports is then recorded whole before anybody is told what follows from it.
        """
        seen = self.fresh.get(project, {})
        self.fresh[project] = {name: seen.get(name, now) for name in links}
        return {name for name, since in self.fresh[project].items() if now - since >= _SETTLES}

    def wait(self, now: datetime) -> None:
        """The time series did not answer."""
        self.retry_at = now + _RETRY

    def waits(self, now: datetime) -> bool:
        """Whether to leave the time series alone."""
        return self.retry_at is not None and now < self.retry_at

    def clear(self) -> None:
        """Nothing was told."""
        self.facts.clear()
        self.idle.clear()
        self.links.clear()
        self.fresh.clear()


def fact_observations(
    session: Session, series: SeriesStore, fed: Fed, today: date, now: datetime
) -> list[Observation]:
    """The facts of projects for which they may have changed; ``fed`` is brought up to date.

    A fact that is not known is not fed: of a project of which nothing was planned yet there is
    no SPI. At midnight all projects change at once; a tick takes :data:`AT_ONCE` of them.
    """
    waiting = fed.waits(now)
    seen: list[Observation] = []
    for project, version in _behind(session, fed, today, waiting)[:AT_ONCE]:
        if not waiting and not fed.knows_idle(project, today):
            try:
                fed.idle[project] = (today, _idle(session, series, project, today))
            except StoreError as error:
                log.warning("idle days of %s wait for the time series: %s", project, error)
                fed.wait(now)
                waiting = True
        idle = fed.idle[project][1] if fed.knows_idle(project, today) else None
        fed.facts[project] = (today, version)
        facts = paper_facts(session, project, today)
        for name, value in daily_facts(facts, idle).items():
            seen.append(Observation(project, "", name, now, value))
    return seen


def links_behind(session: Session, fed: Fed, today: date, now: datetime) -> list[tuple[str, int]]:
    """Some projects whose links may have changed, with their facts version."""
    if fed.waits(now):
        return []
    rows = session.execute(select(Project.id, Project.facts_version)).all()
    ripe = {
        project
        for project, links in fed.fresh.items()
        if any(now - since >= _SETTLES for since in links.values())
    }
    changed = [(p, v) for p, v in rows if fed.links.get(p) != (today, v) or p in ripe]
    return changed[:AT_ONCE]


def _behind(session: Session, fed: Fed, today: date, waiting: bool) -> list[tuple[str, int]]:
    rows = session.execute(select(Project.id, Project.facts_version)).all()
    return [
        (project, version)
        for project, version in rows
        if fed.facts.get(project) != (today, version)
        or not (waiting or fed.knows_idle(project, today))
    ]


def _idle(session: Session, series: SeriesStore, project: str, today: date) -> int | None:
    yesterday = today - timedelta(days=1)
    days = site_days(session, series, project, today - _LOOK_BACK, yesterday)
    return idle_working_days(days, china())
