"""Two ways a rule could be: what each raised, what differs, what people said of the real alerts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from siteward_platform.rule_tools.replay import Episode
from siteward_rules.alerts.precision import Judged


@dataclass(frozen=True, slots=True)
class Raised:
    """How often something fired, and for how many hours."""

    incidents: int
    hours: float


@dataclass(frozen=True, slots=True)
class RealAlert:
    """An alert that people really saw, as one rule saw it; ``verdict`` None is unjudged."""

    rule: str
    site: str
    device: str
    started: datetime
    ended: datetime | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class RuleComparison:
    """One rule over all sites.

    Attributes:
        rule: Its id.
        now: As it is in force; nothing where it does not run.
        tried: As it would be.
        new: Incidents of the tried rule that overlap none of the present one.
        gone: The other way round.
        longer: Incidents both have that last longer when tried.
        shorter: Incidents both have that end sooner when tried.
        sites: Site to what was raised there, now and tried.
        judged: What people said of the alerts that really were.
        kept: The same of those that the tried rule would still have raised.
    """

    rule: str
    now: Raised
    tried: Raised
    new: int
    gone: int
    longer: int
    shorter: int
    sites: dict[str, tuple[Raised, Raised]]
    judged: Judged
    kept: Judged


def compare(
    rule: str,
    now: Sequence[Episode],
    tried: Sequence[Episode],
    real: Sequence[RealAlert],
    start: datetime,
    end: datetime,
) -> RuleComparison:
    """Compares what one rule raised in two ways within a range."""
    pairs = [(a, b) for a in now for b in tried if _same(a, b, end)]
    change = [b.hours(start, end) - a.hours(start, end) for a, b in pairs]
    matched_now, matched = {id(a) for a, _ in pairs}, {id(b) for _, b in pairs}
    sites = sorted({e.site for e in (*now, *tried)})
    kept = [alert for alert in real if any(_raises(e, alert, end) for e in tried)]
    return RuleComparison(
        rule,
        _raised(now, start, end),
        _raised(tried, start, end),
        new=sum(id(b) not in matched for b in tried),
        gone=sum(id(a) not in matched_now for a in now),
        longer=sum(hours > 0 for hours in change),
        shorter=sum(hours < 0 for hours in change),
        sites={
            site: (
                _raised([e for e in now if e.site == site], start, end),
                _raised([e for e in tried if e.site == site], start, end),
            )
            for site in sites
        },
        judged=count_verdicts(real),
        kept=count_verdicts(kept),
    )


def count_verdicts(alerts: Iterable[RealAlert]) -> Judged:
    """What people said."""
    said = [alert.verdict for alert in alerts]
    confirmed, false, unsure = map(said.count, ("confirmed", "false_alarm", "cannot_tell"))
    return Judged(confirmed, false, unsure, len(said) - confirmed - false - unsure)


def _raised(episodes: Sequence[Episode], start: datetime, end: datetime) -> Raised:
    return Raised(len(episodes), round(sum(e.hours(start, end) for e in episodes), 2))


def _same(a: Episode, b: Episode, end: datetime) -> bool:
    place = (a.site, a.device, a.zone) == (b.site, b.device, b.zone)
    return place and _overlap(a.started, a.ended, b.started, b.ended, end)


def _raises(episode: Episode, alert: RealAlert, end: datetime) -> bool:
    place = (episode.site, episode.device) == (alert.site, alert.device)
    return place and _overlap(episode.started, episode.ended, alert.started, alert.ended, end)


def _overlap(
    a: datetime, a_end: datetime | None, b: datetime, b_end: datetime | None, end: datetime
) -> bool:
    return a <= (b_end or end) and b <= (a_end or end)
