"""The embedded store: one SQLite file, written by one process, read by many.

New points land in ``recent``, ordered by time, where a batch touches a handful of pages.
When enough have gathered they are sealed: each series' points of each hour become one row of
``chunk`` (packed) and one of ``rollup`` (summary). That makes writing cheap, a day of one
series a few rows, and a year's chart a scan of 8,760 summaries. A late point lands in
``recent`` like any other and is merged into its hour at the next seal; until then it wins
over the sealed value, so answers never depend on what has been sealed.
Measured in docs/decisions/0010-series-store.md.
"""

import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from siteward_ingest.series import (
    Bucket,
    Point,
    SeriesKey,
    StoreError,
    StoreUnavailableError,
    instant,
    micros,
    whole_buckets,
)

_HOUR: Final = 3_600_000_000
"""Microseconds; an offset within it fits the chunk's 32-bit integers."""
_SEAL_AFTER: Final = 50_000
"""Points; bounds what a read has to scan in ``recent`` to about 5 ms."""
_VERSION: Final = 1

_SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, site TEXT NOT NULL, device TEXT NOT NULL, metric TEXT NOT NULL,
    UNIQUE (site, device, metric)
);
CREATE TABLE IF NOT EXISTS recent ( -- ts in microseconds since 1970
    ts INTEGER NOT NULL, series INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (ts, series)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS latest (
    series INTEGER PRIMARY KEY, ts INTEGER NOT NULL, value REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS chunk ( -- data: offsets within the hour as uint32, then float64s
    series INTEGER NOT NULL, hour INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (series, hour)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rollup (
    series INTEGER NOT NULL, hour INTEGER NOT NULL, count INTEGER NOT NULL, sum REAL NOT NULL,
    min REAL NOT NULL, max REAL NOT NULL, PRIMARY KEY (series, hour)
) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_UPSERT_RECENT: Final = (
    "INSERT INTO recent VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
)
_UPSERT_LATEST: Final = (
    "INSERT INTO latest (ts, series, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE "
    "SET ts = excluded.ts, value = excluded.value WHERE excluded.ts >= latest.ts"
)

_Key = tuple[str, str, str]
_Row = tuple[int, int, float]  # ts, series, value


def open_sqlite(url: str, read_only: bool) -> "SqliteStore":
    """Opens ``sqlite:////absolute.db`` or ``sqlite:///relative.db``.

    Raises:
        StoreError: The URL names no file, or the file is something else.
        StoreUnavailableError: The file cannot be opened now.
    """
    path = urlsplit(url).path[1:]
    if not path:
        raise StoreError(f"SITEWARD_SERIES_URL: {url} names no file; use sqlite:////path/series.db")
    return SqliteStore(Path(path), read_only)


class SqliteStore:
    """A :class:`~siteward_ingest.series.SeriesStore`; usable from several threads."""

    def __init__(self, path: Path, read_only: bool = False, seal_after: int = _SEAL_AFTER) -> None:
        """Opens the file; a writer creates it, a reader waits for one with every call.

        Args:
            path: The file.
            read_only: Never write; the file may not exist yet.
            seal_after: Points in ``recent`` that start a seal.
        """
        self._path, self._read_only, self._seal_after = path, read_only, seal_after
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._ids: dict[_Key, int] = {}
        self._recent = 0
        if read_only:
            return
        with self._transaction("BEGIN") as db:
            self._ids = {(s, d, m): i for i, s, d, m in db.execute("SELECT * FROM series")}
            self._recent = db.execute("SELECT count(*) FROM recent").fetchone()[0]

    def write(self, points: Sequence[Point]) -> None:
        """See :meth:`SeriesStore.write`."""
        if self._read_only:
            raise StoreError(f"{self._path} was opened for reading")
        with self._transaction("BEGIN IMMEDIATE") as db:
            ids = self._ids | _new_ids(db, points, self._ids)
            rows = _rows(points, ids)
            db.executemany(_UPSERT_RECENT, rows)
            db.executemany(_UPSERT_LATEST, {row[1]: row for row in rows}.values())
            waiting = self._recent + len(rows)
            if waiting >= self._seal_after:
                _seal(db)
                waiting = 0
        self._ids, self._recent = ids, waiting

    def latest(self, site: str, device: str | None = None) -> list[Point]:
        """See :meth:`SeriesStore.latest`."""
        query = (
            "SELECT site, device, metric, ts, value FROM series JOIN latest ON series = id "
            "WHERE site = ?1 AND (?2 IS NULL OR device = ?2) ORDER BY device, metric"
        )
        with self._transaction("BEGIN") as db:
            rows = db.execute(query, (site, device)).fetchall()
        return [Point(s, d, m, instant(ts), value) for s, d, m, ts, value in rows]

    def raw(self, key: SeriesKey, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        """See :meth:`SeriesStore.raw`."""
        with self._transaction("BEGIN") as db:
            found = _points(db, _series_id(db, key), micros(start), micros(end))
        return [(instant(ts), found[ts]) for ts in sorted(found)]

    def buckets(
        self, key: SeriesKey, start: datetime, end: datetime, width: timedelta
    ) -> list[Bucket]:
        """See :meth:`SeriesStore.buckets`."""
        first, last = (micros(edge) for edge in whole_buckets(start, end, width))
        step = width // timedelta(microseconds=1)
        with self._transaction("BEGIN") as db:
            series = _series_id(db, key)
            if step % _HOUR:
                return _fold(_points(db, series, first, last), step)
            return _fold_hours(db, series, first, last, step)

    def close(self) -> None:
        """See :meth:`SeriesStore.close`."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                db = self._db = self._db or _connect(self._path, self._read_only)
                db.execute(begin)
                try:
                    yield db
                    db.execute("COMMIT")
                except BaseException:
                    if db.in_transaction:  # a full disk has already rolled it back
                        db.execute("ROLLBACK")
                    raise
            except (sqlite3.IntegrityError, sqlite3.ProgrammingError) as error:
                raise StoreError(f"{self._path}: {error}") from error
            except sqlite3.Error as error:
                raise StoreUnavailableError(f"{self._path}: {error}") from error


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    # "ro" could not make the shared-memory file of a WAL database, so readers open it "rw"
    # and forbid themselves to write.
    uri = f"{path.absolute().as_uri()}?mode={'rw' if read_only else 'rwc'}"
    db = sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        if read_only:
            db.execute("PRAGMA query_only = ON")
        else:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not read_only:
            db.executescript(_SCHEMA)
        elif version != _VERSION:
            reason = "is not written yet" if version == 0 else f"has version {version}"
            raise StoreUnavailableError(f"{path} {reason}; this program reads {_VERSION}")
    except BaseException:
        db.close()
        raise
    return db


def _new_ids(
    db: sqlite3.Connection, points: Iterable[Point], known: dict[_Key, int]
) -> dict[_Key, int]:
    fresh: dict[_Key, int] = {}
    for key in dict.fromkeys((p.site, p.device, p.metric) for p in points):
        if key not in known:
            query = "INSERT INTO series (site, device, metric) VALUES (?, ?, ?) RETURNING id"
            fresh[key] = db.execute(query, key).fetchone()[0]
    return fresh


def _rows(points: Iterable[Point], ids: dict[_Key, int]) -> list[_Row]:
    """Rows oldest first; of equal instants the last given stays last, and so wins."""
    rows: list[_Row] = []
    ts, us = None, 0
    for p in points:
        if p.ts is not ts:  # readings of one sample share their instant
            ts = p.ts
            us = micros(ts)
        rows.append((us, ids[p.site, p.device, p.metric], p.value))
    rows.sort(key=itemgetter(0))
    return rows


def _seal(db: sqlite3.Connection) -> None:
    chunks, rollups = [], []
    query = f"SELECT series, ts / {_HOUR}, ts % {_HOUR}, value FROM recent ORDER BY series, ts"
    sealed = "SELECT data FROM chunk WHERE series = ? AND hour = ?"
    for key, rows in groupby(db.execute(query), key=itemgetter(0, 1)):
        times, values = zip(*((row[2], row[3]) for row in rows), strict=True)
        if old := db.execute(sealed, key).fetchone():
            merged = dict(_unpack(old[0])) | dict(zip(times, values, strict=True))
            times, values = zip(*sorted(merged.items()), strict=True)
        chunks.append((*key, array("I", times).tobytes() + array("d", values).tobytes()))
        rollups.append((*key, len(values), sum(values), min(values), max(values)))
    db.executemany("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?)", chunks)
    db.executemany("INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?)", rollups)
    db.execute("DELETE FROM recent")


def _unpack(data: bytes) -> Iterator[tuple[int, float]]:
    count = len(data) // 12
    return zip(array("I", data[: count * 4]), array("d", data[count * 4 :]), strict=True)


def _series_id(db: sqlite3.Connection, key: SeriesKey) -> int:
    query = "SELECT id FROM series WHERE site = ? AND device = ? AND metric = ?"
    row = db.execute(query, (key.site, key.device, key.metric)).fetchone()
    return int(row[0]) if row else -1


def _points(db: sqlite3.Connection, series: int, start: int, end: int) -> dict[int, float]:
    found: dict[int, float] = {}
    query = "SELECT hour, data FROM chunk WHERE series = ? AND hour BETWEEN ? AND ?"
    for hour, data in db.execute(query, (series, start // _HOUR, (end - 1) // _HOUR)):
        base = hour * _HOUR
        inside = start <= base and base + _HOUR <= end
        points = ((base + offset, value) for offset, value in _unpack(data))
        found.update(points if inside else (p for p in points if start <= p[0] < end))
    query = "SELECT ts, value FROM recent WHERE ts >= ? AND ts < ? AND series = ?"
    found.update(db.execute(query, (start, end, series)))
    return found


def _fold(points: dict[int, float], step: int) -> list[Bucket]:
    """Points as buckets of ``step`` microseconds."""
    groups: dict[int, list[float]] = {}
    for ts in sorted(points):
        groups.setdefault(ts // step, []).append(points[ts])
    return [
        Bucket(instant(index * step), sum(v) / len(v), min(v), max(v), len(v))
        for index, v in groups.items()
    ]


def _fold_hours(
    db: sqlite3.Connection, series: int, start: int, end: int, step: int
) -> list[Bucket]:
    """Hourly summaries as buckets of whole hours; those with unsealed points are made afresh."""
    query = (
        f"SELECT hour * {_HOUR} / ?1 * ?1 AS ts, sum(sum) / sum(count), min(min), max(max), "
        "sum(count) FROM rollup WHERE series = ?2 AND hour >= ?3 AND hour < ?4 GROUP BY 1"
    )
    rows = db.execute(query, (step, series, start // _HOUR, end // _HOUR))
    found = {ts: Bucket(instant(ts), *summary) for ts, *summary in rows}
    query = "SELECT DISTINCT ts / ?1 * ?1 FROM recent WHERE ts >= ?2 AND ts < ?3 AND series = ?4"
    for (ts,) in db.execute(query, (step, start, end, series)).fetchall():
        (found[ts],) = _fold(_points(db, series, ts, ts + step), step)
    return [found[ts] for ts in sorted(found)]
