"""Message ids: UUIDv7, so that they sort by time and serve as the dedupe key."""

from collections.abc import Callable

import uuid_utils

IdSource = Callable[[], str]
"""Returns a fresh id. Only ``main`` modules choose the source; tests pass a counter."""


def new_id() -> str:
    """A fresh random UUIDv7 in its canonical text form."""
    return str(uuid_utils.uuid7())
