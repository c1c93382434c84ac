"""The ports between pictures and findings; one adapter per file beside this one."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from siteward_contracts.messages import Model
from siteward_edge.config.progress import Zone

Image = NDArray[np.uint8]
"""A picture: height x width x 3, BGR, 0 to 255."""

Box = tuple[float, float, float, float]
"""``(x, y, width, height)`` as fractions of the picture, the origin at the top left."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture of a camera and when it arrived.

    Attributes:
        image: Its pixels.
        ts: When it arrived at the agent.
        device: The camera.
        masked: Whether pixels outside the fence are blackened in ``image``.
        clock_offset: Seconds the camera's clock was ahead of the agent's, if it tells.
    """

    image: Image
    ts: datetime
    device: str
    masked: bool = False
    clock_offset: float | None = None


@dataclass(frozen=True, slots=True)
class DetectedPerson:
    """Somebody in a picture.

    Attributes:
        box: Around the whole person.
        confidence: The detector's, 0 to 1.
        helmet: Whether a helmet is worn; None when the detector cannot tell.
        vest: Whether a reflective vest is worn; None when the detector cannot tell.
    """

    box: Box
    confidence: float
    helmet: bool | None = None
    vest: bool | None = None


class Thing(StrEnum):
    """What a detector may find besides people."""

    HELMET = "helmet"
    BARE_HEAD = "bare_head"
    VEST = "vest"
    LOAD = "load"
    """Something hanging from a crane's hook."""
    VEHICLE = "vehicle"
    MACHINE = "machine"
    FIRE = "fire"
    SMOKE = "smoke"


@dataclass(frozen=True, slots=True)
class DetectedThing:
    """A thing in a picture."""

    thing: Thing
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one picture shows, people most certain first."""

    people: tuple[DetectedPerson, ...] = ()
    things: tuple[DetectedThing, ...] = ()


class ModelError(Exception):
    """A model file is absent, another one than was named, or of another layout."""


class Detector(Protocol):
    """Finds people and things. One instance per camera; called from its thread only."""

    @property
    def model(self) -> Model:
        """What goes into every detection made with it."""

    @property
    def threshold(self) -> float:
        """Least confidence of what it returns."""

    def detect(self, image: Image) -> Scene:
        """What a picture shows."""


@dataclass(frozen=True, slots=True)
class StateEstimate:
    """How well one picture of a zone fits each of its states.

    Attributes:
        probabilities: State code to probability; what is missing from 1 is "none of them".
        visible: Share of the zone that could be judged, 0 to 1.
        toward: State code to how much of the way to the next state is done, 0 to 1, if the
            zone is in that state; empty where that is not measured.
    """

    probabilities: dict[str, float]
    visible: float
    toward: dict[str, float] = field(default_factory=dict)


class ZoneClassifier(Protocol):
    """Tells which of its ordered states a zone is in."""

    @property
    def method(self) -> str:
        """What goes into every progress message made with it."""

    def classify(self, image: Image, zone: Zone) -> StateEstimate:
        """Judges one picture; ``visible`` 0 when nothing of the zone can be judged."""
