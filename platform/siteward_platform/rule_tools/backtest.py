"""How often rules would have fired on what was measured, beside the rules now in force."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_ingest.series import SeriesStore
from siteward_platform.database.models import AlertMember, AlertRecord, Project, RuleOverride
from siteward_platform.refusals import NotFoundError
from siteward_platform.rule_sets import overrides, place_of, rule_set
from siteward_platform.rule_tools.comparison import RealAlert, RuleComparison, compare
from siteward_platform.rule_tools.replay import (
    Episode,
    Side,
    can_be_replayed,
    days_of,
    replay,
)
from siteward_platform.worker.site_rules import SiteRules, rules_versions
from siteward_rules.language.layers import Pack, RuleSet, resolve
from siteward_rules.language.spec import OverrideSpec
from siteward_rules.stream.engine import Permits
from siteward_rules.stream.rule import StreamRule

Progress = Callable[[int, int], None]
"""Told how many of how many steps are done."""


@dataclass(frozen=True, slots=True)
class SiteTrial:
    """One site with the rules it has and those it would have."""

    site: str
    now: RuleSet
    tried: RuleSet


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came of it.

    Attributes:
        start: From here.
        end: Up to here, not included.
        sites: On these.
        rules: One comparison per rule that ran somewhere.
        left_out: Rule to why it was not run anywhere.
        episodes: Every incident, now and tried.
    """

    start: datetime
    end: datetime
    sites: tuple[str, ...]
    rules: tuple[RuleComparison, ...]
    left_out: Mapping[str, str]
    episodes: tuple[tuple[Episode, ...], tuple[Episode, ...]]


def trials(
    session: Session,
    now: Sequence[Pack],
    tried: Sequence[Pack],
    site: str | None = None,
    own: bool = True,
    extra: Sequence[OverrideSpec] = (),
) -> list[SiteTrial]:
    """Every project's rules, as they are and as they would be.

    Args:
        session: Where projects, their places and overrides are.
        now: The packs in force.
        tried: The packs that would be.
        site: Only this project.
        own: Whether the tried rules have the project's own overrides too.
        extra: Overrides to try on top of everything.

    Raises:
        NotFoundError: There is no such project.
    """
    query = select(Project).order_by(Project.id)
    if site is not None:
        query = query.where(Project.id == site)
    projects = session.scalars(query).all()
    if site is not None and not projects:
        raise NotFoundError("no_such_project", f"没有编号为 {site} 的项目", "请从项目列表中选择")
    return [
        SiteTrial(
            project.id,
            rule_set(session, project, now),
            _tried(session, project, tried, own, extra),
        )
        for project in projects
    ]


def _tried(
    session: Session,
    project: Project,
    packs: Sequence[Pack],
    own: bool,
    extra: Sequence[OverrideSpec],
) -> RuleSet:
    common = resolve(packs, place_of(project))
    query = select(RuleOverride).where(RuleOverride.project_id == project.id)
    mine = overrides(session.scalars(query), common) if own else []
    more = [change for change in extra if change.rule in common.layered]
    return resolve(packs, place_of(project), [*mine, *more])


def permits_of(session: Session, packs: Sequence[Pack]) -> Permits:
    """The permits of every project."""
    sites = SiteRules(packs)
    sites.read(session, rules_versions(session))
    return sites


def backtest(
    session: Session,
    store: SeriesStore,
    on: Sequence[SiteTrial],
    permits: Permits,
    wanted: Iterable[str],
    start: datetime,
    end: datetime,
    progress: Progress = lambda _done, _total: None,
) -> Backtest:
    """Runs both sides over a range of the store. It writes nothing.

    Args:
        session: Where the alerts are that really were.
        store: What was measured.
        on: The sites.
        permits: Which make rules stand aside.
        wanted: Ids of the rules to run.
        start: From here.
        end: Up to here, not included.
        progress: Told after every day of every site.

    Raises:
        StoreError: The store does not answer.
    """
    ids = set(wanted)
    sides = {trial.site: _sides(trial, ids, permits) for trial in on}
    total = sum(days_of(_rules(both), start, end) for both in sides.values())
    done = 0
    now: list[Episode] = []
    tried: list[Episode] = []

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    for site, both in sides.items():
        found = replay(store, site, both, start, end, step)
        now += found[0]
        tried += found[1]
    ran = sorted({rule.id for both in sides.values() for rule in _rules(both)})
    real = real_alerts(session, ran, list(sides), start, end)
    comparisons = (
        compare(
            rule,
            [e for e in now if e.rule == rule],
            [e for e in tried if e.rule == rule],
            [a for a in real if a.rule == rule],
            start,
            end,
        )
        for rule in ran
    )
    return Backtest(
        start,
        end,
        tuple(sides),
        tuple(comparisons),
        _left_out(on, ids, ran),
        (tuple(now), tuple(tried)),
    )


def real_alerts(
    session: Session, rules: Sequence[str], sites: Sequence[str], start: datetime, end: datetime
) -> list[RealAlert]:
    """The alerts of these rules that fired within a range, and what people said of them."""
    query = (
        select(AlertMember, AlertRecord)
        .join(AlertRecord, AlertRecord.id == AlertMember.alert_id)
        .where(
            AlertMember.rule.in_(rules),
            AlertMember.retracted.is_(False),
            AlertRecord.project_id.in_(sites),
            AlertMember.fired_at < end,
            AlertMember.resolved_at.is_(None) | (AlertMember.resolved_at >= start),
        )
        .order_by(AlertMember.started_at)
    )
    return [
        RealAlert(
            member.rule,
            alert.project_id,
            alert.device or "",
            member.started_at,
            member.resolved_at,
            alert.verdict,
        )
        for member, alert in session.execute(query)
    ]


def _sides(trial: SiteTrial, ids: set[str], permits: Permits) -> tuple[Side, Side]:
    def side(found: RuleSet) -> Side:
        return Side([r for r in found.rules if r.id in ids and can_be_replayed(r)], permits)

    return side(trial.now), side(trial.tried)


def _rules(both: tuple[Side, Side]) -> list[StreamRule]:
    return [rule for side in both for rule in side.rules]


def _left_out(on: Sequence[SiteTrial], ids: set[str], ran: Sequence[str]) -> dict[str, str]:
    why: dict[str, str] = {}
    for id in sorted(ids - set(ran)):
        sets = [found for trial in on for found in (trial.tried, trial.now)]
        if any(r.id == id for found in sets for r in found.rules):
            why[id] = "reads facts from a project's papers, which the time series do not have"
        elif any(a.rule == id for found in sets for a in found.abstained):
            why[id] = "abstains: no site has given the numbers it asks for"
        elif any(id in found.disabled for found in sets):
            why[id] = "is switched off everywhere"
        else:
            why[id] = "holds at no project's place"
    return why
