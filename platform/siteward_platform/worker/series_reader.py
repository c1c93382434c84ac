"""Gives the rule engine its windows back from the time-series store."""

import logging
from collections.abc import Sequence
from datetime import datetime

from siteward_ingest.series import SeriesKey, SeriesStore, StoreError

log = logging.getLogger(__name__)


class StoreReader:
    """A :class:`siteward_rules.stream.engine.SeriesReader` over a store."""

    def __init__(self, store: SeriesStore) -> None:
        """Keeps the store; the caller closes it."""
        self._store = store

    def raw(
        self, site: str, device: str, metric: str, start: datetime, end: datetime
    ) -> Sequence[tuple[datetime, float]]:
        """Values of a range; none while the store is down, so that rules go on with less."""
        try:
            return self._store.raw(SeriesKey(site, device, metric), start, end)
        except StoreError as error:
            log.warning("window of %s/%s %s not read back: %s", site, device, metric, error)
            return ()
