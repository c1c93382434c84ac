"""The schedule performance of every project, fed to the rules when a day or its facts change."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.database.models import Project
from siteward_platform.facts import paper_facts
from siteward_rules.money.earned_value import earned_value
from siteward_rules.stream.engine import Observation

Fed = dict[str, tuple[date, int]]
"""By project: the day and facts version its SPI was last fed for."""


def spi_observations(session: Session, fed: Fed, today: date, now: datetime) -> list[Observation]:
    """SPI of the projects for which it may have changed; ``fed`` is brought up to date.

    A project of which nothing was planned yet has none.
    """
    seen: list[Observation] = []
    for project, version in session.execute(select(Project.id, Project.facts_version)):
        if fed.get(project) == (today, version):
            continue
        fed[project] = (today, version)
        facts = paper_facts(session, project, today)
        spi = earned_value(facts.work_items, facts.payments, today).spi
        if spi is not None:
            seen.append(Observation(project, "", "spi", now, round(spi, 4)))
    return seen
