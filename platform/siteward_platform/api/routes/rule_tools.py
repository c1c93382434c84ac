"""What helps people set rules."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query

from siteward_platform.api.access import Staff
from siteward_platform.api.schemas.rule_tools import BacktestOut
from siteward_platform.api.views.rule_tools import backtest_out

router: Final = APIRouter(tags=["rules"])


@router.get("/rules/{rule}/backtest")
def backtest_rule(
    desk: Staff,
    rule: str,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
    limit: Annotated[float, Query(allow_inf_nan=False)],
    project: str | None = None,
) -> BacktestOut:
    """How often a rule would have fired with another limit; at most 31 days, nothing is written."""
    with desk.look() as act:
        return backtest_out(act, desk.parts.series, rule, first, last, limit, project)
