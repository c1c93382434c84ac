"""Charts."""

from datetime import datetime

from siteward_contracts.catalog import METRICS
from siteward_ingest.series import SeriesKey, SeriesStore, chart_width
from siteward_platform.api.schemas.projects import Series, SeriesPoint
from siteward_platform.api.views.site import name_of, unit_of
from siteward_platform.refusals import NotFoundError


def series_out(
    store: SeriesStore, names: tuple[str, str, str], start: datetime, end: datetime, points: int
) -> Series:
    """A chart of a site's, a device's metric.

    Raises:
        NotFoundError: There is no such metric.
    """
    site, device, metric = names
    if metric.partition(".")[0] not in (*METRICS, "progress", "detection"):
        raise NotFoundError("no_such_metric", f"没有指标 {metric}", "请从设备的读数中选择")
    width = chart_width(start, end, points)
    return Series(
        site=site,
        device=device,
        metric=metric,
        name=name_of(metric),
        unit=unit_of(metric),
        bucket_seconds=int(width.total_seconds()),
        points=[
            SeriesPoint(ts=b.ts, mean=b.mean, min=b.min, max=b.max)
            for b in store.buckets(SeriesKey(site, device, metric), start, end, width)
        ],
    )
