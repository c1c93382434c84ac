"""Follows one zone from pictures to days and from days to what is reported of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Final

import msgspec

from siteward_contracts.clock import SHANGHAI
from siteward_edge.config.progress import ProgressTiming, Zone, ZoneState
from siteward_edge.progress.forward import Position, Verdict, judge
from siteward_edge.vision.ports import StateEstimate

LEAST_VISIBLE: Final = 0.3
"""A picture that shows less of the zone says nothing about it."""
RETRY: Final = 0.1
"""Share of the usual interval after which another picture is tried when one was not usable."""


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """One usable picture, or the median of a day of them.

    Attributes:
        day: Number of the day.
        probabilities: State code to probability.
        toward: State code to share of the way to the next state.
        visible: Share of the zone that could be judged.
    """

    day: int
    probabilities: dict[str, float]
    toward: dict[str, float] = {}
    visible: float = 1.0


class ZoneMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known again of a zone after a restart.

    Attributes:
        accepted: Code of the state it is in; empty until the first is accepted.
        percent: Of its work, with what was measured of the way to the next state.
        days: The days looked back on, oldest first.
        pictures: Usable pictures of the day that has not ended.
        counted: Number of the last day that counted or was full.
        confirmed_at: When the person's word was given that was followed last.
        last_good: When it was last seen well enough to be judged.
        told: State and uncertainty as reported last.
        told_at: When that was.
        evidence: Hash of the picture of the state it is in.
        shown: Code of the state that picture shows.
        proposed: Hash of the picture of a change that awaits a person.
        before: Hash of the picture of the state before.
    """

    accepted: str = ""
    percent: float = 0.0
    days: list[Observed] = []
    pictures: list[Observed] = []
    counted: int | None = None
    confirmed_at: datetime | None = None
    last_good: datetime | None = None
    told: tuple[str, bool] | None = None
    told_at: datetime | None = None
    evidence: str = ""
    shown: str = ""
    proposed: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be reported of a zone.

    Attributes:
        state: The state; of an uncertain finding the proposed one.
        percent: Of the zone's work; a proposed state does not add to it.
        confidence: Median probability of the days that agree.
        coverage: Median share of the zone that was visible.
        uncertain: The change awaits a person's confirmation.
        changed: Whether this says something the last report did not.
        last_good: When the zone was last seen well enough to be judged.
    """

    state: ZoneState
    percent: float
    confidence: float
    coverage: float
    uncertain: bool
    changed: bool
    last_good: datetime


class ZoneProgress:
    """Follows one zone; what it knows is a value, :attr:`memory`."""

    def __init__(self, zone: Zone, timing: ProgressTiming, memory: ZoneMemory | None = None):
        """Takes up what was remembered; states that the zone no longer has are forgotten."""
        self.zone = zone
        self.timing = timing
        self._codes = [state.code for state in zone.states]
        known = memory or ZoneMemory()
        if known.accepted and known.accepted not in self._codes:
            known = ZoneMemory(evidence=known.evidence, before=known.before)
        self.memory = known
        self._next: datetime | None = None

    def due(self, ts: datetime) -> bool:
        """Whether another picture of it is wanted."""
        if self.memory.counted == self.day_of(ts):
            return False
        return self._next is None or ts >= self._next

    def day_of(self, ts: datetime) -> int:
        """Number of the day an instant lies in; days begin at midnight in Shanghai."""
        offset = ts.astimezone(SHANGHAI).utcoffset() or timedelta()
        return int((ts.timestamp() + offset.total_seconds()) // self.timing.day.seconds)

    def postpone(self, ts: datetime) -> None:
        """The picture was not usable: another is tried soon."""
        self._next = ts + timedelta(seconds=self.timing.every_seconds * RETRY)

    def forget(self) -> None:
        """The camera was at fault: pictures of the unfinished day do not count."""
        self._set(pictures=[])

    def observe(self, estimate: StateEstimate, ts: datetime) -> Finding | None:
        """Takes one usable picture; returns what is to be reported now, if anything."""
        if estimate.visible < LEAST_VISIBLE:
            self.postpone(ts)
            return None
        self._next = ts + timedelta(seconds=self.timing.every_seconds)
        self._follow_person(ts)
        today = self.day_of(ts)
        if self.memory.pictures and self.memory.pictures[0].day != today:
            self._end_day()
        taken = Observed(
            day=today,
            probabilities=estimate.probabilities,
            toward=estimate.toward,
            visible=estimate.visible,
        )
        self._set(pictures=[*self.memory.pictures, taken], last_good=ts)
        if len(self.memory.pictures) >= self.timing.day.most:
            self._end_day()
        self._drop_old(today)
        return self._decide(ts)

    def prove(self, finding: Finding, sha256: str) -> None:
        """Names the picture a finding was made on."""
        if finding.uncertain:
            self._set(proposed=sha256)
            return
        if self.memory.shown not in ("", finding.state.code):
            self._set(before=self.memory.evidence)
        self._set(evidence=sha256, shown=finding.state.code, proposed="")

    def pictures_of(self, finding: Finding) -> tuple[str, str]:
        """Hashes of the picture of a finding and of the one before it; empty when unknown."""
        if finding.uncertain:
            return self.memory.proposed, self.memory.evidence
        return self.memory.evidence, self.memory.before

    def _set(self, **changes: object) -> None:
        self.memory = msgspec.structs.replace(self.memory, **changes)

    def _follow_person(self, ts: datetime) -> None:
        word = self.zone.confirmed
        if word is None or word.at > ts:
            return
        if self.memory.confirmed_at is not None and word.at <= self.memory.confirmed_at:
            return
        state = self.zone.states[self._codes.index(word.state)]
        self._set(
            accepted=state.code,
            percent=state.percent,
            days=[],
            pictures=[],
            confirmed_at=word.at,
            told=None,
        )

    def _end_day(self) -> None:
        pictures = self.memory.pictures
        number = pictures[0].day
        if len(pictures) >= self.timing.day.least:
            days = [*self.memory.days, median_of(pictures)][-self.timing.window :]
            self._set(days=days, counted=number)
        self._set(pictures=[])

    def _drop_old(self, today: int) -> None:
        """Days before a long blindness do not vouch for the ones after it."""
        oldest = today - 2 * self.timing.window
        self._set(days=[day for day in self.memory.days if day.day > oldest])

    def _decide(self, ts: datetime) -> Finding | None:
        held = None
        if self.memory.accepted:
            held = Position(self._codes.index(self.memory.accepted), self.memory.percent, 1.0)
        verdict = judge(self.zone.states, self.memory.days, held, self.timing.agree)
        if verdict is None:
            return None
        if verdict.reached is not None:
            percent = max(self.memory.percent, round(verdict.reached.percent, 2))
            self._set(accepted=self._codes[verdict.reached.state], percent=percent)
        return self._report(verdict, ts)

    def _report(self, verdict: Verdict, ts: datetime) -> Finding | None:
        told_of = verdict.proposed or verdict.reached
        if told_of is None:
            return None
        state = self.zone.states[told_of.state]
        told = (state.code, verdict.proposed is not None)
        changed = self.memory.told != told
        every = timedelta(seconds=self.timing.report_seconds)
        if not changed and self.memory.told_at is not None and ts - self.memory.told_at < every:
            return None
        self._set(told=told, told_at=ts)
        seen = self.memory.days or self.memory.pictures
        nothing_held = not self.memory.accepted
        return Finding(
            state,
            state.percent if nothing_held else self.memory.percent,
            told_of.probability,
            min(1.0, median(day.visible for day in seen)) if seen else 0.0,
            told[1],
            changed,
            ts,
        )


def median_of(pictures: Sequence[Observed]) -> Observed:
    """A day from its pictures: the median of each value, so that odd pictures carry nothing."""
    codes = {code: None for p in pictures for code in p.probabilities}
    sides = {code: None for p in pictures for code in p.toward}
    return Observed(
        day=pictures[0].day,
        probabilities={c: median(p.probabilities.get(c, 0.0) for p in pictures) for c in codes},
        toward={c: median(p.toward[c] for p in pictures if c in p.toward) for c in sides},
        visible=median(p.visible for p in pictures),
    )


def with_less_visible(estimate: StateEstimate, hidden: float) -> StateEstimate:
    """The same judgement of a zone of which people and vehicles hide a share."""
    return replace(estimate, visible=estimate.visible * (1 - hidden))
