"""The agent's configuration file: what it opens, what it looks for and where it sends it.

Every mistake is reported at once with its line; nothing is repaired silently and nothing
is opened while checking.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from siteward_contracts.config_file import (
    ConfigError,
    ConfigProblem,
    Document,
    read,
    validate,
)
from siteward_edge.config.camera import Camera
from siteward_edge.config.delivery import Broker, OutboxFile
from siteward_edge.config.section import Section, Slug
from siteward_edge.config.hj212 import Hj212
from siteward_edge.config.modbus import ModbusDevice


class EdgeConfig(Section):
    """One site's agent."""

    site: Slug
    agent: Slug = "agent"
    mqtt: Broker
    outbox: OutboxFile
    cameras: list[Camera] = Field(default_factory=list)
    hj212: Hj212 | None = None
    modbus: list[ModbusDevice] = Field(default_factory=list)
    status_seconds: float = Field(default=10, gt=0)


def load_config(file: Path) -> EdgeConfig:
    """Reads and checks the agent's file.

    Raises:
        ConfigError: With every problem found, each with file, line, field and remedy.
    """
    document = read(file)
    problems = list(_devices_said_twice(document))
    try:
        config = validate(document, EdgeConfig)
    except ConfigError as error:
        raise ConfigError(problems + error.problems) from error
    if problems:
        raise ConfigError(problems)
    return config


def _devices_said_twice(document: Document) -> Iterable[ConfigProblem]:
    first: dict[str, int] = {}
    for path, name in _device_names(document.value):
        if name in first:
            message = f"device {name!r} is already used on line {first[name]}"
            yield document.problem(path, message, "give each device its own name")
        else:
            first[name] = document.line(path)


def _device_names(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, str]]:
    """Every ``agent`` and ``device`` of a file that may be wrong elsewhere."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key in ("device", "agent") and isinstance(child, str):
                yield (*path, key), child
            else:
                yield from _device_names(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _device_names(child, (*path, index))
