"""CEL conditions: compiled once, checked for unknown names and for never changing."""

from collections.abc import Iterable
from typing import Final

import cel

READING: Final = ("value", "limit")
"""What a condition over a reading or a fact may name."""
DETECTION: Final = ("confidence", "limit")
"""What a condition over a detection may name."""


class ConditionError(ValueError):
    """The condition cannot be used; the text says why and what to do."""


class Condition:
    """A compiled condition. ``holds`` answers for given values."""

    __slots__ = ("_program", "source")

    def __init__(self, source: str, names: Iterable[str]) -> None:
        """Compiles a condition.

        Args:
            source: CEL text, e.g. ``value > limit``.
            names: The variables it may use.

        Raises:
            ConditionError: It is not CEL, or names something else.
        """
        self.source = source
        try:
            self._program = cel.compile(source)
        except ValueError as error:
            raise ConditionError(_first_line(error)) from error
        allowed = tuple(names)
        unknown = sorted(set(self._program.variables()) - set(allowed))
        if unknown:
            known = ", ".join(allowed)
            raise ConditionError(f"no value is called {', '.join(unknown)}; known here: {known}")

    def holds(self, values: dict[str, float]) -> bool:
        """Whether the condition is true.

        Raises:
            ConditionError: It gives something else than true or false.
        """
        try:
            answer = self._program.execute(values)
        except (RuntimeError, TypeError, ValueError) as error:
            raise ConditionError(_first_line(error)) from error
        if answer is True or answer is False:
            return bool(answer)
        raise ConditionError(f"gives {answer!r} where true or false is needed")


def check_alive(
    condition: Condition, name: str, low: float, high: float, limit: float | None
) -> None:
    """Refuses a condition that cannot be both true and false over what is plausible.

    Args:
        condition: What to try.
        name: The variable that moves, ``value`` or ``confidence``.
        low: Least plausible value.
        high: Greatest plausible value.
        limit: The rule's limit, if any; values on both sides of it are tried too.

    Raises:
        ConditionError: It is always true, always false or not a truth value.
    """
    step = (high - low) / 100
    tried = [low + step * n for n in range(101)]
    fixed: dict[str, float] = {}
    if limit is not None:
        tried += [limit - step / 7, limit, limit + step / 7]
        fixed = {"limit": limit}
    answers = {condition.holds({name: value, **fixed}) for value in tried if low <= value <= high}
    if len(answers) == 1:
        always = "true" if answers.pop() else "false"
        raise ConditionError(
            f"is always {always} for {name} from {low:g} to {high:g}; compare {name} with limit"
        )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].removeprefix("Failed to parse expression ")
