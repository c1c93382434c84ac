"""Rule packs: YAML files read, checked as a whole and turned into rules that run.

Every mistake of every file is reported at once with its file, line, rule and remedy; a pack
with a mistake is not used at all.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from siteward_contracts.catalog import HAZARDS, METRICS
from siteward_contracts.config_file import ConfigError, ConfigProblem, Document, read, validate
from siteward_rules.findings import Action, Text, Trust
from siteward_rules.language.condition import (
    DETECTION,
    READING,
    Condition,
    ConditionError,
    check_alive,
)
from siteward_rules.stream.rule import Aggregate, Hours, Layer, Shows, Source, StreamRule

SHIPPED: Final = Path(str(files("siteward_rules"))) / "packs"
"""The packs that come with Siteward."""
PAGES: Final = Path(str(files("siteward_rules"))) / "pages"
"""One page per rule, named by its id."""
FACTS: Final[dict[str, tuple[Text, float, float]]] = {
    "spi": (Text("进度绩效指数", "Schedule performance index"), 0.0, 2.0),
}
"""Daily facts about a project that stream rules may read: name and plausible range."""

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DEFAULT_STALE: Final = timedelta(minutes=20)
_DETECTION_STALE: Final = timedelta(hours=24)


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


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Words(_Strict):
    """A name in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class When(_Strict):
    """What a rule reads: exactly one of a metric, a detection or a daily fact."""

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
        if (self.aggregate != "last") != bool(self.window):
            raise ValueError("window and aggregate go together; give both or neither")
        return self


class LimitSpec(_Strict):
    """The number a rule compares with, in its unit."""

    value: float
    unit: str


class SourceSpec(_Strict):
    """Where a rule comes from."""

    doc: str = Field(min_length=1)
    clause: str = ""
    trust: Trust
    valid_from: date | None = None
    valid_to: date | None = None


class RuleSpec(_Strict):
    """One rule as its author wrote it."""

    id: str = Field(pattern=r"^SR(-[A-Z0-9]+)+$")
    title: Words
    when: When
    limit: LimitSpec | None = None
    condition: str
    hours: Annotated[Hours, BeforeValidator(_hours)] | None = None
    wait: Duration = Field(default=timedelta(0), alias="for")
    keep: Duration = Field(default=timedelta(0), alias="keep_firing_for")
    stale: Duration | None = None
    shows: Shows = "max"
    hazard: str
    severity: Literal["info", "general", "serious", "suspected_major"]
    action: Action = "notice"
    source: SourceSpec


class PackSpec(_Strict):
    """A pack: rules that are versioned together."""

    pack: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(min_length=1)
    layer: Layer
    rules: list[RuleSpec] = Field(min_length=1)


def shipped_files() -> list[Path]:
    """The files of the packs that come with Siteward."""
    return sorted(SHIPPED.glob("*.yaml"))


def load_packs(paths: Iterable[Path]) -> list[StreamRule]:
    """Reads packs.

    Raises:
        ConfigError: With every problem of every file; nothing is used.
    """
    problems: list[ConfigProblem] = []
    rules: list[StreamRule] = []
    seen: dict[str, Path] = {}
    for path in paths:
        try:
            document = read(path)
        except ConfigError as error:
            problems += error.problems
            continue
        problems += _duplicates(document, seen)
        found, wrong = _load(document)
        rules += found
        problems += wrong
    if problems:
        raise ConfigError(problems)
    return rules


def _load(document: Document) -> tuple[list[StreamRule], list[ConfigProblem]]:
    problems: list[ConfigProblem] = []
    pack: PackSpec | None = None
    try:
        pack = validate(document, PackSpec)
    except ConfigError as error:
        problems += [_naming_rule(document, problem) for problem in error.problems]
    rules: list[StreamRule] = []
    for index, raw in enumerate(_raw_rules(document)):
        try:
            spec = RuleSpec.model_validate(raw)
        except ValidationError:
            continue
        wrong = _check(document, ("rules", index), spec)
        problems += wrong
        if pack and not wrong:
            rules.append(_build(pack, spec))
    return rules, problems


def _raw_rules(document: Document) -> Sequence[Any]:
    rules = document.value.get("rules") if isinstance(document.value, dict) else None
    return rules if isinstance(rules, list) else []


