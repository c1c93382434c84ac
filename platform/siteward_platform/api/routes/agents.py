"""Agents on site: their keys and what is set of their cameras."""

from typing import Annotated, Final

from fastapi import APIRouter, Path

from siteward_contracts.topics import SLUG_PATTERN
from siteward_platform import agent_keys, agent_settings, projects
from siteward_platform.api.access import Admin, SettingsKeeper, Staff
from siteward_platform.api.schemas.agents import (
    AgentOut,
    CameraSettingsIn,
    CameraSettingsOut,
    KeyDecisionIn,
)
from siteward_platform.api.views.agents import agent_out, agents_out, camera_settings_out

router: Final = APIRouter(tags=["agents"])

Slug = Annotated[str, Path(pattern=SLUG_PATTERN)]
Key = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="Ed25519 public key")]


@router.get("/projects/{project}/agents")
def list_agents(desk: Staff, project: str) -> list[AgentOut]:
    """A project's agents with their keys and what became of their settings."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        return agents_out(act, project)


@router.put("/projects/{project}/agents/{agent}/keys/{key}")
def decide_agent_key(
    desk: Admin, project: Slug, agent: Slug, key: Key, body: KeyDecisionIn
) -> AgentOut:
    """Accepts a key whose fingerprint was compared, or revokes it for good."""
    with desk.act() as act:
        agent_keys.decide_key(act, project, agent, key, body)
        return agent_out(act, project, agent)


@router.get("/projects/{project}/agents/{agent}/cameras/{camera}/settings")
def get_camera_settings(desk: Staff, project: str, agent: str, camera: str) -> CameraSettingsOut:
    """What the platform sets of a camera, and whether the agent has taken it."""
    with desk.look() as act:
        return camera_settings_out(act, project, agent, camera)


@router.put("/projects/{project}/agents/{agent}/cameras/{camera}/settings")
def put_camera_settings(
    desk: SettingsKeeper, project: Slug, agent: Slug, camera: Slug, body: CameraSettingsIn
) -> CameraSettingsOut:
    """Sets zones, thresholds and hazards of a camera; the agent takes or refuses them."""
    with desk.act() as act:
        agent_settings.set_camera(act, project, agent, camera, body)
        return camera_settings_out(act, project, agent, camera)
