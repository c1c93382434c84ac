"""Opens every source of a configuration and says what it gets or how to mend it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from siteward_contracts.clock import Clock
from siteward_contracts.config_file import ConfigError
from siteward_contracts.ids import IdSource
from siteward_edge.capture.pictures import pictures
from siteward_edge.capture.source import SourceError, hidden, source_of
from siteward_edge.check import machine, sensors
from siteward_edge.check.broker import round_trip
from siteward_edge.check.outcome import Check, CheckError, Found
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.camera import Camera
from siteward_edge.config.progress import Examples
from siteward_edge.delivery.outbox import OutboxFullError
from siteward_edge.evidence.mask import FenceMask
from siteward_edge.health.blindness import blind_cause
from siteward_edge.health.look import shrink
from siteward_edge.sensors.modbus.line import PollError
from siteward_edge.vision.detectors import classifier_of, detector_of
from siteward_edge.vision.ports import Frame, Image, ModelError
from siteward_edge.vision.zone_examples import examples_of

EXPECTED: Final = (
    CheckError,
    ConfigError,
    SourceError,
    ModelError,
    PollError,
    OutboxFullError,
    sqlite3.Error,
    OSError,
)
"""What may go wrong with a source, in words fit for people."""
PICTURES: Final = 5
"""Looked at before a camera is judged; the first after opening may be half grey."""
FIRST_SECONDS: Final = 20.0
"""For all of these pictures together; a camera at one picture a second still makes it."""


@dataclass(frozen=True, slots=True)
class Instruments:
    """What checks need from outside: time, ids and where their pictures go."""

    clock: Clock
    monotonic: Callable[[], float]
    new_id: IdSource
    clock_offset: Callable[[], float | None]
    pictures: Path


def checks(config: EdgeConfig, given: Instruments) -> list[Check]:
    """Everything to try, in the order of the file. Nothing reaches the platform."""
    found = [
        Check("disk", partial(machine.disk, config.outbox, given.monotonic)),
        Check("outbox", lambda: machine.outbox(config.outbox, given.clock())),
        Check("clock", lambda: machine.clock(given.clock_offset())),
        Check("key", partial(machine.key, config.evidence.key)),
        Check("mqtt", partial(round_trip, config, given.clock, given.new_id, given.monotonic)),
    ]
    found += [
        Check(camera.device, partial(_camera, camera, config.models, given))
        for camera in config.cameras
    ]
    return found + sensors.checks(config, given.clock)


def picture_of(camera: Camera, clock: Clock) -> Frame:
    """A picture as the agent would judge it, hidden parts blackened.

    Raises:
        SourceError: None can be had.
    """
    deadline = clock().timestamp() + FIRST_SECONDS
    newest = None
    # A folder is looked into once: new files of it are not waited for.
    source = pictures(source_of(camera), clock, lambda seconds: seconds > 0)
    for picture in islice(source, PICTURES):
        newest = picture
        if clock().timestamp() > deadline:
            break
    if newest is None:
        raise SourceError(f"{hidden(camera.url)} ended without a picture")
    image = np.asarray(newest.to_ndarray(format="bgr24"), np.uint8)
    return FenceMask(camera.mask)(Frame(image=image, ts=clock(), device=camera.device))


def _camera(camera: Camera, models: Path, given: Instruments) -> Found:
    detector = detector_of(camera, models)
    image = picture_of(camera, given.clock).image
    given.pictures.mkdir(parents=True, exist_ok=True)
    file = given.pictures / f"{camera.device}.jpg"
    if not cv2.imwrite(str(file), image):
        raise CheckError(f"{file} cannot be written; give another folder with --pictures")
    height, width = image.shape[:2]
    if blind_cause(shrink(image)):
        raise CheckError(
            f"{width}x{height}, but it shows nothing ({file}): is the lens covered, is it dark?"
        )
    people = len(detector.detect(image).people)
    seen = [f"{people} people in view ({detector.model.name})", *_zones(camera, image)]
    return Found(f"{width}x{height}, {', '.join(seen)}; {file}", picture=str(file))


def _zones(camera: Camera, image: Image) -> list[str]:
    """What each zone looks like; one that was not taught is refused with the remedy."""
    judge = classifier_of(camera)
    if judge is None:
        return []
    told = []
    for zone in camera.zones:
        if isinstance(camera.classifier, Examples):
            examples_of(camera.classifier.folder / camera.device, zone)
        odds = judge.classify(image, zone).probabilities
        if odds:
            best = max(odds, key=odds.__getitem__)
            told.append(f"zone {zone.id} looks like {best} ({odds[best]:.2f})")
    return told
