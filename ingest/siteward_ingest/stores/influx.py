"""InfluxDB: written through influxdb-client, read in InfluxQL.

InfluxQL over ``/query`` is what 1.8, 2.x and 3 all answer; Flux is gone from 3. Every metric
is one measurement ``reading`` with tags ``site``, ``device``, ``metric`` and field ``value``,
so a second write of the same series and instant replaces the first. Nanosecond stamps carry
our microseconds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

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

_ESCAPED: Final = str.maketrans({c: f"\\{c}" for c in ",= "})
_TIMEOUT: Final = 10
"""Seconds; well under the broker's keep-alive, which runs on while a write waits."""


def open_influx(url: str, token: str | None) -> "InfluxStore":
    """Opens ``influxdb+http[s]://host:port?org=ORG&bucket=BUCKET``; nothing is sent yet.

    Raises:
        StoreError: The bucket is missing from the URL.
    """
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if "bucket" not in options:
        raise StoreError(f"SITEWARD_SERIES_URL: {url} names no bucket; add ?org=ORG&bucket=BUCKET")
    base = f"{parts.scheme.removeprefix('influxdb+')}://{parts.netloc}{parts.path.rstrip('/')}"
    return InfluxStore(base, options.get("org", ""), options["bucket"], token or "")


class InfluxStore:
    """A :class:`~siteward_ingest.series.SeriesStore`; usable from several threads."""

    def __init__(self, base: str, org: str, bucket: str, token: str) -> None:
        """Keeps the address; the connection opens at the first call."""
        self._bucket, self._org = bucket, org
        self._client = InfluxDBClient(
            base, token, org=org, timeout=_TIMEOUT * 1000, enable_gzip=True
        )
        self._writer = self._client.write_api(write_options=SYNCHRONOUS)
        headers = {"Authorization": f"Token {token}"} if token else {}
        self._http = httpx.Client(base_url=base, headers=headers, timeout=_TIMEOUT)

    def write(self, points: Sequence[Point]) -> None:
        """See :meth:`SeriesStore.write`."""
        if not points:
            return
        try:
            self._writer.write(self._bucket, self._org, "\n".join(map(_line, points)))
        except ApiException as error:
            raise _failure(error.status or 503, error.body or error.reason) from error
        except (HTTPError, OSError) as error:
            raise StoreUnavailableError(f"InfluxDB: {error}") from error

    def latest(self, site: str, device: str | None = None) -> list[Point]:
        """See :meth:`SeriesStore.latest`."""
        where = f"site = {_text(site)}" + (f" AND device = {_text(device)}" if device else "")
        query = f"SELECT last(value) FROM reading WHERE {where} GROUP BY site, device, metric"
        points = []
        for series in self._query(query):
            tags, (stamp, value) = series["tags"], series["values"][0]
            point = Point(tags["site"], tags["device"], tags["metric"], _ts(stamp), float(value))
            points.append(point)
        return sorted(points, key=lambda p: (p.device, p.metric))

    def raw(self, key: SeriesKey, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        """See :meth:`SeriesStore.raw`."""
        rows = self._rows(f"SELECT value FROM reading WHERE {_where(key, start, end)}")
        return [(_ts(stamp), float(value)) for stamp, value in rows]

    def buckets(
        self, key: SeriesKey, start: datetime, end: datetime, width: timedelta
    ) -> list[Bucket]:
        """See :meth:`SeriesStore.buckets`."""
        first, last = whole_buckets(start, end, width)
        rows = self._rows(
            "SELECT mean(value), min(value), max(value), count(value) FROM reading "
            f"WHERE {_where(key, first, last)} "
            f"GROUP BY time({width // timedelta(seconds=1)}s) fill(none)"
        )
        return [
            Bucket(_ts(stamp), float(mean), float(low), float(high), int(count))
            for stamp, mean, low, high, count in rows
            if count
        ]

    def close(self) -> None:
        """See :meth:`SeriesStore.close`."""
        self._client.close()  # type: ignore[no-untyped-call]
        self._http.close()

    def _rows(self, query: str) -> list[list[Any]]:
        found = self._query(query)
        return list(found[0]["values"]) if found else []

    def _query(self, query: str) -> list[dict[str, Any]]:
        parameters = {"db": self._bucket, "q": query, "epoch": "u"}
        try:
            answer = self._http.post("/query", params={"db": self._bucket}, data=parameters)
        except httpx.HTTPError as error:
            raise StoreUnavailableError(f"InfluxDB: {error}") from error
        if answer.status_code != 200:
            raise _failure(answer.status_code, answer.text)
        result = answer.json()["results"][0]
        if "error" in result:
            raise StoreError(f"InfluxDB: {result['error']}")
        series: list[dict[str, Any]] = result.get("series", [])
        return series


def _failure(status: int, text: object) -> StoreError:
    """400 and 422 blame what was sent; all else (token, bucket, load) an operator can mend."""
    kind = StoreError if status in (400, 422) else StoreUnavailableError
    return kind(f"InfluxDB answered {status}: {text}")


def _line(p: Point) -> str:
    tags = f"site={_tag(p.site)},device={_tag(p.device)},metric={_tag(p.metric)}"
    return f"reading,{tags} value={float(p.value)!r} {micros(p.ts)}000"


@lru_cache(maxsize=16_384)
def _tag(value: str) -> str:
    if not value.isprintable():
        raise StoreError(f"{value!r} cannot name a series: InfluxDB has no escape for it")
    return value.translate(_ESCAPED)


def _where(key: SeriesKey, start: datetime, end: datetime) -> str:
    tags = f"site = {_text(key.site)} AND device = {_text(key.device)}"
    metric = f"metric = {_text(key.metric)}"
    return f"{tags} AND {metric} AND time >= {micros(start)}u AND time < {micros(end)}u"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _ts(stamp: int) -> datetime:
    return instant(int(stamp))
