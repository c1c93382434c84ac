"""One camera: what is opened and what is looked for in it."""

from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, Field, model_validator

from siteward_edge.config.detector import Detector
from siteward_edge.config.hazards import Confirm, DangerZone, Hazards
from siteward_edge.config.health import HealthTiming
from siteward_edge.config.privacy import Mask
from siteward_edge.config.progress import Classifier, Preset, ProgressTiming, Zone
from siteward_edge.config.section import Section, Slug, unique

SCHEMES: Final = ("rtsp", "rtsps", "http", "https", "usb", "file", "folder")
USB_SETTINGS: Final = ("video_size", "framerate", "input_format")


def _source(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"must begin with one of {', '.join(s + '://' for s in SCHEMES)}")
    local = parts.scheme in ("usb", "file", "folder")
    if local and (parts.netloc or not parts.path.strip("/")):
        raise ValueError(f"must name a path with three slashes, {parts.scheme}:///path")
    if not local and not parts.hostname:
        raise ValueError(f"must name a host, {parts.scheme}://192.0.2.10/path")
    for name, _ in parse_qsl(parts.query) if parts.scheme == "usb" else ():
        if name not in USB_SETTINGS:
            raise ValueError(f"{name!r} is none of a USB camera's {', '.join(USB_SETTINGS)}")
    return url


class Camera(Section):
    """One camera.

    Attributes:
        device: Its name in topics.
        url: ``rtsp://`` or ``http://`` stream, ``usb:///dev/video0`` (with
            ``?video_size=1280x720&framerate=10`` where the camera offers several), ``file:///clip``
            played in real time, or ``folder:///path`` into which pictures are put.
        transport: How RTSP brings the video; over UDP, lost packets cost pictures.
        detector: What looks for people.
        fps: Pictures judged per second at most; fewer when the machine is behind.
        zones: Where progress is measured.
        presets: Other views of the camera than the reference view, which zones may name.
        danger_zones: Where nobody may stand.
        mask: What lies outside the fence; blackened before anything looks at a picture.
        reference: Picture of the right view; without it the first good one is kept.
        classifier: What tells the states of zones; the paints of a rendered scene unless given.
        progress: How progress is measured.
        hazards: What is looked for, and how.
        confirm: How many pictures must agree on a hazard.
        cool_down_seconds: An incident ends after this long without being seen.
        health: When the camera itself is at fault.
    """

    device: Slug
    url: Annotated[str, AfterValidator(_source)]
    transport: Literal["tcp", "udp"] = "tcp"
    detector: Detector
    fps: float = Field(default=5, gt=0, le=30)
    zones: Annotated[list[Zone], AfterValidator(unique("zone id", lambda z: z.id))] = Field(
        default_factory=list
    )
    presets: Annotated[list[Preset], AfterValidator(unique("preset", lambda p: p.id))] = Field(
        default_factory=list
    )
    danger_zones: Annotated[list[DangerZone], AfterValidator(unique("zone id", lambda z: z.id))] = (
        Field(default_factory=list)
    )
    reference: Path | None = None
    mask: Mask = Field(default_factory=list)
    classifier: Classifier | None = None
    progress: ProgressTiming = ProgressTiming()
    hazards: Hazards = Hazards()
    confirm: Confirm = Confirm()
    cool_down_seconds: float = Field(default=10, gt=0)
    health: HealthTiming = HealthTiming()

    @model_validator(mode="after")
    def _can_measure(self) -> "Camera":
        if self.zones and self.classifier is None and self.detector.kind != "rendered_scene":
            raise ValueError(
                "zones of real pictures are learned from examples; add classifier: "
                "{kind: examples, folder: /var/lib/siteward/examples} and teach the zones with "
                "'siteward edge teach'"
            )
        known = {preset.id for preset in self.presets}
        for zone in self.zones:
            if zone.preset and zone.preset not in known:
                raise ValueError(
                    f"zone {zone.id!r} names preset {zone.preset!r}, which the camera does not "
                    "have; add it to presets or correct the name"
                )
        return self
