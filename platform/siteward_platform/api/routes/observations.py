"""Charts and rules."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query

from siteward_platform.api.access import Staff
from siteward_platform.api.schemas.projects import Series
from siteward_platform.api.schemas.safety import RuleOut
from siteward_platform.api.views.rules import all_rules
from siteward_platform.api.views.series import series_out
from siteward_platform.refusals import InvalidError

router: Final = APIRouter(tags=["observations"])

_LONGEST: Final = timedelta(days=800)


@router.get("/series")
def get_series(
    desk: Staff,
    site: str,
    device: str,
    metric: str,
    start: datetime,
    end: datetime,
    points: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> Series:
    """A chart of one metric in at most ``points`` buckets."""
    for name, instant in (("start", start), ("end", end)):
        if instant.tzinfo is None:
            raise InvalidError(
                "no_zone", f"时间 {name} 缺少时区", "请使用带时区的时间", {name: "缺少时区"}
            )
    if not timedelta(0) < end - start <= _LONGEST:
        raise InvalidError(
            "bad_range", "时间范围不正确", f"结束须晚于开始，且不超过 {_LONGEST.days} 天",
            {"end": "超出范围"},
        )  # fmt: skip
    return series_out(desk.parts.series, (site, device, metric), start, end, points)


@router.get("/rules")
def list_rules(desk: Staff) -> list[RuleOut]:
    """Every rule with its condition, source and page."""
    return list(all_rules())
