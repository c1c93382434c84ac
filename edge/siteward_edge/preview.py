"""``siteward edge preview``: what the agent makes of a camera's picture, drawn into it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from siteward_contracts.clock import Clock
from siteward_contracts.messages import Health
from siteward_edge.applied_settings import AppliedSettings
from siteward_edge.camera_thread import first_view
from siteward_edge.check.sources import picture_of
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.camera import Camera
from siteward_edge.config.hazards import Area
from siteward_edge.config.section import Point
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.health.look import look_at
from siteward_edge.health.monitor import Monitor
from siteward_edge.vision import annotate
from siteward_edge.vision.detectors import detector_of
from siteward_edge.vision.ports import Image, Scene

Colour = tuple[int, int, int]
PROGRESS: Final[Colour] = (60, 200, 60)
DANGER: Final[Colour] = (50, 50, 235)
HAZARD: Final[Colour] = (30, 170, 240)
BAR: Final = 0.06
"""Height of the verdict's bar, as a share of the picture's."""


class UnknownCameraError(Exception):
    """The configuration has no such camera; the text names those it has."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture with everything drawn into it, and the same in words."""

    image: Image
    lines: list[str]


def preview(config: EdgeConfig, device: str, clock: Clock) -> Preview:
    """Opens a camera and judges one picture, with the settings that are in force.

    Raises:
        UnknownCameraError: It is not in the configuration.
        SourceError: No picture can be had.
        ModelError: Its model cannot be used.
    """
    if device not in {camera.device for camera in config.cameras}:
        known = ", ".join(camera.device for camera in config.cameras) or "none"
        raise UnknownCameraError(f"no camera {device!r}; known: {known}")
    camera, monitor = _in_force(config, device, clock)
    detector = detector_of(camera, config.models)
    frame = picture_of(camera, clock)
    monitor.observe(look_at(frame.image), frame.ts)
    scene = detector.detect(frame.image)
    image = annotate.annotated(frame.image, scene)
    for colour, name, polygon in _areas(camera):
        _outline(image, polygon, name, colour)
    verdict = monitor.verdict.value
    height, width = image.shape[:2]
    lines = [
        f"{device}: {width}x{height}, {verdict}, {detector.model.name} above {detector.threshold:g}",
        *_people(scene),
        *(f"{thing.thing} {thing.confidence:.2f}" for thing in scene.things),
    ]
    bar = f"{device}  {frame.ts:%Y-%m-%d %H:%M:%S}Z  {verdict}  {len(scene.people)} people"
    return Preview(_barred(image, bar, monitor.verdict is Health.OK), lines)


def _in_force(config: EdgeConfig, device: str, clock: Clock) -> tuple[Camera, Monitor]:
    """The camera's settings, the platform's over the file's, and what judges its health."""
    from_file = next(camera for camera in config.cameras if camera.device == device)
    if not config.outbox.path.exists():  # the agent never ran here; asking must not make it
        view = first_view(from_file, lambda key: None)
        return from_file, Monitor(from_file.health, Health.OFFLINE, clock(), reference=view)
    outbox = Outbox(config.outbox.path, config.outbox.max_bytes)
    try:
        settings = AppliedSettings(config, outbox)
        camera = next((c for c in settings.cameras if c.device == device), from_file)
        view = first_view(camera, outbox.recall)
    finally:
        outbox.close()
    return camera, Monitor(camera.health, Health.OFFLINE, clock(), reference=view)


def _areas(camera: Camera) -> Iterator[tuple[Colour, str, list[Point]]]:
    for zone in camera.zones:
        if not zone.preset:  # the others belong to another view
            yield PROGRESS, zone.id, zone.polygon
    for danger in camera.danger_zones:
        yield DANGER, danger.id, danger.polygon
    for kind in type(camera.hazards).model_fields:
        rule = getattr(camera.hazards, kind)
        for area in getattr(rule, "zones", []):
            if isinstance(area, Area):
                yield HAZARD, f"{kind} {area.id}", area.polygon


def _people(scene: Scene) -> Iterator[str]:
    words = {True: "worn", False: "missing", None: "cannot be told"}
    for person in scene.people:
        x, y, _, height = person.box
        yield (
            f"person {person.confidence:.2f} at {x:.2f}, {y:.2f}, {height:.0%} of the height: "
            f"helmet {words[person.helmet]}, vest {words[person.vest]}"
        )


def _outline(image: Image, polygon: list[Point], name: str, colour: Colour) -> None:
    height, width = image.shape[:2]
    corners = np.rint(np.asarray(polygon) * (width - 1, height - 1)).astype(np.int32)
    filled = image.copy()
    cv2.fillPoly(filled, [corners], colour)
    cv2.addWeighted(filled, 0.18, image, 0.82, 0, dst=image)
    thick = max(1, round(width / 640))
    cv2.polylines(image, [corners], True, colour, thick, cv2.LINE_AA)
    left, top = int(corners[:, 0].min()), int(corners[:, 1].min())
    _write(image, name, (left + 4 * thick, top + round(height * 0.04)), colour, height)


def _barred(image: Image, text: str, good: bool) -> Image:
    """The picture under a bar with the verdict, so that nothing of it is hidden."""
    height, width = image.shape[:2]
    bar = np.full((max(18, round(height * BAR)), width, 3), (40, 40, 40), np.uint8)
    colour = (120, 220, 120) if good else (90, 90, 255)
    _write(bar, text, (6, round(bar.shape[0] * 0.7)), colour, height)
    return np.vstack((bar, image)).astype(np.uint8)


def _write(image: Image, text: str, at: tuple[int, int], colour: Colour, height: int) -> None:
    annotate.write(image, text, at, colour, max(0.35, height / 1100), max(1, round(height / 700)))


def write(found: Preview, file: Path) -> None:
    """Writes the picture; its name's ending decides the format.

    Raises:
        OSError: It cannot be written there.
    """
    ending = file.suffix or ".jpg"
    try:
        good, data = cv2.imencode(ending, found.image)
    except cv2.error as error:
        raise OSError(f"{file}: no picture format is called {ending}; use .jpg or .png") from error
    if not good:
        raise OSError(f"{file}: cannot be encoded as {ending}")
    file.write_bytes(np.asarray(data).tobytes())
