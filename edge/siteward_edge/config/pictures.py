"""The one picture of every camera and day that is kept for years."""

from pathlib import Path

from pydantic import Field

from siteward_edge.config.section import Section


class Pictures(Section):
    """Where the pictures of the day are kept, and how long.

    Attributes:
        path: Folder; one folder per camera and year below it.
        keep_years: Older pictures are deleted.
        max_bytes: Beyond it the oldest are thinned to one a week, then to one a month.
    """

    path: Path
    keep_years: int = Field(default=10, ge=1, le=100)
    max_bytes: int = Field(default=5_000_000_000, ge=10_000_000)
