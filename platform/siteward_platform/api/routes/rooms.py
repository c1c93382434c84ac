"""A project's rooms: forecasts, devices over time, cameras to be set up."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, status

from siteward_contracts.topics import SLUG_PATTERN
from siteward_platform.api.access import Everybody, SettingsKeeper, Staff
from siteward_platform.api.schemas.rooms import (
    CameraSetup,
    CameraZonesIn,
    DeviceTimelineOut,
    Forecast,
    StateTemplateOut,
)
from siteward_platform.api.views import rooms
from siteward_platform.camera_zones import put_camera_zones

router: Final = APIRouter(tags=["projects"])

Slug = Annotated[str, Path(pattern=SLUG_PATTERN)]


@router.get("/projects/{project}/forecast")
def get_forecast(desk: Everybody, project: str) -> Forecast:
    """What today's earned value says of cost and finish."""
    with desk.look() as act:
        return rooms.forecast(act, project)


@router.get("/projects/{project}/device-timelines")
def get_device_timelines(
    desk: Staff, project: str, days: Annotated[int, Query(ge=1, le=90)] = 7
) -> list[DeviceTimelineOut]:
    """When each device was fit, blind or silent."""
    with desk.look() as act:
        return rooms.device_timelines(act, desk.parts.series, project, days)


@router.get("/state-templates")
def list_state_templates(
    desk: Staff, storeys: Annotated[int, Query(ge=1, le=60)] = 1
) -> list[StateTemplateOut]:
    """The ordered states of every kind of project that a camera can follow."""
    del desk
    return rooms.state_templates(storeys)


@router.get("/projects/{project}/cameras/{camera}")
def get_camera(desk: Staff, project: str, camera: str) -> CameraSetup:
    """What is needed to set a camera up: pictures to draw on, zones, the agent that has it."""
    with desk.look() as act:
        return rooms.camera_setup(act, project, camera)


@router.put("/projects/{project}/cameras/{camera}/zones", status_code=status.HTTP_204_NO_CONTENT)
def put_zones(desk: SettingsKeeper, project: Slug, camera: Slug, body: CameraZonesIn) -> None:
    """Names a camera's zones and says what grows in them; its agent is told by its settings."""
    with desk.act() as act:
        put_camera_zones(act, project, camera, body)
