"""Compares what was reported with what was true. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from siteward_simulators.world.truth import TrueClaim, TrueEpisode

SAME_AS: Final[Mapping[str, frozenset[str]]] = {
    "camera_black": frozenset({"camera_blind", "device_offline"}),
    "camera_covered": frozenset({"camera_blind", "device_offline"}),
    "camera_frozen": frozenset({"camera_blind", "device_offline"}),
    "camera_offline": frozenset({"camera_offline", "camera_blind", "device_offline"}),
    "camera_moved": frozenset({"camera_moved", "camera_blind"}),
    "camera_blurred": frozenset({"camera_blurred", "camera_blind"}),
    "camera_flicker": frozenset({"camera_flicker", "camera_blind"}),
    "crane_overmoment": frozenset({"crane_overmoment", "crane_overload"}),
}
"""Kinds of alert that report what was true: a camera's fault in several ways, and a crane over
its moment also as lifting more than is rated at that radius. Everything else is reported as
what it is."""
TOLERANCE: Final = 1200.0
"""Seconds by which an alert and its episode may miss each other: history is sampled every
fifteen minutes, and rules look back over up to twenty."""
FRESH: Final = 60.0
"""Seconds at the end of the look in which neither side is expected to know yet."""


@dataclass(frozen=True, slots=True)
class Reported:
    """An alert as the platform tells it; times are seconds since 1970."""

    site: str
    kind: str
    device: str | None
    start: float
    fired: float | None
    end: float | None


@dataclass(frozen=True, slots=True)
class ReportedClaim:
    """A claim as the platform tells it."""

    site: str
    title: str
    flags: frozenset[str]
    held: bool
    evaluated: bool
    delay: float | None


@dataclass(slots=True)
class Tally:
    """Counts of one hazard kind or fund rule.

    Attributes:
        true: How often it was true.
        found: How many of those were reported.
        reported: How often it was reported.
        right: How many of those were true.
        delays: Seconds from the beginning to the report.
    """

    true: int = 0
    found: int = 0
    reported: int = 0
    right: int = 0
    delays: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """Share of what was true that was reported; None when nothing was true."""
        return self.found / self.true if self.true else None

    @property
    def precision(self) -> float | None:
        """Share of what was reported that was true; None when nothing was reported."""
        return self.right / self.reported if self.reported else None

    @property
    def delay(self) -> float | None:
        """Median seconds to the report."""
        return median(self.delays) if self.delays else None

    def add(self, other: "Tally") -> None:
        """Counts another run's too."""
        self.true += other.true
        self.found += other.found
        self.reported += other.reported
        self.right += other.right
        self.delays += other.delays


def hazards(
    truth: Iterable[TrueEpisode],
    alerts: Iterable[Reported],
    watched: Sequence[tuple[float, float]],
    anchor: float,
    now: float,
) -> dict[str, Tally]:
    """Tallies alerts by hazard kind; camera faults under ``camera``.

    Args:
        truth: Every episode.
        alerts: Every alert that fired, behind-schedule ones aside.
        watched: When devices really ran; episodes after ``anchor`` outside it are nobody's.
        anchor: First start; everything before was replayed.
        now: When the alerts were read.
    """
    tallies: dict[str, Tally] = {}
    episodes = [e for e in truth if e.end < anchor or _watched(e, watched)]
    reported = [a for a in alerts if a.start < now - FRESH]
    for episode in episodes:
        if episode.end > now - FRESH:
            continue
        tally = tallies.setdefault(group(episode.kind), Tally())
        tally.true += 1
        if hits := [a for a in reported if matches(a, episode, now)]:
            tally.found += 1
            first = min(a.fired or a.start for a in hits)
            tally.delays.append(max(0.0, first - episode.start))
    everything = list(truth) if not isinstance(truth, list) else truth
    for alert in reported:
        tally = tallies.setdefault(group(alert.kind), Tally())
        tally.reported += 1
        tally.right += any(matches(alert, episode, now) for episode in everything)
    return tallies


def matches(alert: Reported, episode: TrueEpisode, now: float) -> bool:
    """Whether an alert reports an episode: kind, site, device, and overlapping times."""
    kinds = SAME_AS.get(episode.kind, frozenset({episode.kind}))
    if alert.site != episode.site or alert.kind not in kinds:
        return False
    if alert.device is not None and alert.device != episode.device:
        return False
    slack = 30.0 if episode.kind == "intrusion" else TOLERANCE
    end = now if alert.end is None else alert.end
    return alert.start <= episode.end + slack and end >= episode.start - slack


def group(kind: str) -> str:
    """The row a kind is counted in: which fault a camera has is not what matters."""
    return "camera" if kind.startswith("camera_") or kind == "device_offline" else kind


def funds(truth: Iterable[TrueClaim], claims: Iterable[ReportedClaim]) -> dict[str, Tally]:
    """Tallies findings on claims by fund rule."""
    tallies: dict[str, Tally] = {}
    reported = {(c.site, c.title): c for c in claims}
    for claim in truth:
        seen = reported.get((claim.site, claim.title))
        flags = seen.flags if seen else frozenset()
        for rule in claim.expected | flags:
            tally = tallies.setdefault(rule, Tally())
            tally.true += rule in claim.expected
            tally.found += rule in claim.expected and rule in flags
            tally.reported += rule in flags
            tally.right += rule in claim.expected and rule in flags
            if rule in claim.expected and rule in flags and seen and seen.delay is not None:
                tally.delays.append(seen.delay)
    return tallies


def honest_held(truth: Iterable[TrueClaim], claims: Iterable[ReportedClaim]) -> list[str]:
    """Honest claims on which a hold stands or was recommended."""
    honest = {(c.site, c.title) for c in truth if not c.expected}
    return [f"{c.site}: {c.title}" for c in claims if c.held and (c.site, c.title) in honest]


def _watched(episode: TrueEpisode, watched: Sequence[tuple[float, float]]) -> bool:
    return any(start <= episode.start and episode.end <= end for start, end in watched)
