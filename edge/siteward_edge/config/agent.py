"""The agent's configuration file: what it opens, what it looks for and where it sends it.

Every mistake is reported at once with its line; nothing is repaired silently and nothing
is opened while checking.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from siteward_contracts.config_file import (
    ConfigError,
    ConfigProblem,
    Document,
    read,
    validate,
)
from siteward_edge.config.camera import Camera
from siteward_edge.config.delivery import Broker, Link, OutboxFile
from siteward_edge.config.gateways import Gateway
from siteward_edge.config.hj212 import Hj212
from siteward_edge.config.location import Location
from siteward_edge.config.modbus import ModbusDevices, with_maps
from siteward_edge.config.pictures import Pictures
from siteward_edge.config.privacy import EvidenceSettings
from siteward_edge.config.section import Section, Slug, unique
from siteward_edge.models import store
from siteward_edge.vision.ports import ModelError


class Cpu(Section):
    """What the agent may take of the machine; cameras are judged less often to stay within it.

    Attributes:
        cores: Processor cores, e.g. 1.5; all there are unless given.
    """

    cores: float | None = Field(default=None, ge=0.1, le=256)


class EdgeConfig(Section):
    """One site's agent; ``models`` is the folder its detectors' files and manifests are in."""

    site: Slug
    agent: Slug = "agent"
    mqtt: Broker
    link: Link = Link()
    outbox: OutboxFile
    cpu: Cpu = Cpu()
    models: Path = store.FOLDER
    evidence: EvidenceSettings = EvidenceSettings()
    location: Location | None = None
    pictures: Pictures | None = None
    cameras: list[Camera] = Field(default_factory=list)
    hj212: Hj212 | None = None
    modbus: ModbusDevices = Field(default_factory=list)
    gateways: Annotated[list[Gateway], AfterValidator(unique("gateway", lambda g: g.name))] = Field(
        default_factory=list
    )
    status_seconds: float = Field(default=10, gt=0)


def load_config(file: Path) -> EdgeConfig:
    """Reads and checks the agent's file.

    Raises:
        ConfigError: With every problem found, each with file, line, field and remedy.
    """
    document = read(file)
    problems = [
        *_devices_said_twice(document),
        *_tls_without_use(document),
        *_unknown_models(document),
    ]
    try:
        config = validate(document, EdgeConfig)
    except ConfigError as error:
        raise ConfigError(problems + error.problems) from error
    modbus, wrong_maps = with_maps(config.modbus, document)
    if problems or wrong_maps:
        raise ConfigError(problems + wrong_maps)
    return config.model_copy(update={"modbus": modbus})


def _tls_without_use(document: Document) -> Iterable[ConfigProblem]:
    """Certificates in a file whose broker is reached in the clear."""
    value = document.value if isinstance(document.value, dict) else {}
    link, mqtt = value.get("link"), value.get("mqtt")
    if isinstance(link, dict) and link.get("tls") and str(mqtt).startswith("mqtt://"):
        message = "certificates are given, but mqtt:// does not encrypt"
        yield document.problem(("link", "tls"), message, "write mqtts:// in mqtt, or remove tls")


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
            if key == "gateways":
                yield from _gateway_devices(child)
            elif key in ("device", "agent") and isinstance(child, str):
                yield (*path, key), child
            else:
                yield from _device_names(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _device_names(child, (*path, index))


def _unknown_models(document: Document) -> Iterable[ConfigProblem]:
    """Models that cameras name and nobody has described, or described wrongly."""
    value = document.value if isinstance(document.value, dict) else {}
    folder = Path(str(value.get("models", store.FOLDER)))
    wrong: dict[str, list[ConfigProblem]] = {}
    for path, name in _model_names(value.get("cameras")):
        if name in wrong:
            continue
        try:
            store.find(name, folder)
        except ModelError as error:
            yield document.problem(path, str(error))
        except ConfigError as error:
            wrong[name] = error.problems
    for problems in wrong.values():
        yield from problems


def _model_names(cameras: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every ``model`` and ``ppe`` of a file that may be wrong elsewhere."""
    for index, camera in enumerate(cameras if isinstance(cameras, list) else []):
        detector = camera.get("detector") if isinstance(camera, dict) else None
        for key in ("model", "ppe"):
            name = detector.get(key) if isinstance(detector, dict) else None
            if isinstance(name, str):
                yield ("cameras", index, "detector", key), name


def _gateway_devices(gateways: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each device that gateways speak of, once: several of their topics may speak of one."""
    seen = set()
    for at, gateway in enumerate(gateways if isinstance(gateways, list) else []):
        messages = gateway.get("messages") if isinstance(gateway, dict) else None
        for index, message in enumerate(messages if isinstance(messages, list) else []):
            if not isinstance(message, dict):
                continue
            theirs = message.get("devices")
            names = [message.get("device"), *(theirs.values() if isinstance(theirs, dict) else [])]
            for name in names:
                if isinstance(name, str) and name not in seen:
                    seen.add(name)
                    yield ("gateways", at, "messages", index), name
