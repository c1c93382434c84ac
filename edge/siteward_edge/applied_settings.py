"""Takes the platform's settings while the agent runs, and brings them back after a restart."""

import logging
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from siteward_contracts.config_file import ConfigError
from siteward_contracts.messages import AgentConfig, ConfigState
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.camera import Camera
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.delivery.room import OutboxFullError
from siteward_edge.remote_config import Kept, decide, refused, restored
from siteward_edge.vision.ports import ModelError

log = logging.getLogger(__name__)

KEY: Final = "settings"
"""Where the outbox keeps them."""

Change = Callable[[Iterable[Camera]], None]
"""Puts cameras' settings in force, all or none; raises ModelError or ConfigError for none."""


class AppliedSettings:
    """What the platform set of this agent's cameras; told on the network's thread."""

    def __init__(self, config: EdgeConfig, outbox: Outbox) -> None:
        """Takes up what was in force before a restart."""
        self._config = config
        self._outbox = outbox
        stored = outbox.recall(KEY)
        kept = msgspec.json.decode(stored, type=Kept) if stored else Kept()
        decision = restored(config, kept)
        self._kept = decision.kept
        self.cameras: list[Camera] = decision.cameras or []
        for problem in self._kept.problems:
            log.warning("settings %d of the platform: %s", self._kept.version, problem)

    @property
    def state(self) -> ConfigState | None:
        """What became of the version seen last, for the status."""
        return self._kept.state

    def take(self, payload: bytes, change: Change) -> None:
        """Takes a message of the platform; what is not newer changes nothing."""
        try:
            sent = msgspec.json.decode(payload, type=AgentConfig)
        except msgspec.DecodeError as error:
            log.warning("settings of the platform not understood: %s", error)
            self._outbox.count("bad_settings")
            return
        decision = decide(self._config, self._kept, sent)
        if decision is None:
            return
        kept, cameras = decision.kept, decision.cameras
        if cameras is not None:
            before = {camera.device: camera for camera in self.cameras}
            try:
                change([c for c in cameras if c != before[c.device]])
            except (ModelError, ConfigError) as error:
                kept = refused(self._kept, sent.version, str(error).splitlines())
            else:
                self.cameras = cameras
        self._kept = kept
        self._remember()
        for problem in kept.problems:
            log.warning("settings %d refused: %s", kept.version, problem)
        if not kept.problems:
            log.info("settings %d in force", kept.version)

    def _remember(self) -> None:
        try:
            self._outbox.put([], {KEY: msgspec.json.encode(self._kept).decode()})
        except OutboxFullError as error:  # the broker keeps the message; it comes again
            log.error("settings are in force but not kept on disk: %s", error)
