"""When a camera itself is at fault."""

from pydantic import Field

from siteward_edge.config.section import Section


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
    stall_seconds: float = Field(default=4, gt=0)
    moved_fraction: float = Field(default=0.02, gt=0, lt=1)
