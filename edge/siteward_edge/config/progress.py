"""Zones whose progress is measured, and how."""

import itertools
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from siteward_edge.config.section import Fraction, Polygon, Section, ZoneId, unique


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
