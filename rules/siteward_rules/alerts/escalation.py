"""Whom an alert is told to and when, by its severity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Step:
    """A role, and how long after the first notice it is told too if nobody acknowledged."""

    role: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Steps in order of time, and how often everybody told so far is told again."""

    steps: tuple[Step, ...]
    repeat: timedelta


def _policy(repeat_minutes: int, **minutes: int) -> Policy:
    steps = tuple(Step(role, after * _MINUTE) for role, after in minutes.items())
    return Policy(steps, repeat_minutes * _MINUTE)


DEFAULTS: Final[Mapping[str, Policy]] = {
    "info": _policy(24 * 60, inspector=0),
    "general": _policy(4 * 60, inspector=0, supervisor=4 * 60),
    "serious": _policy(60, inspector=0, supervisor=30, chief_supervisor=120),
    "suspected_major": _policy(30, inspector=0, supervisor=0, chief_supervisor=15),
    "major": _policy(15, inspector=0, supervisor=0, chief_supervisor=0),
}
"""Platform defaults; a street may set its own."""
