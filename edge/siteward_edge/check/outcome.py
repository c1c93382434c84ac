"""Tries things beside one another and says of each what it gave or what is wrong."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

log = logging.getLogger(__name__)

ABREAST: Final = 8
"""Things tried at once."""
PATIENCE: Final = 45.0
"""Seconds for each round of so many; what is not done by then is said to hang."""


class CheckError(Exception):
    """Something does not work; the text says what and how to mend it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a check that works gave.

    Attributes:
        text: For people.
        warning: Whether it will do, but somebody should look at it.
        picture: File it wrote.
    """

    text: str
    warning: bool = False
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Something to try; ``look`` raises when it does not work."""

    name: str
    look: Callable[[], Found]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a check.

    Attributes:
        name: Of the check.
        verdict: ``ok``, ``warn`` or ``fail``.
        text: What was got, or what is wrong and how to mend it.
        picture: File it wrote.
    """

    name: str
    verdict: str
    text: str
    picture: str | None = None


def outcomes(checks: Sequence[Check], expected: tuple[type[Exception], ...]) -> Iterator[Outcome]:
    """Tries all, several at once, and gives each outcome as it comes.

    Threads are left behind when they hang: a driver that does not answer cannot be interrupted.

    Args:
        checks: What to try.
        expected: Errors whose text is fit for people.
    """
    waiting: queue.SimpleQueue[Check] = queue.SimpleQueue()
    done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    for check in checks:
        waiting.put(check)

    def work() -> None:
        while True:
            try:
                check = waiting.get_nowait()
            except queue.Empty:
                return
            done.put(_tried(check, expected))

    for _ in range(min(ABREAST, len(checks))):
        threading.Thread(target=work, daemon=True).start()
    left = {check.name for check in checks}
    rounds = -(-len(checks) // ABREAST)
    while left:
        try:
            outcome = done.get(timeout=PATIENCE * rounds)
        except queue.Empty:
            for name in sorted(left):
                text = f"no answer within {PATIENCE * rounds:.0f} s; is the machine overloaded?"
                yield Outcome(name, "fail", text)
            return
        left.discard(outcome.name)
        yield outcome


def _tried(check: Check, expected: tuple[type[Exception], ...]) -> Outcome:
    try:
        found = check.look()
    except expected as error:
        return Outcome(check.name, "fail", str(error) or repr(error))
    except Exception as error:  # one check must not end the others
        log.exception("check of %s", check.name)
        return Outcome(check.name, "fail", f"unexpected: {error!r}; please report this")
    return Outcome(check.name, "warn" if found.warning else "ok", found.text, found.picture)
