"""Puts the API together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware

from siteward_platform.api import errors, web
from siteward_platform.api.guard import Guard
from siteward_platform.api.live import Live
from siteward_platform.api.metrics import Metrics, Timed
from siteward_platform.api.parts import Parts
from siteward_platform.api.routes import (
    agents,
    alerting,
    claims,
    hazards,
    health,
    imports,
    inspection,
    live,
    money,
    observations,
    open_data,
    papers,
    people,
    procedure,
    projects,
    reports,
    rooms,
    rule_tools,
    safety,
    uploads,
    webhooks,
)
from siteward_platform.api.schemas.values import Failure
from siteward_platform.reports.press import Press

_FAILURES: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Failure, "description": words}
    for status, words in {
        401: "Nobody is signed in",
        403: "This role or this request may not",
        404: "No such thing",
        409: "Not as things stand",
        422: "The request is wrong; see fields",
    }.items()
}


def create_app(
    parts: Parts, relay: Live, metrics: Metrics, monotonic: Callable[[], float]
) -> FastAPI:
    """The application, with its live relay running as long as it does."""
    press = Press(parts.database, parts.series, parts.reports, parts.clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with relay.running():
            with press.running():
                yield

    app = describe(lifespan)
    app.state.parts, app.state.live, app.state.metrics = parts, relay, metrics
    app.state.press = press
    web.mount(app, parts.web)
    errors.install(app)
    app.add_middleware(Guard)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(Timed, metrics=metrics, monotonic=monotonic)
    return app


def describe(lifespan: Any = None) -> FastAPI:
    """The routes alone: enough for the OpenAPI document."""
    app = FastAPI(
        title="Siteward",
        version="1",
        description="民生实事项目智慧监管平台",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
    )
    v1 = APIRouter(prefix="/api/v1", responses=_FAILURES)
    for routes in (
        people,
        projects,
        reports,
        rooms,
        agents,
        money,
        claims,
        procedure,
        papers,
        imports,
        alerting,
        safety,
        hazards,
        inspection,
        uploads,
        observations,
        live,
        webhooks,
        rule_tools,
        open_data,
    ):
        v1.include_router(routes.router)
    app.include_router(v1)
    app.include_router(health.router)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
