"""Which stream rules hold on a project's site: the packs, its place and its own overrides."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.database.models import Project, RuleOverride
from siteward_rules.language.check import check_override
from siteward_rules.language.layers import Pack, Place, RuleSet, resolve
from siteward_rules.language.rule_file import read_packs, shipped_files
from siteward_rules.language.spec import OverrideSpec, RuleSpec

log = logging.getLogger(__name__)

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


def rule_set(session: Session, project: Project, packs: Sequence[Pack]) -> RuleSet:
    """What holds on one project's site now."""
    return resolve(packs, place_of(project), overrides_of(session, project, packs))


def overrides_of(session: Session, project: Project, packs: Sequence[Pack]) -> list[OverrideSpec]:
    """What a project changes of the rules of some packs."""
    query = select(RuleOverride).where(RuleOverride.project_id == project.id)
    return overrides(session.scalars(query), resolve(packs, place_of(project)))


def overrides(rows: Iterable[RuleOverride], common: RuleSet) -> list[OverrideSpec]:
    """What a project changes of the rules of its place, in the order of their ids.

    A change that newer packs no longer bear (another unit, a rule that is gone) is left out and
    told to whoever reads the log; the rule then holds as its place has it.
    """
    known = {name: rule.spec for name, rule in common.layered.items()}
    found = []
    for row in sorted(rows, key=lambda r: r.rule):
        problems = _problems(row, known)
        if problems:
            log.warning("override left out: %s %s: %s", row.project_id, row.rule, problems)
        else:
            found.append(_spec(row))
    return found


def known(packs: Sequence[Pack], changes: Iterable[OverrideSpec]) -> list[OverrideSpec]:
    """Without changes of rules that the packs do not have."""
    ids = {spec.id for pack in packs for spec in pack.spec.rules}
    return [change for change in changes if change.rule in ids]


def _spec(row: RuleOverride) -> OverrideSpec:
    return OverrideSpec.model_validate({**row.change, "rule": row.rule, "reason": row.reason})


def _problems(row: RuleOverride, known: Mapping[str, RuleSpec]) -> list[str]:
    found: list[str] = []
    try:
        check_override(_spec(row), known, lambda _field, said, _remedy: found.append(said))
    except ValidationError as error:
        found.append(str(error))
    return found
