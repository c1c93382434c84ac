"""Rule packs as their authors write them: the shape of the YAML, nothing more."""

import re
from datetime import date, time, timedelta
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from siteward_rules.findings import Action, Trust
from siteward_rules.stream.rule import Aggregate, Boundary, Days, Hours, Layer, Shows

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
NAME: Final = r"^[a-z][a-z0-9_]{0,30}$"
RULE_ID: Final = r"^SR(-[A-Z0-9]+)+$"


def _duration(text: object) -> object:
    match = re.fullmatch(r"(\d+)([smhd])", text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r} is not a duration; write 30s, 20m, 1h or 7d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _hours(text: object) -> object:
    match = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f'{text!r} are not hours; write "22:00-06:00" in quotes')
    try:
        return Hours(time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4])))
    except ValueError as error:
        raise ValueError(f"{text!r} are not hours: {error}") from error


Duration = Annotated[timedelta, BeforeValidator(_duration)]
HoursText = Annotated[Hours, BeforeValidator(_hours)]
Severity = Literal["info", "general", "serious", "suspected_major"]
"""What a rule may raise; ``major`` needs a qualified person."""


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Words(Strict):
    """A name in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class When(Strict):
    """What a rule reads: exactly one of a metric, a detection or a daily fact.

    Attributes:
        metric: Name of the catalogue.
        detection: Hazard kind of the catalogue.
        fact: A daily fact about the project.
        window: How far back the aggregate looks.
        aggregate: How a window becomes one number. ``no_data`` gives the minutes since the
            last reading.
        coverage: Share of the window that must have passed since its oldest value.
    """

    metric: str | None = None
    detection: str | None = None
    fact: str | None = None
    window: Duration = timedelta(0)
    aggregate: Aggregate = "last"
    coverage: float = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _one_source(self) -> "When":
        if sum(source is not None for source in (self.metric, self.detection, self.fact)) != 1:
            raise ValueError("give exactly one of metric, detection and fact")
        if self.aggregate == "no_data":
            if self.window or not self.metric:
                raise ValueError(
                    "no_data is of a metric and has no window; its limit says how long"
                )
        elif (self.aggregate != "last") != bool(self.window):
            raise ValueError("window and aggregate go together; give both or neither")
        return self


class InputSpec(Strict):
    """Another metric the condition may name: its newest value at that time.

    Attributes:
        metric: Name of the catalogue.
        within: A value older than this is not used, and the rule abstains.
        of: The same device's, or any device's of the site.
    """

    metric: str
    within: Duration = timedelta(minutes=10)
    of: Literal["device", "site"] = "device"


class ParamSpec(Strict):
    """A number only the site knows, such as the depth of its pit.

    Without a default the rule abstains on a site that has not given it, and says so.
    """

    unit: str
    title: Words
    default: float | None = None
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> "ParamSpec":
        if not self.low < self.high:
            raise ValueError(f"low {self.low:g} is not under high {self.high:g}; swap them")
        return self


class LimitSpec(Strict):
    """The number a rule compares with, in its unit."""

    value: float
    unit: str


class SourceSpec(Strict):
    """Where a rule comes from."""

    doc: str = Field(min_length=1)
    clause: str = ""
    trust: Trust
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "SourceSpec":
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        return self


class SuppressSpec(Strict):
    """What makes a rule stand aside: a valid permit of the project."""

    permit: str = Field(pattern=NAME)


class RuleSpec(Strict):
    """One rule as its author wrote it."""

    id: str = Field(pattern=RULE_ID)
    title: Words
    when: When
    inputs: dict[Annotated[str, Field(pattern=NAME)], InputSpec] = Field(
        default_factory=dict, alias="with"
    )
    params: dict[Annotated[str, Field(pattern=NAME)], ParamSpec] = Field(default_factory=dict)
    limit: LimitSpec | None = None
    condition: str
    clear: str | None = None
    boundary: Boundary = "exclusive"
    hours: HoursText | None = None
    days: Days = "all"
    suppress_if: SuppressSpec | None = None
    wait: Duration = Field(default=timedelta(0), alias="for")
    keep: Duration = Field(default=timedelta(0), alias="keep_firing_for")
    stale: Duration | None = None
    shows: Shows = "max"
    hazard: str
    severity: Severity
    action: Action = "notice"
    overridable: bool = True
    source: SourceSpec

    @model_validator(mode="after")
    def _silence_has_no_hours(self) -> "RuleSpec":
        if self.when.aggregate == "no_data":
            if self.hours or self.days != "all" or self.suppress_if or self.clear or self.inputs:
                raise ValueError(
                    "a no_data rule holds at all hours; remove hours, days, suppress_if, clear "
                    "and with"
                )
            if self.limit is None or self.condition.strip() != "value > limit":
                raise ValueError(
                    'a no_data rule needs a limit in min and condition "value > limit"'
                )
        return self


class OverrideSpec(Strict):
    """What a city or a project changes of a rule, field by field, and why.

    Attributes:
        rule: Which rule.
        reason: Why, for whoever reads an alert.
        enabled: False switches the rule off here.
        limit: Another number, same unit.
        params: Numbers the site gives.
    """

    rule: str = Field(pattern=RULE_ID)
    reason: str = Field(min_length=2)
    enabled: bool | None = None
    limit: LimitSpec | None = None
    params: dict[str, float] = Field(default_factory=dict)
    hours: HoursText | None = None
    days: Days | None = None
    wait: Duration | None = Field(default=None, alias="for")
    keep: Duration | None = Field(default=None, alias="keep_firing_for")
    severity: Severity | None = None
    action: Action | None = None
    source: SourceSpec | None = None

    @property
    def changed(self) -> dict[str, object]:
        """Field to new value, of those that are given."""
        names = ("enabled", "limit", "hours", "days", "wait", "keep", "severity", "action")
        given = {name: getattr(self, name) for name in (*names, "source")}
        return {name: value for name, value in given.items() if value is not None}


class PlaceSpec(Strict):
    """Where a city pack applies: a province, or a city of it."""

    region: str = Field(min_length=1)
    city: str = ""


class PackSpec(Strict):
    """A pack: rules and changes of rules that are versioned together."""

    pack: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(min_length=1)
    layer: Layer
    place: PlaceSpec | None = None
    rules: list[RuleSpec] = Field(default_factory=list)
    overrides: list[OverrideSpec] = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_something(self) -> "PackSpec":
        if not self.rules and not self.overrides:
            raise ValueError("has neither rules nor overrides; write at least one")
        if (self.layer == "city") != (self.place is not None):
            raise ValueError("place goes with layer: city, and only with it")
        return self
