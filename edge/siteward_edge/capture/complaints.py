"""What FFmpeg says of damage only in its log.

A lost RTP packet leaves no mark on the picture that misses it: of H.264 whole pictures go missing
and the next ones are built on what is not there, H.265 is decoded into smears without an error.
The log is the only place that tells (measured: see docs/decisions/0013-sources-and-pace.md).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import av.logging

Said = list[tuple[int, str, str]]
"""Level, what speaks, and its words."""

LOST: Final = ("RTP: missed", "Continuity check failed")
TOLD_OF: Final = frozenset({"hevc"})
"""Decoders that mark no damaged picture, but complain of it. That of H.264 marks them, and
complains of sloppy streams that look right as well."""


@contextmanager
def complaints() -> Iterator[Said]:
    """FFmpeg's warnings and errors in this thread, as long as the block lasts."""
    av.logging.set_level(av.logging.WARNING)
    av.logging.set_skip_repeated(False)
    # What nobody listens to here is of no use to an operator either.
    logging.getLogger("libav").setLevel(logging.CRITICAL + 1)
    with av.logging.Capture() as said:
        yield said


def lost(said: Said) -> bool:
    """Whether packets were lost on the way."""
    return any(words.startswith(LOST) for _, _, words in said)


def broken(said: Said) -> bool:
    """Whether a decoder complained that does not mark its pictures."""
    return any(level <= av.logging.ERROR and name in TOLD_OF for level, name, _ in said)
