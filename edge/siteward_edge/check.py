"""Opens every source of a configuration and says what it gets or how to mend it."""

import asyncio
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import numpy as np

from siteward_contracts.clock import Clock
from siteward_contracts.config_file import ConfigError
from siteward_edge.capture.pictures import pictures
from siteward_edge.capture.source import SourceError, hidden, source_of
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.camera import Camera
from siteward_edge.config.hj212 import Hj212
from siteward_edge.config.modbus import ModbusDevice
from siteward_edge.delivery.outbox import Outbox, OutboxFullError
from siteward_edge.health.monitor import is_blind, shrink
from siteward_edge.sensors.modbus import line as modbus
from siteward_edge.vision.detectors import detector_of
from siteward_edge.vision.ports import ModelError

_EXPECTED: Final = (
    ConfigError,
    SourceError,
    ModelError,
    modbus.PollError,
    OutboxFullError,
    sqlite3.Error,
    OSError,
)
PICTURES: Final = 5
"""Looked at before a camera is judged; the first after opening may be half grey."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One source: whether it works, and what was got or what is wrong."""

    name: str
    ok: bool
    text: str


def outcomes(config: EdgeConfig, clock: Clock) -> Iterator[Outcome]:
    """Tries one source after the other; nothing is published."""
    yield _tried("outbox", partial(_outbox, config))
    yield _tried("mqtt", partial(_broker, config.mqtt))
    for camera in config.cameras:
        yield _tried(camera.device, partial(_camera, camera, config.models, clock))
    if config.hj212 is not None:
        yield _tried("hj212", partial(_hj212, config.hj212))
    for device in config.modbus:
        yield _tried(device.device, partial(_instrument, device))


def _tried(name: str, look: Callable[[], str]) -> Outcome:
    try:
        return Outcome(name, True, look())
    except _EXPECTED as error:
        return Outcome(name, False, str(error) or repr(error))


def _outbox(config: EdgeConfig) -> str:
    outbox = Outbox(config.outbox.path, config.outbox.max_bytes)
    try:
        waiting, size, counts = outbox.depth, outbox.size, outbox.counts()
    finally:
        outbox.close()
    told = ", ".join(f"{name} {n}" for name, n in counts.items()) or "nothing refused"
    return f"{waiting} messages waiting, {size} of {config.outbox.max_bytes} bytes; {told}"


def _broker(url: str) -> str:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (8883 if parts.scheme == "mqtts" else 1883)
    try:
        with socket.create_connection((host, port), timeout=5):
            return f"{host}:{port} answers"
    except OSError as error:
        raise SourceError(f"{host}:{port}: {error}; is the broker up, is the port open?") from error


def _camera(camera: Camera, models: Path, clock: Clock) -> str:
    detector = detector_of(camera, models)
    image = None
    # A folder is looked into once: new files of it are not waited for.
    for picture in islice(
        pictures(source_of(camera), clock, lambda seconds: seconds > 0), PICTURES
    ):
        image = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
    if image is None:
        raise SourceError(f"{hidden(camera.url)} ended without a picture")
    height, width = image.shape[:2]
    if is_blind(shrink(image)):
        raise SourceError(
            f"{width}x{height}, but it shows nothing: is the lens covered, is it dark?"
        )
    people = len(detector.detect(image).people)
    return f"{width}x{height}, {people} people in view ({detector.model.name})"


def _hj212(settings: Hj212) -> str:
    try:
        with socket.create_server((settings.host, settings.port)):
            return f"{settings.listen} is free; {len(settings.devices)} boxes may connect"
    except OSError as error:
        raise SourceError(
            f"{settings.listen} cannot be bound: {error}; is another agent running?"
        ) from error


def _instrument(device: ModbusDevice) -> str:
    return asyncio.run(_modbus(device))


async def _modbus(device: ModbusDevice) -> str:
    client = modbus.client_of(device)
    try:
        good, refused = modbus.plausible(await modbus.read_once(client, device))
    finally:
        client.close()
    if refused:
        raise modbus.PollError("; ".join(refused))
    return ", ".join(f"{name} {value:g}" for name, value in good.items())
