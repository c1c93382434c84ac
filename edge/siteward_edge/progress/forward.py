"""Which state a zone has reached, from what its last days looked like. Pure.

States only go forward: a day that shows a later state also says that the earlier ones are
done. So the days vote by what they show *at least*, and the state that enough of them reach
is the one that is reached. A hidden Markov model over the same days would multiply their
probabilities as if they erred independently; one dirty lens errs alike every day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

SURE: Final = 0.8
"""Probability a new state needs to be accepted without a person (domain reference, 6.5)."""

Day = Mapping[str, float]
"""State code to that day's probability; what is missing from 1 is "none of them"."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the days say.

    Attributes:
        index: Position of the state among the zone's states.
        confidence: Median probability of what each agreeing day shows.
        accepted: Whether it is believed; otherwise it is only proposed.
    """

    index: int
    confidence: float
    accepted: bool


def judge(
    codes: Sequence[str], days: Sequence[Day], held: int | None, agree: int
) -> Verdict | None:
    """What has been reached, or None while too few days agree on anything.

    A state is reached when ``agree`` of the days show it or one beyond it; it is accepted when
    those days are sure of what they show. A state before ``held`` is never accepted, and
    proposed only by days that are sure. When as many days look like no state at all, ``held``
    itself is only proposed.

    Args:
        codes: The zone's states in order.
        days: The days looked back on.
        held: Position of the state accepted so far, if any.
        agree: How many days must agree.
    """
    shown = [show for show in (_likeliest(codes, day) for day in days) if show is not None]
    if held is not None and len(days) - len(shown) >= agree:
        return Verdict(held, _held(codes, days, held), False)
    beyond = [show for show in shown if held is None or show[0] > held]
    if verdict := _voted(beyond, agree):
        return verdict
    if held is None:
        return None
    before = _voted([show for show in shown if show[0] < held], agree)
    if before is not None and before.accepted:
        return Verdict(before.index, before.confidence, False)
    return Verdict(held, _held(codes, days, held), True)


def _voted(shown: Sequence[tuple[int, float]], agree: int) -> Verdict | None:
    """The furthest state that so many days show or exceed, believed if they are sure."""
    if len(shown) < agree:
        return None
    reached = sorted((state for state, _ in shown), reverse=True)[agree - 1]
    confidence = median(p for state, p in shown if state >= reached)
    return Verdict(reached, confidence, confidence >= SURE)


def _likeliest(codes: Sequence[str], day: Day) -> tuple[int, float] | None:
    """The state a day looks most like; None for a day that rather looks like none of them."""
    p, index = max((day.get(code, 0.0), -index) for index, code in enumerate(codes))
    none = 1 - sum(day.get(code, 0.0) for code in codes)
    return (-index, p) if p > none else None


def _held(codes: Sequence[str], days: Sequence[Day], held: int) -> float:
    return median(day.get(codes[held], 0.0) for day in days) if days else 0.0
