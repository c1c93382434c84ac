"""Whether the process lives, whether it can work, and what it counts."""

import logging
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from siteward_ingest.series import StoreError
from siteward_platform.api.parts import Parts, parts_of
from siteward_platform.api.schemas.people import Readiness
from siteward_platform.api.schemas.values import Health
from siteward_platform.database import migrate

router: Final = APIRouter(tags=["health"])

_log = logging.getLogger(__name__)


@router.get("/healthz")
def get_health() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Readiness}})
def get_readiness(parts: Annotated[Parts, Depends(parts_of)], response: Response) -> Readiness:
    """Database, time series and broker, each ``ok`` or what to do about it."""
    readiness = Readiness(
        database=_database(parts),
        series=_series(parts),
        broker="ok" if parts.broker_is_up() else "not connected; see SITEWARD_MQTT_URL",
    )
    if {readiness.database, readiness.series, readiness.broker} != {"ok"}:
        response.status_code = 503
    return readiness


@router.get("/metrics", include_in_schema=False)
def get_metrics(request: Request) -> Response:
    """Prometheus text."""
    text = generate_latest(request.app.state.metrics.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _database(parts: Parts) -> str:
    try:
        found = migrate.revision(parts.database)
    except SQLAlchemyError as error:
        _log.warning("database_not_ready error=%s", error)
        return "not reachable; see SITEWARD_DATABASE_URL"
    return "ok" if found == migrate.newest() else "old; run 'siteward db upgrade'"


def _series(parts: Parts) -> str:
    try:
        parts.series.latest("-")
    except StoreError as error:
        _log.warning("series_not_ready error=%s", error)
        return "not reachable; see SITEWARD_SERIES_URL and whether ingest runs"
    return "ok"
