"""Puts the API together."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from siteward_platform.api import errors
from siteward_platform.api.guard import Guard
from siteward_platform.api.parts import Parts
from siteward_platform.api.routes import claims, money, observations, people, projects, safety
from siteward_platform.api.schemas import Failure

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

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


def create_app(parts: Parts | None = None, lifespan: Lifespan | None = None) -> FastAPI:
    """The application. Without parts it can only describe itself (OpenAPI)."""
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
    app.state.parts = parts
    v1 = APIRouter(prefix="/api/v1", responses=_FAILURES)
    for routes in (people, projects, money, claims, safety, observations):
        v1.include_router(routes.router)
    app.include_router(v1)
    errors.install(app)
    app.add_middleware(Guard)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
