"""Layers: national, then city, then project; a lower one overrides field by field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from siteward_rules.findings import Text
from siteward_rules.language.check import condition_names
from siteward_rules.language.condition import Condition
from siteward_rules.language.quantity import read_quantity
from siteward_rules.language.spec import OverrideSpec, PackSpec, RuleSpec
from siteward_rules.stream.rule import Input, Layer, Source, StreamRule

_DEFAULT_STALE: Final = timedelta(minutes=20)
_DETECTION_STALE: Final = timedelta(hours=24)
_ORDER: Final[tuple[Layer, ...]] = ("national", "city", "project")


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was read and found right."""

    spec: PackSpec


@dataclass(frozen=True, slots=True)
class Place:
    """Where a project is, as city packs name places; empty is nowhere in particular."""

    region: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Abstention:
    """A rule that does not run on a site because the site has not given a number."""

    rule: str
    title: Text
    param: str
    param_title: Text
    unit: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What holds on one site.

    Attributes:
        rules: Ready to run.
        abstained: What does not run for want of a number; people are asked for it.
        disabled: Rule to the reason it is switched off here.
        layered: Every rule of the place, whether it runs or not.
    """

    rules: tuple[StreamRule, ...] = ()
    abstained: tuple[Abstention, ...] = ()
    disabled: Mapping[str, str] = field(default_factory=dict)
    layered: Mapping[str, "LayeredRule"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayeredRule:
    """A rule and what the layers have said of it."""

    pack: PackSpec
    spec: RuleSpec
    layer: Layer
    enabled: bool = True
    params: Mapping[str, float] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def resolve(packs: Sequence[Pack], place: Place, project: Sequence[OverrideSpec] = ()) -> RuleSet:
    """What holds at a place for a project.

    Args:
        packs: Of any layer, already checked.
        place: Chooses the city packs; a province's come before its cities'.
        project: The project's own overrides, applied last and in order.
    """
    rules: dict[str, LayeredRule] = {}
    for pack in sorted(filter(lambda p: _applies(p, place), packs), key=_depth):
        for spec in pack.spec.rules:
            rules[spec.id] = LayeredRule(pack.spec, spec, pack.spec.layer)
        _override(rules, pack.spec.overrides, pack.spec.layer, _name(pack.spec))
    _override(rules, project, "project", "project")
    on = [rule for rule in rules.values() if rule.enabled]
    missing = [a for rule in on for a in _abstentions(rule)]
    silent = {abstention.rule for abstention in missing}
    return RuleSet(
        tuple(_build(rule) for rule in on if rule.spec.id not in silent),
        tuple(missing),
        {id: rule.reasons[-1] for id, rule in rules.items() if not rule.enabled},
        rules,
    )


def _applies(pack: Pack, place: Place) -> bool:
    where = pack.spec.place
    if where is None:
        return True
    return where.region == place.region and where.city in ("", place.city)


def _depth(pack: Pack) -> tuple[int, bool]:
    where = pack.spec.place
    return _ORDER.index(pack.spec.layer), bool(where and where.city)


def _name(pack: PackSpec) -> str:
    if pack.place is None:
        return pack.layer
    return " ".join(part for part in (pack.place.region, pack.place.city) if part)


def _override(
    rules: dict[str, LayeredRule], overrides: Iterable[OverrideSpec], layer: Layer, name: str
) -> None:
    for change in overrides:
        before = rules.get(change.rule)
        if before is None:  # a city pack may change another city's rule
            continue
        changed = change.changed
        enabled = bool(changed.pop("enabled", before.enabled))
        fields = [*changed, *(f"params.{param}" for param in change.params)]
        rules[change.rule] = LayeredRule(
            before.pack,
            before.spec.model_copy(update=changed),
            layer,
            enabled,
            {**before.params, **change.params},
            {**before.layers, **dict.fromkeys(fields, name)},
            (*before.reasons, change.reason),
        )


def _abstentions(rule: LayeredRule) -> Iterable[Abstention]:
    title = Text(rule.spec.title.zh, rule.spec.title.en)
    for name, given in rule.spec.params.items():
        if given.default is None and name not in rule.params:
            asked = Text(given.title.zh, given.title.en)
            yield Abstention(rule.spec.id, title, name, asked, given.unit)


def _build(layered: LayeredRule) -> StreamRule:
    spec, when = layered.spec, layered.spec.when
    quantity, names = read_quantity(when), condition_names(layered.spec)
    default_stale = _DETECTION_STALE if when.detection else max(_DEFAULT_STALE, when.window)
    limit = spec.limit.value if spec.limit else None
    silence = when.aggregate == "no_data" and limit is not None
    defaults = {n: p.default for n, p in spec.params.items() if p.default is not None}
    return StreamRule(
        id=spec.id,
        version=layered.pack.version,
        pack=layered.pack.pack,
        layer=layered.layer,
        title=Text(spec.title.zh, spec.title.en),
        kind=spec.hazard,
        severity=spec.severity,
        action=spec.action,
        source=Source(**spec.source.model_dump()),
        reads=when.metric or when.fact or f"detection.{when.detection}",
        quantity=quantity.title,
        unit=quantity.unit,
        condition=Condition(spec.condition, names),
        limit=limit,
        aggregate=when.aggregate,
        window=when.window,
        coverage=when.coverage,
        wait=spec.wait,
        keep=spec.keep,
        stale=spec.stale or default_stale,
        hours=spec.hours,
        shows=spec.shows,
        inputs=tuple(
            Input(name, given.metric, given.within, given.of == "site")
            for name, given in spec.inputs.items()
        ),
        params={**defaults, **layered.params},
        clear=Condition(spec.clear, names) if spec.clear else None,
        days=spec.days,
        permit=spec.suppress_if.permit if spec.suppress_if else None,
        silence=timedelta(minutes=limit) if silence and limit is not None else None,
        layers=layered.layers,
        reasons=layered.reasons,
    )
