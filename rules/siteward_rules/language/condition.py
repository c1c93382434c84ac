"""CEL conditions: compiled once, checked for unknown names and for never changing."""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any, Final

import cel

FUNCTIONS: Final[dict[str, Any]] = {"abs": abs, "min": min, "max": max}
"""What a condition may call besides CEL's own operators."""


class ConditionError(ValueError):
    """The condition cannot be used; the text says why and what to do."""


class Condition:
    """A compiled condition. ``holds`` answers for given values."""

    __slots__ = ("_calls", "_program", "source")

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
        self._calls = [name for name in FUNCTIONS if name in self._program.functions()]

    def __eq__(self, other: object) -> bool:
        """Two conditions of the same text are the same."""
        return isinstance(other, Condition) and self.source == other.source

    def __hash__(self) -> int:
        """Of the text."""
        return hash(self.source)

    @property
    def names(self) -> frozenset[str]:
        """The variables it uses."""
        return frozenset(self._program.variables())

    def holds(self, values: dict[str, float]) -> bool:
        """Whether the condition is true.

        Raises:
            ConditionError: It gives something else than true or false.
        """
        context: Any = values
        if self._calls:
            context = cel.Context(values)
            for name in self._calls:
                context.add_function(name, FUNCTIONS[name])
        try:
            answer = self._program.execute(context)
        except (RuntimeError, TypeError, ValueError) as error:
            raise ConditionError(_first_line(error)) from error
        if answer is True or answer is False:
            return bool(answer)
        raise ConditionError(f"gives {answer!r} where true or false is needed")


def check_alive(
    condition: Condition,
    name: str,
    low: float,
    high: float,
    limit: float | None,
    others: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """Refuses a condition that cannot be both true and false over what is plausible.

    Args:
        condition: What to try.
        name: The variable that moves, ``value`` or ``confidence``.
        low: Least plausible value.
        high: Greatest plausible value.
        limit: The rule's limit, if any; values on both sides of it are tried too.
        others: Range of every other name; their ends and middle are tried.

    Raises:
        ConditionError: It is always true, always false or not a truth value, or it does not
            depend on what the rule reads.
    """
    step = (high - low) / 100
    tried = [low + step * n for n in range(101)]
    fixed: dict[str, float] = {}
    if limit is not None:
        tried += [limit - step / 7, limit, limit + step / 7]
        fixed = {"limit": limit}
    ranges = {other: ends for other, ends in (others or {}).items() if other in condition.names}
    corners = product(*([float(a), (a + b) / 2, float(b)] for a, b in ranges.values()))
    answers: set[bool] = set()
    for corner in corners:
        fixed.update(zip(ranges, corner, strict=True))
        answers |= {
            condition.holds({name: value, **fixed}) for value in tried if low <= value <= high
        }
        if len(answers) == 2:
            break
    if len(answers) == 1:
        always = "true" if answers.pop() else "false"
        raise ConditionError(
            f"is always {always} for {name} from {low:g} to {high:g}; compare {name} with limit"
        )
    if name not in condition.names:
        raise ConditionError(f"does not look at {name}; compare {name} with limit")


def check_boundary(condition: Condition, values: dict[str, float], inclusive: bool) -> None:
    """Refuses a condition that counts the limit itself otherwise than its rule says.

    Args:
        condition: What to try.
        values: With the main value exactly at the limit.
        inclusive: Whether the limit itself is an exceedance.

    Raises:
        ConditionError: It says otherwise.
    """
    if condition.holds(values) != inclusive:
        said, other = ("inclusive", ">") if inclusive else ("exclusive", ">=")
        raise ConditionError(
            f"disagrees with boundary: {said}; a limit itself is no exceedance unless the rule "
            f"says boundary: inclusive, so do not write {other} here"
        )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].removeprefix("Failed to parse expression ")
