"""Chooses the time-series store by its URL."""

from urllib.parse import urlsplit

from siteward_ingest.series import SeriesStore, StoreError


def open_store(url: str, token: str | None = None, read_only: bool = False) -> SeriesStore:
    """Opens the store an URL names.

    Args:
        url: ``sqlite:////absolute/file.db``, ``sqlite:///relative.db``, or
            ``influxdb+http[s]://host:8086?org=ORG&bucket=BUCKET``.
        token: InfluxDB's token; SQLite has none.
        read_only: Open for reading beside a writer in another process.

    Raises:
        StoreError: The URL is none of these, or the store cannot be opened.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        from siteward_ingest.stores.sqlite import open_sqlite

        return open_sqlite(url, read_only)
    if parts.scheme in ("influxdb+http", "influxdb+https"):
        from siteward_ingest.stores.influx import open_influx

        return open_influx(url, token)
    raise StoreError(
        f"SITEWARD_SERIES_URL: no store is called {parts.scheme!r} in {parts.scheme}://…; "
        "use sqlite:////path/series.db or influxdb+http://host:8086?org=ORG&bucket=BUCKET"
    )
