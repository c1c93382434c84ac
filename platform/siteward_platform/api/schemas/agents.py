"""Agents: how they stand, their keys, what the platform sets of their cameras."""

import json
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field, field_validator

from siteward_platform.api.schemas.values import In, Out, Reason

LARGEST_SETTINGS: Final = 64 * 1024
"""Bytes of one camera's settings as JSON; a hundred zones of twenty corners fit."""


class KeyDecisionIn(In):
    """An administrator's decision on a key, after comparing its fingerprint."""

    state: Literal["accepted", "revoked"]
    reason: Reason


class CameraSettingsIn(In):
    """What is to hold of a camera over the agent's file; empty for the file alone.

    ``version`` is that of the agent's settings the change was made on, 0 when there are none.
    The agent judges the settings by the same rules as its file and may refuse them.
    """

    version: int = Field(ge=0)
    settings: dict[str, Any]

    @field_validator("settings")
    @classmethod
    def _sendable(cls, settings: dict[str, Any]) -> dict[str, Any]:
        size = len(json.dumps(settings, allow_nan=False, ensure_ascii=False).encode())
        if size > LARGEST_SETTINGS:
            raise ValueError(f"{size} bytes; at most {LARGEST_SETTINGS} can be set of a camera")
        return settings


class AgentKeyOut(Out):
    """A public key an agent signs its pictures with."""

    key: str
    fingerprint: str
    state: Literal["pending", "accepted", "revoked"]
    first_seen: datetime
    last_seen: datetime | None
    accepted_by: str | None
    accepted_at: datetime | None
    revoked_by: str | None
    revoked_at: datetime | None
    reason: str


class AgentSettingsOut(Out):
    """The newest settings and what became of them.

    ``state``: waiting to be sent, sent and not answered, taken, or refused for ``problems``.
    """

    version: int
    state: Literal["waiting", "sent", "applied", "refused"]
    problems: list[str]
    set_by: str
    set_at: datetime
    reported_at: datetime | None


class AgentOut(Out):
    """An agent as it last reported itself; nulls before it ever did."""

    id: str
    software: str | None
    last_seen: datetime | None
    outbox: int | None
    oldest: datetime | None
    clock_offset: float | None
    counts: dict[str, int]
    keys: list[AgentKeyOut]
    settings: AgentSettingsOut | None


class CameraSettingsOut(Out):
    """What the platform sets of one camera.

    ``settings`` are the newest; where the agent refused them, ``in_force`` are those before.
    """

    agent: str
    camera: str
    settings: dict[str, Any]
    in_force: dict[str, Any]
    newest: AgentSettingsOut | None
    version: int
