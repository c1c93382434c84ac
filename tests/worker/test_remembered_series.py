"""Summaries of the past are read again only once they have grown old."""

from datetime import timedelta
from pathlib import Path

from siteward_ingest.open_store import open_store
from siteward_ingest.series import Point, SeriesKey
from siteward_platform.worker.remembered_series import RememberedSeries
from tests.worker.site import NOW, SITE

HOUR = timedelta(hours=1)
KEY = SeriesKey(SITE, "cam", "camera_ok")


def test_late_data_is_seen_after_four_minutes_and_other_questions_at_once(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    now = NOW
    past = RememberedSeries(store, lambda: now)

    def counts(hours: int = 2) -> list[int]:
        return [b.count for b in past.buckets(KEY, NOW - hours * HOUR, NOW, HOUR)]

    store.write([Point(SITE, "cam", "camera_ok", NOW - HOUR / 2, 1.0)])
    assert counts() == [1]
    store.write([Point(SITE, "cam", "camera_ok", NOW - HOUR / 3, 1.0)])
    assert counts() == [1] and counts(hours=3) == [2]
    now += timedelta(minutes=4)
    assert counts() == [2]
    for n in range(100):
        counts(hours=n + 4)
    assert len(past._kept) == 64
    store.close()
