"""The part of the configuration that describes one camera and what is looked for in it."""

import itertools
from collections import Counter
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from siteward_contracts.topics import SLUG_PATTERN

Slug = Annotated[str, Field(pattern=SLUG_PATTERN)]
ZoneId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Fraction = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Fraction, Fraction]


def _polygon(points: list[Point]) -> list[Point]:
    if len(points) < 3:
        raise ValueError(f"a polygon needs at least 3 points, here are {len(points)}; add corners")
    twice_area = sum(
        x1 * y2 - x2 * y1
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True)
    )
    if abs(twice_area) < 1e-4:
        raise ValueError("the polygon has no area; give its corners in order around it")
    return points


Polygon = Annotated[
    list[Point],
    Field(description="Corners in order, as fractions of the picture from its top left."),
    AfterValidator(_polygon),
]


def unique(what: str, key: Callable[[Any], Hashable]) -> Callable[[list[Any]], list[Any]]:
    """A check that no two items of a list have the same key."""

    def check(items: list[Any]) -> list[Any]:
        twice = [value for value, n in Counter(map(key, items)).items() if n > 1]
        if twice:
            raise ValueError(f"{what} {twice[0]!r} is used twice; rename one of them")
        return items

    return check


class Section(BaseModel):
    """A part of the file; unknown settings are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ZoneState(Section):
    """One of the ordered states of a zone.

    Attributes:
        code: Its name in messages.
        percent: Percent of the zone's work that is done in this state.
        pattern: Materials of the zone's bands in this state, bottom to top.
    """

    code: ZoneId
    percent: float = Field(ge=0, le=100)
    pattern: list[str] = Field(default_factory=list)


def _ascending(states: list[ZoneState]) -> list[ZoneState]:
    for before, after in itertools.pairwise(states):
        if after.percent <= before.percent:
            raise ValueError(
                f"percent must rise from state to state, but {after.code!r} has {after.percent:g} "
                f"after {before.code!r} with {before.percent:g}; reorder or correct them"
            )
    return states


class Zone(Section):
    """A part of the picture whose progress is measured.

    Attributes:
        id: Unique within the camera.
        polygon: Where it is.
        bands: Into how many equal layers, from bottom to top, it is divided for judging.
        states: In the order the work passes through them.
        weight: Share of the project's work, for the reader; the platform weighs by contract.
    """

    id: ZoneId
    polygon: Polygon
    bands: int = Field(default=1, ge=1, le=100)
    states: Annotated[
        list[ZoneState],
        AfterValidator(unique("state code", lambda s: s.code)),
        AfterValidator(_ascending),
    ] = Field(min_length=2)
    weight: Fraction = 1.0

    @model_validator(mode="after")
    def _patterns_fit(self) -> "Zone":
        for state in self.states:
            if state.pattern and len(state.pattern) != self.bands:
                raise ValueError(
                    f"state {state.code!r} has {len(state.pattern)} materials for {self.bands} "
                    "bands; give one material per band, bottom to top"
                )
        return self


class DangerZone(Section):
    """A part of the ground where nobody may stand."""

    id: ZoneId
    polygon: Polygon


class RenderedSceneDetector(Section):
    """Reads the simulator's own pictures; useless on a real site."""

    kind: Literal["rendered_scene"]


class YoloxDetector(Section):
    """A YOLOX network in ONNX form (COCO classes, of which only people are used).

    Attributes:
        path: The model file.
        sha256: What the file must hash to, so that every finding names its model truly.
        threshold: Least confidence of a person.
        tiles: Columns and rows to look at enlarged beside the whole picture, for people less
            than about 35 pixels high; each costs as much as a whole picture.
    """

    kind: Literal["yolox"]
    path: Path
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    threshold: float = Field(default=0.4, gt=0, lt=1)
    tiles: tuple[Annotated[int, Field(ge=1, le=6)], Annotated[int, Field(ge=1, le=6)]] = (1, 1)


Detector = Annotated[RenderedSceneDetector | YoloxDetector, Field(discriminator="kind")]


class Confirm(Section):
    """A finding counts when ``frames`` of the last ``of`` pictures show it."""

    frames: int = Field(default=3, ge=1)
    of: int = Field(default=5, ge=1, le=100)

    @model_validator(mode="after")
    def _possible(self) -> "Confirm":
        if self.frames > self.of:
            raise ValueError(f"frames {self.frames} is more than of {self.of}; lower frames")
        return self


class ProgressTiming(Section):
    """How progress is measured.

    Attributes:
        every_seconds: Time between observations of a zone.
        window: Observations that are looked back on.
        agree: How many of them must say the same before a change is accepted.
        report_seconds: A zone is reported at least this often, changed or not.
    """

    every_seconds: float = Field(default=3600, gt=0)
    window: int = Field(default=5, ge=1, le=100)
    agree: int = Field(default=3, ge=1)
    report_seconds: float = Field(default=600, gt=0)

    @model_validator(mode="after")
    def _possible(self) -> "ProgressTiming":
        if self.agree > self.window:
            raise ValueError(f"agree {self.agree} is more than window {self.window}; lower agree")
        return self


class HealthTiming(Section):
    """When a camera is called blind, frozen, moved or offline.

    Attributes:
        decide_seconds: A fault must last this long before it is reported.
        frozen_seconds: Identical pictures for this long are a frozen camera.
        stall_seconds: No picture for this long is an offline camera.
        moved_fraction: Shift against the reference view, in picture widths.
    """

    decide_seconds: float = Field(default=3, gt=0)
    frozen_seconds: float = Field(default=30, gt=0)
    stall_seconds: float = Field(default=5, gt=0)
    moved_fraction: float = Field(default=0.02, gt=0, lt=1)


SCHEMES: Final = ("rtsp", "rtsps", "http", "https", "file")


def _source(url: str) -> str:
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise ValueError(f"must begin with one of {', '.join(s + '://' for s in SCHEMES)}")
    return url


class Camera(Section):
    """One camera.

    Attributes:
        device: Its name in topics.
        url: ``rtsp://`` or ``http://`` stream, or ``file:///path`` played in real time.
        detector: What looks for people.
        fps: Pictures judged per second at most; fewer when the machine is behind.
        zones: Where progress is measured.
        danger_zones: Where nobody may stand.
        reference: Picture of the right view; without it the first good one is kept.
        progress: How progress is measured.
        confirm: How many pictures must agree on a hazard.
        cool_down_seconds: An incident ends after this long without being seen.
        health: When the camera itself is at fault.
    """

    device: Slug
    url: Annotated[str, AfterValidator(_source)]
    detector: Detector
    fps: float = Field(default=5, gt=0, le=30)
    zones: Annotated[list[Zone], AfterValidator(unique("zone id", lambda z: z.id))] = Field(
        default_factory=list
    )
    danger_zones: Annotated[list[DangerZone], AfterValidator(unique("zone id", lambda z: z.id))] = (
        Field(default_factory=list)
    )
    reference: Path | None = None
    progress: ProgressTiming = ProgressTiming()
    confirm: Confirm = Confirm()
    cool_down_seconds: float = Field(default=10, gt=0)
    health: HealthTiming = HealthTiming()

    @model_validator(mode="after")
    def _can_measure(self) -> "Camera":
        if self.zones and self.detector.kind != "rendered_scene":
            raise ValueError(
                "zones can only be measured on rendered scenes in this version; remove zones, "
                "or set detector to {kind: rendered_scene} for a simulated camera"
            )
        return self
