"""One run's score, and several runs' together."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from siteward_simulators.memory import recall_any
from siteward_simulators.scorecard import tally
from siteward_simulators.scorecard.reading import Platform
from siteward_simulators.scorecard.tally import Tally
from siteward_simulators.world.truth import Truth

PROGRESS_POINTS: Final = 5.0
"""Floor: camera progress is this near the truth, on the covered weight."""


@dataclass(slots=True)
class Score:
    """What a run came to.

    Attributes:
        seeds: Worlds it was measured on.
        hazards: By hazard kind.
        funds: By fund rule.
        progress: ``seed/site`` to the error in percentage points; None was not measured.
        held: Honest claims that were held.
        unjudged: Claims no rule looked at.
    """

    seeds: list[int]
    hazards: dict[str, Tally]
    funds: dict[str, Tally]
    progress: dict[str, float | None]
    held: list[str] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)

    def failures(self) -> list[str]:
        """Floors that are missed, each in a sentence."""
        missed = [
            f"{rule}: {t.true - t.found} of {t.true} planted anomalies not found"
            for rule, t in sorted(self.funds.items())
            if t.found < t.true
        ]
        missed += [f"honest claim held: {claim}" for claim in self.held]
        missed += [f"claim never judged: {claim}" for claim in self.unjudged]
        for site, error in sorted(self.progress.items()):
            if error is None:
                missed.append(f"{site}: progress was not measured")
            elif abs(error) > PROGRESS_POINTS:
                missed.append(f"{site}: progress is {error:+.1f} points off")
        return missed

    def as_json(self) -> dict[str, Any]:
        """Plain values for a file."""
        return {
            "seeds": self.seeds,
            "hazards": {kind: _row(t) for kind, t in sorted(self.hazards.items())},
            "funds": {rule: _row(t) for rule, t in sorted(self.funds.items())},
            "progress_error_points": self.progress,
            "honest_claims_held": self.held,
            "claims_not_judged": self.unjudged,
            "failures": self.failures(),
        }


def measure(data: Path, platform: Platform, now: float) -> Score:
    """Scores a running demo against the truth in its folder."""
    kept = recall_any(data / "simulate.json")
    truth = Truth(data / "truth.db")
    true_claims, claims = truth.claims(), platform.claims()
    alerts = [a for a in platform.alerts() if a.kind != "behind_schedule"]
    visible = truth.latest_visible()
    measured = platform.camera_percents()
    progress = {
        f"{kept.seed}/{site}": None if (seen := measured.get(site)) is None else seen - percent
        for site, percent in visible.items()
    }
    return Score(
        [kept.seed],
        tally.hazards(truth.episodes(), alerts, truth.watched(), kept.anchor.timestamp(), now),
        tally.funds(true_claims, claims),
        progress,
        tally.honest_held(true_claims, claims),
        [f"{c.site}: {c.title}" for c in claims if not c.evaluated],
    )


def together(scores: Iterable[Score]) -> Score:
    """Several runs as one."""
    total = Score([], {}, {}, {})
    for score in scores:
        total.seeds += score.seeds
        total.progress |= score.progress
        total.held += score.held
        total.unjudged += score.unjudged
        for mine, theirs in ((total.hazards, score.hazards), (total.funds, score.funds)):
            for name, counts in theirs.items():
                mine.setdefault(name, Tally()).add(counts)
    return total


def write(file: Path, score: Score) -> None:
    """Writes the score as JSON."""
    text = json.dumps(score.as_json(), ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def _row(t: Tally) -> dict[str, Any]:
    return {
        "true": t.true,
        "found": t.found,
        "reported": t.reported,
        "right": t.right,
        "precision": t.precision,
        "recall": t.recall,
        "median_delay_seconds": t.delay,
    }
