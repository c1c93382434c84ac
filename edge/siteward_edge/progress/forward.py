"""Which state a zone has reached, from what its last days looked like. Pure.

A hidden Markov model whose states only go forward: work is not undone unless a person says
so. The path of states that explains the days best is found by dynamic programming (Viterbi);
the state it was in or beyond on enough of the days is the one that has been reached.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median
from typing import Final

SURE: Final = 0.8
"""Probability a new state needs to be accepted without a person (domain reference, 6.5)."""
MOVE: Final = 0.5
"""Cost of a change, as a negative logarithm of probability, so that a single odd day is no
change; small, because a change that is missed is worse than one that a person must look at."""
SKIP: Final = 0.1
"""Cost of each state that is passed over: work may go on over a weekend nobody saw."""
LEAST: Final = 1e-3
"""No day rules a state out for good: a dirty lens has its own opinion."""

Day = Mapping[str, float]
"""State code to that day's probability."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the days say.

    Attributes:
        index: Position of the state among the zone's states.
        confidence: Median probability of what each agreeing day was taken for.
        accepted: Whether it is believed; otherwise it is only proposed.
    """

    index: int
    confidence: float
    accepted: bool


def path(codes: Sequence[str], days: Sequence[Day], held: int | None) -> list[int]:
    """The likeliest state of each day, never one before ``held`` and never going back.

    Args:
        codes: The zone's states in order.
        days: Oldest first.
        held: Position of the state accepted before the first of these days, if any.
    """
    count = len(codes)
    start = held or 0
    costs = [
        0.0 if held is None else _move(held, state) if state >= start else float("inf")
        for state in range(count)
    ]
    came_from: list[list[int]] = []
    for number, day in enumerate(days):
        steps = list(range(count))
        if number:
            steps = [
                min(range(state + 1), key=lambda s: costs[s] + _move(s, state))
                for state in range(count)
            ]
            costs = [costs[steps[state]] + _move(steps[state], state) for state in range(count)]
        came_from.append(steps)
        costs = [costs[s] - log(max(LEAST, day.get(codes[s], 0.0))) for s in range(count)]
    state = min(range(count), key=costs.__getitem__)
    walked = [state]
    for steps in reversed(came_from[1:]):
        state = steps[state]
        walked.append(state)
    return walked[::-1]


def judge(
    codes: Sequence[str], days: Sequence[Day], held: int | None, agree: int
) -> Verdict | None:
    """What has been reached, or None while too few days agree on anything.

    A state is reached when on ``agree`` of the days it or one beyond it was the likeliest; it
    is accepted when those days were sure of what they saw. A state before ``held`` is never
    accepted, and proposed only by days that are sure. When as many days look like no state at
    all, ``held`` itself is only proposed.
    """
    if len(days) < agree:
        return None if held is None else Verdict(held, _held(codes, days, held), True)
    walked = path(codes, days, held)
    reached = walked[-agree]
    likeliest = [_likeliest(codes, day) for day in days]
    if held is not None and likeliest.count(None) >= agree:
        return Verdict(held, _held(codes, days, held), False)
    if held is not None and reached <= held:
        return _back(codes, days, likeliest, held, agree) or Verdict(
            held, _held(codes, days, held), True
        )
    if sum(1 for state in likeliest if state is not None and state >= reached) < agree:
        return None if held is None else Verdict(held, _held(codes, days, held), True)
    agreeing = [
        day.get(codes[state], 0.0)
        for day, state in zip(days, walked, strict=True)
        if state >= reached
    ]
    confidence = median(agreeing)
    return Verdict(reached, confidence, confidence >= SURE)


def _back(
    codes: Sequence[str],
    days: Sequence[Day],
    likeliest: Sequence[int | None],
    held: int,
    agree: int,
) -> Verdict | None:
    before = [
        (state, day[codes[state]])
        for state, day in zip(likeliest, days, strict=True)
        if state is not None and state < held
    ]
    if len(before) < agree:
        return None
    confidence = median(p for _, p in before)
    if confidence < SURE:
        return None
    furthest = sorted(state for state, _ in before)[-agree]
    return Verdict(furthest, confidence, False)


def _likeliest(codes: Sequence[str], day: Day) -> int | None:
    """The state a day looks most like; None for a day that rather looks like none of them."""
    best = max(range(len(codes)), key=lambda s: day.get(codes[s], 0.0))
    none = 1 - sum(day.get(code, 0.0) for code in codes)
    return best if day.get(codes[best], 0.0) > none else None


def _held(codes: Sequence[str], days: Sequence[Day], held: int) -> float:
    return median(day.get(codes[held], 0.0) for day in days) if days else 0.0


def _move(before: int, after: int) -> float:
    return 0.0 if before == after else MOVE + SKIP * (after - before - 1)
