"""What the API works with; wired in ``main``, passed to every route through the app's state."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from sqlalchemy import Engine

from siteward_contracts.clock import Clock
from siteward_ingest.series import SeriesStore
from siteward_platform.act import Publish
from siteward_platform.open_data.oc4ids import Publisher
from siteward_platform.uploads import PartialFiles


@dataclass(frozen=True, slots=True)
class Parts:
    """The outside world of the API.

    Attributes:
        database: The relational database, migrated.
        series: The time series.
        evidence: The file of a picture by its hash, if it is kept.
        keep_evidence: Keeps a picture under its hash.
        clock: Now.
        publish: Sends an event to the broker, at most once.
        broker_is_up: Whether the broker is connected.
        backdating_days: How old a stated date may be.
        web: Folder of the built web app.
        reports: Folder of the reports that were made.
        partial_files: Pictures from phones that are not whole yet.
        webhook_hosts: Hosts that events may be sent to.
        publisher: Who publishes open data; None publishes nothing.
    """

    database: Engine
    series: SeriesStore
    evidence: Callable[[str], Path | None]
    keep_evidence: Callable[[str, bytes], object]
    clock: Clock
    publish: Publish
    broker_is_up: Callable[[], bool]
    backdating_days: int
    web: Path
    reports: Path
    partial_files: PartialFiles
    webhook_hosts: Collection[str] = ()
    publisher: Publisher | None = None


def parts_of(request: Request) -> Parts:
    """The parts of the app that serves a request."""
    parts: Parts = request.app.state.parts
    return parts
