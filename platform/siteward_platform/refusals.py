"""What the platform refuses: a code for programs, a Chinese message and remedy for people.

The root says which HTTP status a family of refusals has; raisers fill in the words.
"""

from collections.abc import Mapping
from typing import ClassVar


class RefusedError(Exception):
    """Something was asked that cannot be done; nothing was changed."""

    status: ClassVar[int] = 400

    def __init__(
        self, code: str, message: str, remedy: str = "", fields: Mapping[str, str] | None = None
    ) -> None:
        """Keeps the words; ``fields`` maps a field of the request to what is wrong with it."""
        self.code = code
        self.message = message
        self.remedy = remedy
        self.fields = dict(fields or {})
        super().__init__(f"{code}: {message}")


class UnauthenticatedError(RefusedError):
    """Nobody is signed in, or not as somebody we know."""

    status = 401


class ForbiddenError(RefusedError):
    """This person may not do this."""

    status = 403


class NotFoundError(RefusedError):
    """There is no such thing."""

    status = 404


class ConflictError(RefusedError):
    """It cannot be done as things stand."""

    status = 409


class OvertakenError(ConflictError):
    """Somebody was faster: ``present`` is how things stand now, for the asker to look at."""

    def __init__(self, code: str, message: str, remedy: str, present: Mapping[str, object]) -> None:
        """Keeps the present state, as JSON."""
        self.present = dict(present)
        super().__init__(code, message, remedy)


class InvalidError(RefusedError):
    """A value is wrong whatever the state of things."""

    status = 422


class ThrottledError(RefusedError):
    """Too often; wait."""

    status = 429


class UnavailableError(RefusedError):
    """A part we need does not answer."""

    status = 503
