"""What a zone has reached, from what its last days looked like. Pure.

States only go forward: a day that shows a later state also says that the earlier ones are
done. So each day says how far the work is *at least*, at a probability of 0.8, and what enough
of the days say is reached. A hidden Markov model over the same days would multiply their
probabilities as if they erred independently; one dirty lens errs alike every day.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from statistics import median
from typing import Final, NamedTuple, Protocol

SURE: Final = 0.8
"""Probability that what is accepted without a person has been reached (domain reference, 6.5)."""
WORTH: Final = 3.0
"""Percent a proposed state must add to what is reached: at the border of two states nobody
need be asked which of them it is. A camera's measure may be off by as much anyway."""


class Day(Protocol):
    """What a day looked like.

    Attributes:
        probabilities: State code to probability; what is missing from 1 is "none of them".
        toward: State code to share of the way to the next state; may lack states.
    """

    @property
    def probabilities(self) -> Mapping[str, float]:
        """State code to probability."""

    @property
    def toward(self) -> Mapping[str, float]:
        """State code to share of the way to the next state."""


class State(Protocol):
    """A state as the configuration has it."""

    @property
    def code(self) -> str:
        """Its name."""

    @property
    def percent(self) -> float:
        """Percent of the work done when it begins."""


class Position(NamedTuple):
    """How far the work is; the further, the greater.

    Attributes:
        state: Its place among the zone's states.
        percent: With the way to the next state.
        probability: That the work is there, or beyond where that is what was asked.
    """

    state: int
    percent: float
    probability: float


class Verdict(NamedTuple):
    """What the days say; a position's probability is the median of the days that agree.

    Attributes:
        reached: Where the zone is believed to be; None before anything was accepted.
        proposed: Where it may be instead, for a person to say; None when nothing is in doubt.
    """

    reached: Position | None
    proposed: Position | None = None


def judge(
    states: Sequence[State], days: Sequence[Day], held: Position | None, agree: int
) -> Verdict | None:
    """What has been reached, or None while too few days agree on anything.

    What ``agree`` of the days are sure of is accepted, if it is not before what was held. What
    as many take for the likeliest, later or earlier, is proposed; earlier only by days that are
    sure. When as many look like no state at all, what was held is itself only proposed.

    Args:
        states: The zone's, in order.
        days: The days looked back on; their order does not matter.
        held: What was accepted so far, if anything.
        agree: How many days must agree.
    """
    likely = [p for p in (likeliest(states, day) for day in days) if p is not None]
    sure = [p for p in (reached(states, day) for day in days) if p is not None]
    best = _voted(sure, agree)
    if held is not None and (best is None or best[:2] <= held[:2]):
        best = held._replace(probability=_held(states, days, held))
    if best is not None and len(days) - len(likely) >= agree:
        return Verdict(best, best)
    ahead = _voted([p for p in likely if best is None or p.state > best.state], agree)
    if ahead is not None:
        begun = states[ahead.state].percent
        if best is None or begun - best.percent > WORTH:
            return Verdict(best, ahead._replace(percent=begun))
    back = _voted([p for p in likely if best is not None and p.state < best.state], agree)
    if back is not None and back.probability >= SURE:
        return Verdict(best, back)
    return Verdict(best) if best is not None else None


def reached(states: Sequence[State], day: Day) -> Position | None:
    """The furthest that a day is sure has been reached; None when it is not sure of any."""
    tails = list(accumulate(day.probabilities.get(s.code, 0.0) for s in reversed(states)))[::-1]
    index = max((i for i, tail in enumerate(tails) if tail >= SURE), default=None)
    return None if index is None else _position(states, day, index, tails[index])


def likeliest(states: Sequence[State], day: Day) -> Position | None:
    """What a day looks most like; None for a day that rather looks like none of the states."""
    odds = [day.probabilities.get(state.code, 0.0) for state in states]
    index = max(range(len(odds)), key=odds.__getitem__)
    return _position(states, day, index, odds[index]) if odds[index] > 1 - sum(odds) else None


def _position(states: Sequence[State], day: Day, index: int, probability: float) -> Position:
    percent = states[index].percent
    if index + 1 < len(states):
        way = states[index + 1].percent - percent
        percent += way * day.toward.get(states[index].code, 0.0)
    return Position(index, percent, min(1.0, probability))


def _voted(positions: Sequence[Position], agree: int) -> Position | None:
    """The furthest that so many of the positions are at or beyond."""
    if len(positions) < agree:
        return None
    least = sorted(positions, reverse=True)[agree - 1]
    sure = median(p.probability for p in positions if p.state >= least.state)
    return least._replace(probability=sure)


def _held(states: Sequence[State], days: Sequence[Day], held: Position) -> float:
    """Median probability that the work is where it was held to be, or beyond."""
    later = [state.code for state in states[held.state :]]
    tails = [sum(day.probabilities.get(code, 0.0) for code in later) for day in days]
    return min(1.0, median(tails)) if tails else 0.0
