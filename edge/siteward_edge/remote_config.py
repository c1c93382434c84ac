"""Settings of cameras that the platform sends: the same checks as the file's, no restart.

They replace what the file says of a camera, setting by setting. Either all of a version is taken
or, with every reason, none; what was in force stays so then, also after a restart. What a camera
opens, hides and is told apart by can only be said in the file: whoever holds the platform must
not thereby reach into the site's network or uncover the street.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from pydantic import ValidationError

from siteward_contracts.messages import AgentConfig, ConfigState
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.camera import Camera

REMOTE: Final = frozenset(
    {
        "zones", "danger_zones", "hazards", "progress", "confirm", "cool_down_seconds", "fps",
        "detector", "health",
    }
)  # fmt: skip
"""What the platform may set of a camera."""
ONLY_FILE: Final = {"detector": {"kind", "model", "ppe"}, "health": {"stall_seconds", "clock_url"}}
"""What it may not set of those."""
_MOST_PROBLEMS: Final = 50
"""Reported of one version; a status must stay small."""

Settings = Mapping[str, Mapping[str, Any]]
"""Camera to setting to value."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent must know again after a restart.

    Attributes:
        version: Seen last, taken or not.
        problems: Why it was not taken.
        settings: In force: of the last version that was taken.
    """

    version: int = 0
    problems: list[str] = []
    settings: dict[str, dict[str, Any]] = {}

    @property
    def state(self) -> ConfigState | None:
        """For the agent's status; None when the platform never sent any."""
        if not self.version:
            return None
        return ConfigState(version=self.version, applied=not self.problems, problems=self.problems)


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes of a version: what to remember, and the cameras, None when it was refused."""

    kept: Kept
    cameras: list[Camera] | None = None


class SettingsRefusedError(Exception):
    """Settings do not fit; ``problems`` holds every reason, a line each."""

    def __init__(self, problems: list[str]) -> None:
        """Keeps the reasons, as many as can be reported."""
        self.problems = problems[:_MOST_PROBLEMS]
        super().__init__("\n".join(self.problems))


def decide(config: EdgeConfig, kept: Kept, sent: AgentConfig) -> Decision | None:
    """Judges what the platform sent; None when it is no news.

    Args:
        config: The agent's file.
        kept: What came of the version before.
        sent: The platform's settings of all cameras that have any.
    """
    if sent.version <= kept.version:
        return None
    try:
        cameras = merged(config, sent.cameras)
    except SettingsRefusedError as error:
        return Decision(refused(kept, sent.version, error.problems))
    return Decision(Kept(version=sent.version, settings=sent.cameras), cameras)


def refused(kept: Kept, version: int, problems: list[str]) -> Kept:
    """What to remember of a version that was not taken."""
    return Kept(version=version, problems=problems, settings=kept.settings)


def restored(config: EdgeConfig, kept: Kept) -> Decision:
    """What is in force after a start.

    The file may have changed meanwhile; where the settings no longer fit it, the file alone
    counts, and the platform is told why.
    """
    try:
        return Decision(kept, merged(config, kept.settings))
    except SettingsRefusedError as error:
        return Decision(refused(kept, kept.version, error.problems), list(config.cameras))


def merged(config: EdgeConfig, settings: Settings) -> list[Camera]:
    """The file's cameras with the platform's settings over them.

    Raises:
        SettingsRefusedError: With every reason, each naming camera and setting.
    """
    known = {camera.device: camera for camera in config.cameras}
    problems = [
        f"{name}: this agent has no such camera; it has {', '.join(known) or 'none'}"
        for name in settings
        if name not in known
    ]
    cameras = []
    for name, camera in known.items():
        wanted = settings.get(name, {})
        problems += _not_remote(name, wanted)
        try:
            cameras.append(_with(camera, wanted))
        except ValidationError as error:
            problems += [
                f"{name}: {_place(e['loc'])}: {e['msg'].removeprefix('Value error, ')}"
                for e in error.errors(include_url=False, include_context=False)
            ]
    if problems:
        raise SettingsRefusedError(list(dict.fromkeys(problems)))
    return cameras


def _with(camera: Camera, settings: Mapping[str, Any]) -> Camera:
    said = camera.model_dump(exclude_unset=True)
    for name, value in settings.items():
        # Sections keep what is not said; lists are replaced whole, for order means something.
        both = isinstance(value, dict) and isinstance(said.get(name), dict)
        said[name] = said[name] | value if both else value
    return Camera.model_validate(said)


def _not_remote(camera: str, settings: Mapping[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        if name in Camera.model_fields and name not in REMOTE:
            yield f"{camera}: {name}: can only be changed in the agent's file"
        elif isinstance(value, dict):
            for part in sorted(ONLY_FILE.get(name, set()) & value.keys()):
                yield f"{camera}: {name}.{part}: can only be changed in the agent's file"


def _place(loc: tuple[int | str, ...]) -> str:
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "(whole camera)"
