"""A rule tried with another limit, bounded so that a page may ask for it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from siteward_contracts.clock import SHANGHAI
from siteward_ingest.series import SeriesStore
from siteward_platform.act import Act
from siteward_platform.api.schemas.rule_tools import (
    BacktestDay,
    BacktestOut,
    BacktestSite,
    RaisedOut,
    VerdictsOut,
)
from siteward_platform.refusals import InvalidError, NotFoundError
from siteward_platform.rule_sets import shipped_packs
from siteward_platform.rule_tools import backtest as tool
from siteward_platform.rule_tools.comparison import RuleComparison
from siteward_platform.rule_tools.replay import Episode, can_be_replayed, lead, series_of
from siteward_rules.language.spec import LimitSpec, OverrideSpec
from siteward_rules.stream.rule import StreamRule

LONGEST: Final = timedelta(days=31)
MOST_POINTS: Final = 200_000
"""About ten seconds of judging; more is for ``siteward rules backtest``."""
_HOUR: Final = timedelta(hours=1)


def backtest_out(
    act: Act,
    series: SeriesStore,
    rule: str,
    first: date,
    last: date,
    limit: float,
    project: str | None,
) -> BacktestOut:
    """Tries a limit on a rule of every project, or of one.

    Raises:
        NotFoundError: There is no such rule or project.
        InvalidError: The rule has no limit, or the range or the points are too many.
    """
    start, end = _range(first, last)
    unit = _unit(rule)
    tried = OverrideSpec(rule=rule, reason="试算", limit=LimitSpec(value=limit, unit=unit))
    packs = shipped_packs()
    on = tool.trials(act.session, packs, packs, project, extra=[tried])
    rules = [r for t in on for r in (*t.now.rules, *t.tried.rules) if r.id == rule]
    _check(series, [t.site for t in on], rules, start, end)
    permits = tool.permits_of(act.session, packs)
    found = tool.backtest(act.session, series, on, permits, [rule], start, end)
    one = found.rules[0] if found.rules else None
    if one is None:
        why = found.left_out.get(rule, "no project")
        raise InvalidError("rule_not_run", f"该规则无法试算：{why}", "请检查项目的规则设置")
    return BacktestOut(
        rule=rule,
        limit=next(r.limit for r in rules if r.limit is not None),
        unit=unit,
        tried_limit=limit,
        first_day=first,
        last_day=last,
        now=RaisedOut.model_validate(one.now),
        tried=RaisedOut.model_validate(one.tried),
        new=one.new,
        gone=one.gone,
        longer=one.longer,
        shorter=one.shorter,
        judged=VerdictsOut.model_validate(one.judged),
        kept=VerdictsOut.model_validate(one.kept),
        days=_days(first, last, found.episodes),
        sites=_sites(one),
    )


def _range(first: date, last: date) -> tuple[datetime, datetime]:
    start = datetime.combine(first, time(), SHANGHAI)
    end = datetime.combine(last, time(), SHANGHAI) + timedelta(days=1)
    if not timedelta(0) < end - start <= LONGEST:
        message = f"结束不得早于开始，且不超过 {LONGEST.days} 天"
        raise InvalidError("bad_range", "时间范围不正确", message, {"to": message})
    return start, end


def _unit(rule: str) -> str:
    spec = next((s for p in shipped_packs() for s in p.spec.rules if s.id == rule), None)
    if spec is None:
        raise NotFoundError("no_such_rule", f"没有编号为 {rule} 的现场规则", "请从规则列表中选择")
    if spec.limit is None:
        message = "该规则没有限值"
        raise InvalidError("rule_without_limit", message, "请选择有限值的规则", {"rule": message})
    return spec.limit.unit


def _check(
    series: SeriesStore,
    sites: Sequence[str],
    rules: Sequence[StreamRule],
    start: datetime,
    end: datetime,
) -> None:
    """Refuses what would keep a request waiting for long."""
    readable = [r for r in rules if can_be_replayed(r)]
    since = start - lead(readable)
    points = sum(
        bucket.count
        for site in sites
        for key in series_of(series, site, readable)
        for bucket in series.buckets(key, since, end, _HOUR)
    )
    if points > MOST_POINTS:
        raise InvalidError(
            "too_many_points",
            f"需要读取 {points} 个数据点，超过 {MOST_POINTS} 个",
            "请选择一个项目或缩短时间范围，或使用命令 siteward rules backtest",
            {"to": "数据过多"},
        )


def _days(
    first: date, last: date, episodes: tuple[tuple[Episode, ...], tuple[Episode, ...]]
) -> list[BacktestDay]:
    now, tried = (Counter(e.fired.astimezone(SHANGHAI).date() for e in side) for side in episodes)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [BacktestDay(day=day, now=now[day], tried=tried[day]) for day in days]


def _sites(one: RuleComparison) -> list[BacktestSite]:
    return [
        BacktestSite(
            project=site,
            now=RaisedOut.model_validate(now),
            tried=RaisedOut.model_validate(tried),
        )
        for site, (now, tried) in one.sites.items()
    ]
