"""What the SQLite engine promises beyond the port's contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteward_ingest.open_store import open_store
from siteward_ingest.series import (
    EPOCH,
    Bucket,
    Point,
    SeriesKey,
    StoreError,
    StoreUnavailableError,
    chart_width,
    whole_buckets,
)
from siteward_ingest.stores.sqlite import SqliteStore

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
KEYS = [SeriesKey("garden", "dust-1", "pm10"), SeriesKey("garden", "dust-2", "pm10")]


def point(key: SeriesKey, minute: int, value: float) -> Point:
    return Point(key.site, key.device, key.metric, START + minute * MINUTE, value)


@contextmanager
def limited(store: SqliteStore, pages: int) -> Iterator[None]:
    """Gives SQLite no more pages than that, which it reports as a full disk."""
    with store._transaction("BEGIN") as db:
        before = db.execute("PRAGMA max_page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        with store._transaction("BEGIN") as db:
            db.execute(f"PRAGMA max_page_count = {before}")


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "series.db"


@settings(max_examples=40, deadline=None)
@given(
    batches=st.lists(
        st.lists(
            st.tuples(st.sampled_from(KEYS), st.integers(0, 300), st.integers(-50, 50).map(float)),
            max_size=30,
        ),
        max_size=8,
    ),
    seal_after=st.sampled_from([1, 10, 40, 1000]),
    width=st.sampled_from([20 * MINUTE, HOUR, 90 * MINUTE, 3 * HOUR, 48 * HOUR]),
)
def test_whatever_comes_in_whatever_order_answers_are_those_of_a_dictionary(
    batches: list[list[tuple[SeriesKey, int, float]]], seal_after: int, width: timedelta
) -> None:
    expected: dict[SeriesKey, dict[int, float]] = {key: {} for key in KEYS}
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "series.db", seal_after=seal_after)
        for batch in batches:
            store.write([point(*entry) for entry in batch])
            for key, minute, value in batch:
                expected[key][minute] = value
        for key, values in expected.items():
            raw = store.raw(key, START, START + 6 * HOUR)
            assert raw == [(START + m * MINUTE, values[m]) for m in sorted(values)]
            groups: dict[datetime, list[float]] = {}
            for ts, value in raw:
                groups.setdefault(EPOCH + (ts - EPOCH) // width * width, []).append(value)
            assert store.buckets(key, START, START + 6 * HOUR, width) == [
                Bucket(ts, sum(v) / len(v), min(v), max(v), len(v)) for ts, v in groups.items()
            ]
            newest = [p for p in store.latest("garden") if p.device == key.device]
            assert newest == [point(key, m, values[m]) for m in sorted(values)[-1:]]
        store.close()


def test_a_reader_may_come_before_the_writer_and_sees_it_arrive(path: Path) -> None:
    reader = open_store(f"sqlite:///{path}", read_only=True)
    with pytest.raises(StoreUnavailableError):
        reader.latest("garden")
    writer = open_store(f"sqlite:///{path}")
    assert reader.latest("garden") == []
    writer.write([point(KEYS[0], 0, 1.0)])
    assert [p.value for p in reader.latest("garden")] == [1.0]
    writer.close()
    assert [p.value for p in reader.latest("garden")] == [1.0]
    reader.close()


def test_a_reader_never_writes(path: Path) -> None:
    open_store(f"sqlite:///{path}").close()
    reader = open_store(f"sqlite:///{path}", read_only=True)
    with pytest.raises(StoreError, match="opened for reading"):
        reader.write([point(KEYS[0], 0, 1.0)])
    reader.close()


def test_a_restart_goes_on_where_it_stopped(path: Path) -> None:
    for minute in range(5):
        store = SqliteStore(path, seal_after=3)
        store.write([point(KEYS[0], minute, float(minute))])
        store.close()
    store = SqliteStore(path, seal_after=3)
    assert [v for _, v in store.raw(KEYS[0], START, START + HOUR)] == [0, 1, 2, 3, 4]
    assert store.buckets(KEYS[0], START, START + HOUR, HOUR) == [Bucket(START, 2, 0, 4, 5)]
    store.close()


def test_a_failed_batch_leaves_no_trace_and_can_be_written_again(path: Path) -> None:
    store = SqliteStore(path)
    with pytest.raises(StoreError):
        store.write([point(KEYS[0], 0, 1.0), point(KEYS[1], 0, float("nan"))])
    assert store.latest("garden") == []
    store.write([point(KEYS[0], 0, 1.0), point(KEYS[1], 0, 2.0)])
    assert [p.value for p in store.latest("garden")] == [1.0, 2.0]
    store.close()


def test_a_full_disk_fails_the_batch_and_is_got_over(path: Path) -> None:
    store = SqliteStore(path)
    store.write([point(KEYS[0], 0, 1.0)])
    many = [point(KEYS[0], minute, 1.0) for minute in range(2000)]
    with pytest.raises(StoreUnavailableError, match="full"), limited(store, pages=12):
        store.write(many)
    assert len(store.raw(KEYS[0], START, START + 48 * HOUR)) == 1
    store.write(many)
    assert len(store.raw(KEYS[0], START, START + 48 * HOUR)) == 2000
    store.close()


def test_another_program_s_file_is_refused_by_name(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to look like something" * 100)
    with pytest.raises(StoreError, match="not a database"):
        SqliteStore(path)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("postgres://host/db", "postgres"),
        ("series.db", "sqlite:////path"),
        ("sqlite://", "names no file"),
        ("influxdb+http://127.0.0.1:8086", "names no bucket"),
    ],
)
def test_an_url_that_names_no_store_is_refused(url: str, named: str) -> None:
    with pytest.raises(StoreError, match=named):
        open_store(url)


def test_a_name_influxdb_cannot_write_is_refused_before_it_is_sent() -> None:
    store = open_store("influxdb+http://127.0.0.1:1?org=o&bucket=b")
    with pytest.raises(StoreError, match="cannot name a series"):
        store.write([Point("garden", "dust-1", "pm10\nreading value=1", START, 1.0)])
    store.close()


@pytest.mark.parametrize("days", [0.01, 1, 7, 30, 90, 365, 4000])
def test_a_chart_width_keeps_to_the_points_asked_for(days: float) -> None:
    start, points = START + timedelta(seconds=1), 500
    end = start + timedelta(days=days)
    width = chart_width(start, end, points)
    first, last = whole_buckets(start, end, width)
    assert (last - first) // width <= points
    assert width < HOUR or width % HOUR == timedelta(0)
