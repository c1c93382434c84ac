"""How well a camera saw, from its series: gaps count as blind."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siteward_ingest.open_store import open_store
from siteward_ingest.series import Point, SeriesStore
from siteward_platform.camera_sight import camera_facts, online_ratio

END = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
TEN = timedelta(minutes=10)


@pytest.fixture
def series(tmp_path: Path) -> Iterator[SeriesStore]:
    store = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    yield store
    store.close()


def reports(series: SeriesStore, days: float, sees: Callable[[datetime], float | None]) -> None:
    """A report every ten minutes up to END; None sends nothing."""
    times = [END - timedelta(days=days) + TEN * n for n in range(int(days * 144))]
    series.write(
        [Point("s", "c", "camera_ok", ts, value) for ts in times if (value := sees(ts)) is not None]
    )


def test_a_camera_that_always_saw(series: SeriesStore) -> None:
    reports(series, 35, lambda _: 1.0)
    facts = camera_facts(series, "s", "c", END)
    assert (facts.online_ratio_7d, facts.baseline_ratio) == (1.0, 1.0)
    assert facts.outages == ()


@pytest.mark.parametrize("dead", [0.0, None], ids=["says it is blind", "says nothing"])
def test_nine_hours_without_sight(series: SeriesStore, dead: float | None) -> None:
    start = END - timedelta(hours=20)
    reports(series, 35, lambda ts: dead if start <= ts < start + timedelta(hours=9) else 1.0)
    facts = camera_facts(series, "s", "c", END)
    assert facts.longest_outage_hours == 9
    assert [(o.start, o.hours) for o in facts.outages] == [(start, 9)]
    assert facts.online_ratio_7d == pytest.approx(1 - 9 / 168)
    assert facts.baseline_ratio == 1.0


def test_a_young_camera_was_not_dead_before_it_was_put_up(series: SeriesStore) -> None:
    reports(series, 10, lambda _: 1.0)
    assert camera_facts(series, "s", "c", END).baseline_ratio == 1.0


def test_a_camera_that_never_reported(series: SeriesStore) -> None:
    facts = camera_facts(series, "s", "c", END)
    assert (facts.online_ratio_7d, facts.baseline_ratio) == (0.0, None)
    assert facts.longest_outage_hours == 168
    assert online_ratio(series, "s", "c", END) is None


def test_a_bucket_that_has_only_begun_is_not_judged(series: SeriesStore) -> None:
    reports(series, 7, lambda _: 1.0)
    assert online_ratio(series, "s", "c", END + timedelta(minutes=9)) == 1.0
