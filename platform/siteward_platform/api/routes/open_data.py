"""What the public may see, and who decides it."""

from typing import Any, Final

from fastapi import APIRouter, Request, status
from fastapi.responses import JSONResponse

from siteward_contracts.clock import SHANGHAI
from siteward_platform.api.access import Admin
from siteward_platform.api.parts import parts_of
from siteward_platform.database.session import reading
from siteward_platform.open_data import publication
from siteward_platform.open_data.oc4ids import package
from siteward_platform.refusals import NotFoundError

router: Final = APIRouter(tags=["open data"])

_OPEN: Final = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


@router.get("/open-data/oc4ids.json")
def get_open_data(request: Request) -> dict[str, Any]:
    """Published projects as an OC4IDS 0.9 project package; anybody may read it."""
    parts = parts_of(request)
    if parts.publisher is None:
        raise NotFoundError(
            "open_data_off",
            "尚未开放数据",
            "请系统运维设置 SITEWARD_PUBLISHER 和 SITEWARD_OPEN_DATA_URL",
        )
    with reading(parts.database) as session:
        today = parts.clock().astimezone(SHANGHAI).date()
        found = package(session, parts.publisher, today)
    return JSONResponse(found, headers=_OPEN)  # type: ignore[return-value]


@router.put("/projects/{project}/publication", status_code=status.HTTP_204_NO_CONTENT)
def publish_project(desk: Admin, project: str) -> None:
    """Opens a project to the public."""
    with desk.act() as act:
        publication.publish(act, project)


@router.delete("/projects/{project}/publication", status_code=status.HTTP_204_NO_CONTENT)
def unpublish_project(desk: Admin, project: str) -> None:
    """Takes a project out of the open data."""
    with desk.act() as act:
        publication.withdraw(act, project)
