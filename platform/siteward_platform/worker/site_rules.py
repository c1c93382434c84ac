"""The rules and permits of every site, kept in memory and brought up to date from the database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from siteward_platform.database.models import Permit, Project, RuleOverride
from siteward_platform.rule_sets import overrides, place_of
from siteward_rules.language.layers import Pack, Place, RuleSet, resolve
from siteward_rules.stream.rule import StreamRule

_MANY: Final = 500
Versions = Mapping[str, int]
"""Project to its ``rules_version``."""


class Validity(NamedTuple):
    """When and where a permit holds; ``end`` does not belong to it, no zone is all of them."""

    kind: str
    zone: str | None
    start: datetime
    end: datetime


def rules_versions(session: Session) -> dict[str, int]:
    """Every project's ``rules_version``."""
    return dict(session.execute(select(Project.id, Project.rules_version)).all())


class SiteRules:
    """What the engine asks: the rules of a site, and whether a permit holds there.

    Sites of one place without overrides share one set, so that the engine indexes it once.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Knows no site yet; one it does not know has the national rules."""
        self._packs: Final = packs
        self._of_place: dict[Place, RuleSet] = {}
        self._sets: dict[str, RuleSet] = {}
        self._permits: dict[str, tuple[Validity, ...]] = {}
        self._versions: dict[str, int] = {}

    def behind(self, versions: Versions) -> list[str]:
        """Projects whose rules, place or permits changed since they were read."""
        return [p for p, version in versions.items() if self._versions.get(p) != version]

    def read(self, session: Session, versions: Versions) -> list[str]:
        """Reads what changed; at the start that is every project, in three queries.

        Returns:
            The projects whose rules are others than before; permits alone change no rule.
        """
        behind = self.behind(versions)
        if not behind:
            return []
        before = {project: self.of(project) for project in behind}
        projects = _rows(session, _of(behind, select(Project), Project.id))
        changes = _by_project(session, _of(behind, select(RuleOverride), RuleOverride.project_id))
        permits = _by_project(session, _of(behind, select(Permit), Permit.project_id))
        for row in projects:
            project, place = row.id, place_of(row)
            common = self._place(place)
            own = overrides(changes[project], common)
            self._sets[project] = resolve(self._packs, place, own) if own else common
            self._permits[project] = tuple(_validity(permit) for permit in permits[project])
            self._versions[project] = versions[project]
        return [project for project in behind if self.of(project) is not before[project]]

    def of(self, site: str) -> RuleSet:
        """What holds on a site."""
        return self._sets.get(site) or self._place(Place())

    def rules_of(self, site: str) -> Sequence[StreamRule]:
        """The rules that run on a site."""
        return self.of(site).rules

    def valid(self, site: str, permit: str, zone: str | None, ts: datetime) -> bool:
        """Whether a permit covers an instant and a zone."""
        return any(
            one.kind == permit and one.zone in (None, zone) and one.start <= ts < one.end
            for one in self._permits.get(site, ())
        )

    def _place(self, place: Place) -> RuleSet:
        if place not in self._of_place:
            self._of_place[place] = resolve(self._packs, place)
        return self._of_place[place]


def _of(behind: Sequence[str], query: Select[Any], column: Any) -> Select[Any]:
    """Only those projects, unless they are so many that asking for all is quicker."""
    return query if len(behind) > _MANY else query.where(column.in_(behind))


def _by_project(session: Session, query: Select[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in _rows(session, query):
        found[row.project_id].append(row)
    return found


def _rows(session: Session, query: Select[Any]) -> Sequence[Any]:
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _validity(permit: Permit) -> Validity:
    end = min(permit.ends, permit.revoked_at or permit.ends)
    return Validity(permit.kind, permit.zone, permit.starts, end)
