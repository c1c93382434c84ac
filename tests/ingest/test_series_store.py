"""The contract of the SeriesStore port, held to by every engine."""

import os
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siteward_ingest.open_store import open_store
from siteward_ingest.series import Bucket, Point, SeriesKey, SeriesStore, StoreError
from siteward_ingest.stores.sqlite import SqliteStore

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ENGINES = [
    "sqlite",
    "sqlite-sealing-often",
    pytest.param("influxdb-1", marks=pytest.mark.system),
    "influxdb-given",
]


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SeriesStore]:
    opened: SeriesStore
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path}/series.db")
    elif request.param == "sqlite-sealing-often":
        opened = SqliteStore(tmp_path / "series.db", seal_after=3)
    elif request.param == "influxdb-1":
        opened = open_store(request.getfixturevalue("influx_url"))
    elif url := os.environ.get("SITEWARD_TEST_INFLUX_URL"):
        opened = open_store(url, os.environ.get("SITEWARD_TEST_INFLUX_TOKEN"))
    else:
        pytest.skip("SITEWARD_TEST_INFLUX_URL names no InfluxDB 2 or 3")
    yield opened
    opened.close()


@pytest.fixture
def site() -> str:
    """A site of one's own: an InfluxDB is shared by all tests."""
    return f"site-{uuid.uuid4().hex}"


def series(site: str, values: dict[int, float], device: str = "dust-1") -> list[Point]:
    """Points by minute after START."""
    return [Point(site, device, "pm10", START + m * MINUTE, v) for m, v in values.items()]


def key(site: str) -> SeriesKey:
    return SeriesKey(site, "dust-1", "pm10")


def test_points_are_read_back_oldest_first(store: SeriesStore, site: str) -> None:
    store.write(series(site, {2: 12.5, 0: 10, 1: 11}))
    assert store.raw(key(site), START, START + HOUR) == [
        (START, 10.0),
        (START + MINUTE, 11.0),
        (START + 2 * MINUTE, 12.5),
    ]


def test_start_belongs_to_a_range_and_end_does_not(store: SeriesStore, site: str) -> None:
    store.write(series(site, {0: 1, 1: 2, 2: 3}))
    assert store.raw(key(site), START + MINUTE, START + 2 * MINUTE) == [(START + MINUTE, 2.0)]


def test_microseconds_are_kept(store: SeriesStore, site: str) -> None:
    ts = START + timedelta(microseconds=123_457)
    store.write([Point(site, "dust-1", "pm10", ts, 0.1 + 0.2)])
    assert store.raw(key(site), START, START + HOUR) == [(ts, 0.1 + 0.2)]


def test_writing_twice_is_writing_once(store: SeriesStore, site: str) -> None:
    points = series(site, {m: float(m) for m in range(10)})
    store.write(points)
    store.write(points)
    assert len(store.raw(key(site), START, START + HOUR)) == 10
    assert store.buckets(key(site), START, START + HOUR, HOUR) == [Bucket(START, 4.5, 0, 9, 10)]


def test_a_later_write_of_the_same_instant_wins(store: SeriesStore, site: str) -> None:
    store.write(series(site, dict.fromkeys(range(10), 1.0)))
    store.write(series(site, {3: 100.0}))
    assert dict(store.raw(key(site), START, START + HOUR))[START + 3 * MINUTE] == 100.0
    assert store.buckets(key(site), START, START + HOUR, HOUR) == [Bucket(START, 10.9, 1, 100, 10)]


def test_within_a_batch_the_last_of_the_same_instant_wins(store: SeriesStore, site: str) -> None:
    store.write(series(site, {0: 1.0}) + series(site, {0: 2.0}))
    assert store.raw(key(site), START, START + HOUR) == [(START, 2.0)]
    assert [p.value for p in store.latest(site)] == [2.0]


def test_late_points_reach_summaries_made_before(store: SeriesStore, site: str) -> None:
    store.write(series(site, dict.fromkeys(range(0, 180, 2), 10.0)))
    store.write(series(site, dict.fromkeys(range(300, 360), 10.0)))
    store.write(series(site, {1: 70.0}))
    assert store.buckets(key(site), START, START + HOUR, HOUR) == [
        Bucket(START, (30 * 10 + 70) / 31, 10, 70, 31)
    ]


def test_buckets_are_whole_and_aligned_and_empty_ones_left_out(
    store: SeriesStore, site: str
) -> None:
    store.write(series(site, {0: 1, 59: 3, 60: 5, 241: 7}))
    middle = START + 30 * MINUTE
    assert store.buckets(key(site), middle, START + 4 * HOUR + MINUTE, 2 * HOUR) == [
        Bucket(START, 3, 1, 5, 3),
        Bucket(START + 4 * HOUR, 7, 7, 7, 1),
    ]


@pytest.mark.parametrize("width", [timedelta(minutes=10), timedelta(minutes=90), HOUR])
def test_buckets_agree_with_the_points(store: SeriesStore, site: str, width: timedelta) -> None:
    store.write(series(site, {m: float(m % 7) for m in range(0, 400, 3)}))
    wanted: dict[datetime, list[float]] = {}
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    for ts, value in store.raw(key(site), START, START + 9 * HOUR):
        wanted.setdefault(epoch + (ts - epoch) // width * width, []).append(value)
    assert store.buckets(key(site), START, START + 8 * HOUR, width) == [
        Bucket(ts, sum(v) / len(v), min(v), max(v), len(v)) for ts, v in wanted.items()
    ]


def test_a_width_that_is_not_whole_seconds_is_refused(store: SeriesStore, site: str) -> None:
    for width in (timedelta(0), -HOUR, timedelta(milliseconds=1500)):
        with pytest.raises(ValueError, match="whole seconds"):
            store.buckets(key(site), START, START + HOUR, width)


def test_latest_is_the_newest_of_every_series_whatever_came_last(
    store: SeriesStore, site: str
) -> None:
    store.write(series(site, {5: 50}) + series(site, {2: 20}, "dust-2"))
    store.write(series(site, {1: 10}))
    assert store.latest(site) == [
        Point(site, "dust-1", "pm10", START + 5 * MINUTE, 50),
        Point(site, "dust-2", "pm10", START + 2 * MINUTE, 20),
    ]
    assert [p.device for p in store.latest(site, "dust-2")] == ["dust-2"]


def test_nothing_known_is_an_empty_answer(store: SeriesStore, site: str) -> None:
    assert store.latest(site) == []
    assert store.raw(key(site), START, START + HOUR) == []
    assert store.buckets(key(site), START, START + HOUR, HOUR) == []


def test_a_value_that_is_no_number_is_refused_and_the_store_goes_on(
    store: SeriesStore, site: str
) -> None:
    with pytest.raises(StoreError):
        store.write(series(site, {0: float("nan")}))
    store.write(series(site, {1: 1.0}))
    assert store.raw(key(site), START, START + HOUR) == [(START + MINUTE, 1.0)]


def test_names_are_kept_to_the_letter(store: SeriesStore, site: str) -> None:
    key = SeriesKey(site, "a=b, c", "progress.it's")
    store.write([Point(key.site, key.device, key.metric, START, 1.0)])
    assert store.raw(key, START, START + HOUR) == [(START, 1.0)]
    assert store.latest(site) == [Point(key.site, key.device, key.metric, START, 1.0)]


def test_threads_may_read_at_once(store: SeriesStore, site: str) -> None:
    store.write(series(site, {m: float(m) for m in range(100)}))
    found: list[int] = []

    def read() -> None:
        for _ in range(5):
            found.append(len(store.raw(key(site), START, START + 2 * HOUR)))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [100] * 20
