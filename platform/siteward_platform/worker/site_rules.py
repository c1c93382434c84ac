"""The rules and permits of every site, kept in memory and brought up to date from the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.database.models import Permit, Project
from siteward_platform.rule_sets import known, overrides_of, place_of
from siteward_rules.language.layers import Pack, Place, RuleSet, resolve
from siteward_rules.stream.rule import StreamRule

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
        """Reads what changed.

        Returns:
            The projects whose rules are others than before; permits alone change no rule.
        """
        changed = []
        for project_id in self.behind(versions):
            before = self.of(project_id)
            self._read(session, session.get_one(Project, project_id))
            self._versions[project_id] = versions[project_id]
            if self.of(project_id) is not before:
                changed.append(project_id)
        return changed

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

    def _read(self, session: Session, project: Project) -> None:
        session.refresh(project, ["region", "city", "rules_version"])
        overrides = known(self._packs, overrides_of(session, project.id))
        place = place_of(project)
        own = resolve(self._packs, place, overrides) if overrides else self._place(place)
        self._sets[project.id] = own
        query = select(Permit).where(Permit.project_id == project.id)
        self._permits[project.id] = tuple(
            Validity(p.kind, p.zone, p.starts, min(p.ends, p.revoked_at or p.ends))
            for p in session.scalars(query.execution_options(populate_existing=True))
        )

    def _place(self, place: Place) -> RuleSet:
        if place not in self._of_place:
            self._of_place[place] = resolve(self._packs, place)
        return self._of_place[place]
