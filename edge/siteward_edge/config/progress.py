"""Zones whose progress is measured, and how."""

import itertools
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from siteward_contracts.state_templates import TemplateError, states_of
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


class Confirmed(Section):
    """A person's word on the state of a zone: confirms a change, or says that work was undone.

    Attributes:
        state: Code of the state it is in.
        at: Since when; a later word replaces an earlier one.
    """

    state: ZoneId
    at: AwareDatetime


class Zone(Section):
    """A part of the picture whose progress is measured.

    Attributes:
        id: Unique within the camera.
        polygon: Where it is, in the reference view.
        bands: Into how many equal layers, from bottom to top, it is divided for judging.
        template: Takes its states from the template of this name; see ``edge templates``.
        storeys: How often the template's storey states come.
        states: In the order the work passes through them; may be left out with a template.
        weight: Share of the project's work, for the reader; the platform weighs by contract.
        preset: The camera's preset it is seen in; the reference view unless given.
        confirmed: What a person last said of it.
    """

    id: ZoneId
    polygon: Polygon
    bands: int = Field(default=1, ge=1, le=100)
    template: str = ""
    storeys: int = Field(default=1, ge=1, le=60)
    states: Annotated[
        list[ZoneState],
        AfterValidator(unique("state code", lambda s: s.code)),
        AfterValidator(_ascending),
    ] = Field(default_factory=list)
    weight: Fraction = 1.0
    preset: str = ""
    confirmed: Confirmed | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_template(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not value.get("template") or value.get("states"):
            return value
        name, storeys = value["template"], value.get("storeys", 1)
        if not isinstance(name, str) or not isinstance(storeys, int):
            return value  # refused by the fields themselves
        try:
            states = states_of(name, storeys)
        except TemplateError as error:
            raise ValueError(str(error)) from error
        return value | {"states": [{"code": s.code, "percent": s.percent} for s in states]}

    @model_validator(mode="after")
    def _patterns_fit(self) -> "Zone":
        if len(self.states) < 2:
            raise ValueError(
                "a zone needs at least 2 states; list them, or name a template "
                "('siteward edge templates' shows them)"
            )
        for state in self.states:
            if state.pattern and len(state.pattern) != self.bands:
                raise ValueError(
                    f"state {state.code!r} has {len(state.pattern)} materials for {self.bands} "
                    "bands; give one material per band, bottom to top"
                )
        codes = [state.code for state in self.states]
        if self.confirmed is not None and self.confirmed.state not in codes:
            raise ValueError(
                f"confirmed names state {self.confirmed.state!r}; it must be one of "
                f"{', '.join(codes)}"
            )
        return self


class Preset(Section):
    """A view of a camera that can turn.

    Attributes:
        id: What zones call it.
        reference: Picture of the view, to which others are registered.
    """

    id: ZoneId
    reference: Path


class MaterialBands(Section):
    """Reads the paints of simulated sites."""

    kind: Literal["material_bands"]


class Examples(Section):
    """Learns what states look like from pictures of this very site.

    Attributes:
        folder: ``folder/camera/zone/state/*.jpg``, filled by ``siteward edge teach``.
    """

    kind: Literal["examples"]
    folder: Path


Classifier = Annotated[MaterialBands | Examples, Field(discriminator="kind")]


class Day(Section):
    """What counts once: the median of the usable pictures of one day.

    Attributes:
        seconds: Length of a day; days of 86400 begin at midnight in Shanghai.
        least: A day with fewer usable pictures does not count.
        most: No more are looked at.
    """

    seconds: float = Field(default=86400, gt=0)
    least: int = Field(default=5, ge=1, le=100)
    most: int = Field(default=10, ge=1, le=100)

    @model_validator(mode="after")
    def _possible(self) -> "Day":
        if self.least > self.most:
            raise ValueError(f"least {self.least} is more than most {self.most}; lower least")
        return self


class Usable(Section):
    """Which pictures are good enough to measure on.

    Attributes:
        at_night: Also pictures without daylight.
        in_rain: Also pictures with rain or snow in the air.
        sun_degrees: Least height of the sun where the site's ``location`` is given.
        hidden: Share of a zone that people and vehicles may hide.
    """

    at_night: bool = False
    in_rain: bool = False
    sun_degrees: float = Field(default=8, ge=-18, le=60)
    hidden: Fraction = 0.2


class ProgressTiming(Section):
    """How progress is measured.

    Attributes:
        every_seconds: Time between observations of a zone.
        day: What counts once.
        window: Days that are looked back on.
        agree: How many of them must say the same before a change is accepted.
        report_seconds: A zone is reported at least this often, changed or not.
        usable: Which pictures are good enough.
    """

    every_seconds: float = Field(default=2400, gt=0)
    day: Day = Day()
    window: int = Field(default=5, ge=1, le=100)
    agree: int = Field(default=3, ge=1)
    report_seconds: float = Field(default=600, gt=0)
    usable: Usable = Usable()

    @model_validator(mode="after")
    def _possible(self) -> "ProgressTiming":
        if self.agree > self.window:
            raise ValueError(f"agree {self.agree} is more than window {self.window}; lower agree")
        if self.every_seconds * self.day.least > self.day.seconds:
            raise ValueError(
                f"every {self.every_seconds:g} s there are no {self.day.least} pictures in a day "
                f"of {self.day.seconds:g} s; lower every_seconds or day.least"
            )
        return self
