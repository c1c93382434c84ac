"""What the agent said of simulated cameras against what was true. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from siteward_contracts.messages import Detection, Progress
from siteward_simulators.history import FAULT_KINDS
from siteward_simulators.scorecard.rendered_streams import Planted
from siteward_simulators.world.hazards import Episode

F1: Final = 0.95
FOUND_WITHIN: Final = 60.0
PROGRESS_POINTS: Final = 3.0
"""Floors of the project."""
SLACK: Final = timedelta(seconds=6)
"""By which a report and its episode may miss each other: intruders are seen on their way."""


@dataclass(slots=True)
class Count:
    """Incidents of one kind.

    Attributes:
        true: How often it was true.
        found: How many of those were reported.
        reported: How often it was reported.
        right: How many of those were true.
    """

    true: int = 0
    found: int = 0
    reported: int = 0
    right: int = 0

    @property
    def precision(self) -> float | None:
        """Share of the reports that were right."""
        return self.right / self.reported if self.reported else None

    @property
    def recall(self) -> float | None:
        """Share of what was true that was reported."""
        return self.found / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both; 0 where one is missing, None where neither side has any."""
        if not self.true and not self.reported:
            return None
        precision, recall = self.precision or 0.0, self.recall or 0.0
        return 2 * precision * recall / (precision + recall) if precision and recall else 0.0

    def add(self, other: "Count") -> None:
        """Takes in another count."""
        self.true += other.true
        self.found += other.found
        self.reported += other.reported
        self.right += other.right


@dataclass(slots=True)
class Rendered:
    """The result of an exam.

    Attributes:
        seeds: Worlds.
        camera_hours: Hours of weather looked at, all cameras together.
        false_faults: What was reported without reason: camera, kind, when and why.
        delays: Fault to seconds until it was told; None was not found.
        incidents: By hazard kind.
        progress: ``seed/site`` to the mean error in points over the days of a build.
        wrong: What was missed or made up, for whoever mends it.
    """

    seeds: list[int] = field(default_factory=list)
    camera_hours: float = 0.0
    false_faults: list[str] = field(default_factory=list)
    delays: dict[str, list[float | None]] = field(default_factory=dict)
    incidents: dict[str, Count] = field(default_factory=dict)
    progress: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def all_incidents(self) -> Count:
        """Every kind together."""
        total = Count()
        for count in self.incidents.values():
            total.add(count)
        return total

    def failures(self) -> list[str]:
        """Floors that are missed, each in a sentence."""
        missed = [f"false fault: {fault}" for fault in self.false_faults]
        for fault, delays in sorted(self.delays.items()):
            late = sum(d is None or d > FOUND_WITHIN for d in delays)
            if late:
                missed.append(f"{fault}: {late} of {len(delays)} not told within 60 s")
        f1 = self.all_incidents.f1
        if f1 is not None and f1 < F1:
            missed.append(f"incidents: F1 {f1:.3f} is under {F1}")
        missed += [
            f"{site}: progress is {error:.1f} points off"
            for site, error in sorted(self.progress.items())
            if error > PROGRESS_POINTS
        ]
        return missed

    def as_json(self) -> dict[str, Any]:
        """Plain values for a file."""
        counts = self.incidents | {"all": self.all_incidents}
        return {
            "seeds": self.seeds,
            "camera_hours": round(self.camera_hours, 2),
            "false_faults": self.false_faults,
            "fault_delays_seconds": self.delays,
            "incidents": {kind: _row(count) for kind, count in sorted(counts.items())},
            "progress_error_points": self.progress,
            "wrong": self.wrong,
            "failures": self.failures(),
        }


def score_faults(
    name: str, told: Sequence[Detection], planted: Sequence[Planted], result: Rendered
) -> None:
    """Finds each planted fault among what was told; everything else is false."""
    begun = [d for d in told if d.phase == "begin" and d.kind.startswith("camera_")]
    used: set[str] = set()
    for fault in planted:
        kind = FAULT_KINDS[f"camera_{fault.fault}"]
        own = [d for d in begun if d.kind == kind and fault.start <= d.ts < fault.end + SLACK]
        used.update(d.track for d in own)
        delay = (own[0].ts - fault.start).total_seconds() if own else None
        result.delays.setdefault(fault.fault, []).append(delay)
        if delay is None:
            result.wrong.append(f"{name}: {fault.fault} at {fault.start:%m-%d %H:%M} not told")
    result.false_faults += [
        f"{name}: {d.kind} ({d.detail}) at {d.ts:%m-%d %H:%M:%S}"
        for d in begun
        if d.track not in used
    ]


def score_incidents(
    name: str, truth: Sequence[Episode], told: Sequence[Detection], end: datetime, result: Rendered
) -> None:
    """Matches incidents with episodes of the same kind, place and time."""
    ends = {d.track: d.last_seen or d.ts for d in told if d.phase == "end"}
    begun = [d for d in told if d.phase == "begin" and not d.kind.startswith("camera_")]

    def fits(episode: Episode, one: Detection) -> bool:
        return (
            one.kind == episode.kind
            and (episode.zone is None or one.zone == episode.zone)
            and (one.first_seen or one.ts) < episode.end + SLACK
            and ends.get(one.track, end) > episode.start - SLACK
        )

    for episode in truth:
        count = result.incidents.setdefault(episode.kind, Count())
        count.true += 1
        if any(fits(episode, one) for one in begun):
            count.found += 1
        else:
            result.wrong.append(f"{name}: {episode.kind} at {episode.start:%H:%M:%S} missed")
    for one in begun:
        count = result.incidents.setdefault(one.kind, Count())
        count.reported += 1
        if any(fits(episode, one) for episode in truth):
            count.right += 1
        else:
            result.wrong.append(f"{name}: {one.kind} at {one.ts:%H:%M:%S} made up")


def progress_error(
    told: Sequence[Progress],
    evenings: Mapping[datetime, Mapping[str, float]],
    weights: Mapping[str, float],
) -> list[float]:
    """Points by which measured progress is off on each evening, on the weight cameras cover.

    Args:
        told: By all cameras of a site, in any order.
        evenings: Instant to zone to the percent really done then.
        weights: Zone to its share of the work.
    """
    errors = []
    reports = sorted(told, key=lambda p: p.ts)
    for evening, truth in sorted(evenings.items()):
        latest = {p.zone: p.percent for p in reports if p.ts <= evening and not p.uncertain}
        if set(latest) < set(truth):
            continue  # the first days, until every zone has a state
        off = sum(weights[zone] * (latest[zone] - percent) for zone, percent in truth.items())
        errors.append(off / sum(weights[zone] for zone in truth))
    return errors


def _row(count: Count) -> dict[str, Any]:
    return {
        "true": count.true,
        "found": count.found,
        "reported": count.reported,
        "right": count.right,
        "precision": count.precision,
        "recall": count.recall,
        "f1": count.f1,
    }