def _naming_rule(document: Document, problem: ConfigProblem) -> ConfigProblem:
    match = re.match(r"rules\[(\d+)\]", problem.field)
    raw = _raw_rules(document)[int(match[1])] if match else None
    if not isinstance(raw, dict) or "id" not in raw:
        return problem
    message = f"rule {raw['id']}: {problem.message}"
    return ConfigProblem(problem.file, problem.line, problem.field, message, problem.remedy)


def _duplicates(document: Document, seen: dict[str, Path]) -> list[ConfigProblem]:
    problems = []
    for index, raw in enumerate(_raw_rules(document)):
        rule = raw.get("id") if isinstance(raw, dict) else None
        if not isinstance(rule, str):
            continue
        if rule in seen:
            message = f"rule {rule}: already defined in {seen[rule]}"
            problems.append(document.problem(("rules", index, "id"), message, "give it another id"))
        seen[rule] = document.file
    return problems


def _check(document: Document, path: tuple[str | int, ...], spec: RuleSpec) -> list[ConfigProblem]:
    """What no model can express: names in catalogues, units, conditions."""
    problems: list[ConfigProblem] = []

    def wrong(field: tuple[str, ...], message: str, remedy: str) -> None:
        problems.append(document.problem((*path, *field), f"rule {spec.id}: {message}", remedy))

    when = spec.when
    for field, name, known in (
        ("metric", when.metric, list(METRICS)),
        ("detection", when.detection, list(HAZARDS)),
        ("fact", when.fact, list(FACTS)),
    ):
        if name is not None and name not in known:
            wrong(("when", field), f"no {field} is called {name!r}", _nearest(name, known))
    if spec.hazard not in HAZARDS:
        remedy = _nearest(spec.hazard, list(HAZARDS))
        wrong(("hazard",), f"no hazard is called {spec.hazard!r}", remedy)
    if problems:
        return problems
    _, unit, _, _ = _quantity(when)
    if spec.limit and spec.limit.unit != unit:
        message = f"unit {spec.limit.unit!r} is not that of what it reads, {unit!r}"
        wrong(("limit", "unit"), message, f"convert the limit and write unit: {unit!r}")
    if when.aggregate == "energy_mean" and unit != "dB(A)":
        wrong(("when", "aggregate"), "energy_mean is for levels in dB(A)", "use mean")
    if when.detection and when.window:
        wrong(("when", "window"), "detections have no window", "use keep_firing_for")
    try:
        _condition(spec)
    except ConditionError as error:
        names = ", ".join(_names(spec))
        wrong(("condition",), str(error), f"write CEL over {names}, e.g. 'value > limit'")
    return problems


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"


def _quantity(when: When) -> tuple[Text, str, float, float]:
    if when.metric:
        metric = METRICS[when.metric]
        if when.aggregate == "count":
            return Text(metric.zh, metric.en), "", 0.0, 1000.0
        return Text(metric.zh, metric.en), metric.unit, metric.low, metric.high
    if when.fact:
        name, low, high = FACTS[when.fact]
        return name, "", low, high
    return Text("置信度", "Confidence"), "", 0.0, 1.0


def _names(spec: RuleSpec) -> tuple[str, ...]:
    names = DETECTION if spec.when.detection else READING
    return names if spec.limit else names[:1]


def _condition(spec: RuleSpec) -> Condition:
    condition = Condition(spec.condition, _names(spec))
    if spec.condition.strip() == "true" and spec.when.detection:
        return condition
    _, _, low, high = _quantity(spec.when)
    limit = spec.limit.value if spec.limit else None
    check_alive(condition, _names(spec)[0], low, high, limit)
    return condition


def _build(pack: PackSpec, spec: RuleSpec) -> StreamRule:
    when = spec.when
    quantity, unit, _, _ = _quantity(when)
    default_stale = _DETECTION_STALE if when.detection else max(_DEFAULT_STALE, when.window)
    return StreamRule(
        id=spec.id,
        version=pack.version,
        pack=pack.pack,
        layer=pack.layer,
        title=Text(spec.title.zh, spec.title.en),
        kind=spec.hazard,
        severity=spec.severity,
        action=spec.action,
        source=Source(**spec.source.model_dump()),
        reads=when.metric or when.fact or f"detection.{when.detection}",
        quantity=quantity,
        unit=unit,
        condition=_condition(spec),
        limit=spec.limit.value if spec.limit else None,
        aggregate=when.aggregate,
        window=when.window,
        coverage=when.coverage,
        wait=spec.wait,
        keep=spec.keep,
        stale=spec.stale or default_stale,
        hours=spec.hours,
        shows=spec.shows,
    )
