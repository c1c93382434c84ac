"""Where hazards are looked for, and when one counts."""

from pydantic import Field, model_validator

from siteward_edge.config.section import Polygon, Section, ZoneId


class DangerZone(Section):
    """A part of the ground where nobody may stand."""

    id: ZoneId
    polygon: Polygon


class Confirm(Section):
    """A finding counts when ``frames`` of the last ``of`` pictures show it."""

    frames: int = Field(default=3, ge=1)
    of: int = Field(default=5, ge=1, le=100)

    @model_validator(mode="after")
    def _possible(self) -> "Confirm":
        if self.frames > self.of:
            raise ValueError(f"frames {self.frames} is more than of {self.of}; lower frames")
        return self
