"""Adds examples to a zone's folder, and says how well they tell its states apart."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from siteward_edge.config.camera import Camera
from siteward_edge.config.progress import Examples, Zone
from siteward_edge.evidence.snapshot import jpeg
from siteward_edge.health.look import shrink
from siteward_edge.health.view import View, view_of
from siteward_edge.progress.forward import SURE
from siteward_edge.progress.registration import LARGEST, STILL, register, registered
from siteward_edge.vision.ports import ModelError
from siteward_edge.vision.zone_examples import examples_of, left_out

QUALITY = 95


class TeachError(Exception):
    """A picture cannot be an example; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Where the examples of one state of one zone go.

    Attributes:
        folder: Of the camera.
        zone: What they are examples of.
        state: Code of the state they show.
        reference: The right view, if the camera's file names one.
    """

    folder: Path
    zone: Zone
    state: str
    reference: View | None


def lesson(camera: Camera, zone: str, state: str) -> Lesson:
    """Finds what is to be taught.

    Raises:
        TeachError: The camera does not learn, or has no such zone, state or reference picture.
    """
    if not isinstance(camera.classifier, Examples):
        raise TeachError(
            f"{camera.device} does not learn from examples; add classifier: "
            "{kind: examples, folder: ...} to it"
        )
    known = {z.id: z for z in camera.zones}
    if zone not in known:
        raise TeachError(
            f"no zone {zone!r} in {camera.device}; known: {', '.join(known) or 'none'}"
        )
    codes = [s.code for s in known[zone].states]
    if state not in codes:
        raise TeachError(f"no state {state!r} in zone {zone}; known: {', '.join(codes)}")
    folder = camera.classifier.folder / camera.device
    return Lesson(folder, known[zone], state, _reference(camera, known[zone]))


def add(lesson: Lesson, picture: Path) -> Path | None:
    """Lays a picture over the reference view and keeps it.

    Returns:
        The example's file, or None where the same picture was one already.

    Raises:
        TeachError: It is no picture, shows another view, or is an example of another state.
        OSError: It cannot be read or written.
    """
    body = picture.read_bytes()
    decoded = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR) if body else None
    if decoded is None:
        raise TeachError(f"{picture} is no picture")
    image = np.asarray(decoded, np.uint8)
    kept = body if picture.suffix.lower() in (".jpg", ".jpeg") else jpeg(image, QUALITY)
    if lesson.reference is not None:
        registration = register(lesson.reference, view_of(shrink(image)))
        if registration is None or registration.shift > LARGEST:
            raise TeachError(
                f"{picture} does not show the reference view; take pictures of the same camera "
                "and preset, or renew the reference picture"
            )
        if registration.shift >= STILL:
            kept = jpeg(registered(image, registration), QUALITY)
    name = f"{hashlib.sha256(body).hexdigest()[:16]}.jpg"
    of_zone = lesson.folder / lesson.zone.id
    for other in sorted(of_zone.glob(f"*/{name}")):
        if other.parent.name == lesson.state:
            return None
        raise TeachError(
            f"{picture} is an example of {other.parent.name} already; delete {other} first"
        )
    file = of_zone / lesson.state / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(kept)
    return file


def verdict(lesson: Lesson) -> Iterator[str]:
    """What the zone knows now, and which examples the others would have judged otherwise."""
    zone = lesson.zone
    try:
        examples = examples_of(lesson.folder, zone)
    except ModelError as error:
        yield str(error)
        return
    counts = Counter(state for state, _ in examples)
    yield f"{zone.id}: " + ", ".join(
        f"{s.code} {counts[s.code]}" for s in zone.states if s.code in counts
    )
    if unknown := [s.code for s in zone.states if s.code not in counts]:
        yield f"no examples yet of {', '.join(unknown)}"
    truth = {file: state for state, file in examples}
    judged = left_out(zone, examples)
    right = sum(state == truth[file] and p >= SURE for file, state, p in judged)
    if judged:
        yield f"{right} of {len(judged)} are told surely by the others"
    for file, state, p in judged:
        if state != truth[file]:
            yield f"  {file} ({truth[file]}) rather looks like {state}, {p:.2f}"
        elif p < SURE:
            yield f"  {file} ({truth[file]}) is unlike the others of its state, {p:.2f}; add more"


def _reference(camera: Camera, zone: Zone) -> View | None:
    presets = {preset.id: preset.reference for preset in camera.presets}
    file = presets.get(zone.preset, camera.reference)
    if file is None:
        return None
    image = cv2.imread(str(file))
    if image is None:
        raise TeachError(f"no picture at {file}, the reference view of {camera.device}")
    return view_of(shrink(np.asarray(image, np.uint8)))
