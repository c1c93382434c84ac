"""Which stream rules hold on a project's site: the packs, its place and its own overrides."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.database.models import Project, RuleOverride
from siteward_rules.language.layers import Pack, Place, RuleSet, resolve
from siteward_rules.language.rule_file import read_packs, shipped_files
from siteward_rules.language.spec import OverrideSpec

WORK_STOP: Final = "work_stop"
"""Kind of a permit that orders or allows work to stop (停工)."""


@cache
def shipped_packs() -> tuple[Pack, ...]:
    """The packs that come with Siteward; they change only with the program.

    Raises:
        ConfigError: One is damaged.
    """
    return tuple(read_packs(shipped_files()))


@cache
def permit_kinds() -> tuple[str, ...]:
    """Every kind of permit some rule asks for, and the stop of work."""
    asked = {
        spec.suppress_if.permit
        for pack in shipped_packs()
        for spec in pack.spec.rules
        if spec.suppress_if
    }
    return (*sorted(asked - {WORK_STOP}), WORK_STOP)


def place_of(project: Project) -> Place:
    """Where a project is, as city packs name places."""
    return Place(project.region, project.city)


def overrides_of(session: Session, project_id: str) -> tuple[OverrideSpec, ...]:
    """What a project changes of rules, in the order of their ids."""
    query = select(RuleOverride).where(RuleOverride.project_id == project_id)
    return tuple(spec_of(row) for row in session.scalars(query.order_by(RuleOverride.rule)))


def spec_of(row: RuleOverride) -> OverrideSpec:
    """An override as packs write it."""
    return OverrideSpec.model_validate({**row.change, "rule": row.rule, "reason": row.reason})


def rule_set(session: Session, project: Project, packs: Sequence[Pack]) -> RuleSet:
    """What holds on one project's site now."""
    return resolve(packs, place_of(project), known(packs, overrides_of(session, project.id)))


def known(packs: Sequence[Pack], overrides: Iterable[OverrideSpec]) -> list[OverrideSpec]:
    """Without overrides of rules that a newer version of the packs no longer has."""
    ids = {spec.id for pack in packs for spec in pack.spec.rules}
    return [override for override in overrides if override.rule in ids]
