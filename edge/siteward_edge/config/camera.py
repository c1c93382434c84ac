"""One camera: what is opened and what is looked for in it."""

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from siteward_edge.config.detector import Detector
from siteward_edge.config.hazards import Confirm, DangerZone
from siteward_edge.config.health import HealthTiming
from siteward_edge.config.progress import ProgressTiming, Zone
from siteward_edge.config.section import Section, Slug, unique

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
