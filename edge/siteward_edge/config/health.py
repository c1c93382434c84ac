"""When a camera itself is at fault."""

from pydantic import Field

from siteward_edge.config.section import Section


class HealthTiming(Section):
    """When a camera is called blind, frozen, moved, blurred, offline or wrong about the time.

    Attributes:
        decide_seconds: A fault must last this long before it is reported.
        frozen_seconds: A picture that comes back for this long is a frozen camera. Raise it
            where the camera does not send a key picture at least twice in it.
        stall_seconds: No picture for this long is an offline camera; known within 5 s with it.
        moved_fraction: Shift against the reference view, in picture widths.
        blurred_seconds: Blur must last this long, so that a drop of rain is none.
        blurred_pixels: Blur of edges, in pixels of a picture 640 wide, that is too much for
            any camera; less is where the reference view is twice as sharp.
        clock_seconds: The camera's clock may be wrong by so much.
        clock_url: ``http://`` or ``rtsp://`` address of the camera that answers with a date,
            where the stream's own does not.
    """

    decide_seconds: float = Field(default=3, gt=0)
    frozen_seconds: float = Field(default=25, gt=0)
    stall_seconds: float = Field(default=4, gt=0)
    moved_fraction: float = Field(default=0.02, gt=0, lt=1)
    blurred_seconds: float = Field(default=15, gt=0)
    blurred_pixels: float = Field(default=4, gt=0, lt=50)
    clock_seconds: float = Field(default=10, gt=0)
    clock_url: str = Field(default="", pattern=r"^((rtsp|http)s?://.+)?$")
