"""Scenario files: read, checked by the model, then checked against themselves."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from siteward_contracts.catalog import HAZARDS
from siteward_contracts.config_file import ConfigError, ConfigProblem, read, validate
from siteward_contracts.scene_palette import MATERIALS
from siteward_simulators.world.geometry import Point, inside
from siteward_simulators.world.scenario import Scenario

SCENARIOS: Final = Path(__file__).parent.parent / "scenarios"
"""The scenarios that ship with the product."""

Found = tuple[tuple[str | int, ...], str, str]
"""Path of the field, what is wrong, what to do."""


def load_scenario(file: Path) -> Scenario:
    """Reads and checks one scenario.

    Raises:
        ConfigError: With every problem: file, line, field and remedy.
    """
    document = read(file)
    scenario = validate(document, Scenario)
    problems = [document.problem(*found) for found in contradictions(scenario)]
    if problems:
        raise ConfigError(problems)
    return scenario


def load_scenarios(folder: Path = SCENARIOS) -> list[Scenario]:
    """Reads every ``*.yaml`` of a folder, in the order of their names.

    Raises:
        ConfigError: The folder holds none, or any is unusable; problems of all files at once.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        remedy = "give a folder of scenario files"
        raise ConfigError([ConfigProblem(folder, 1, "", "holds no *.yaml", remedy)])
    scenarios: list[Scenario] = []
    problems: list[ConfigProblem] = []
    for file in files:
        try:
            scenarios.append(load_scenario(file))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return scenarios


def contradictions(s: Scenario) -> Iterator[Found]:
    """What no single field shows: names that point nowhere, sums and orders that fail."""
    yield from _names(s)
    yield from _zones(s)
    yield from _ways(s)
    yield from _money(s)


def _names(s: Scenario) -> Iterator[Found]:
    items = [item.id for item in s.work_items]
    cameras = [camera.id for camera in s.cameras]
    milestones = [milestone.id for milestone in s.milestones]
    sensors = [sensor.id for sensor in (s.dust_box, s.crane) if sensor]
    groups: list[tuple[str, list[str]]] = [
        ("work_items", items),
        ("cameras", cameras),
        ("milestones", milestones),
        ("zones", [zone.id for zone in s.zones]),
        ("danger_zones", [zone.id for zone in s.danger_zones]),
    ]
    for group, ids in groups:
        for index, name in enumerate(ids):
            if name in ids[:index]:
                yield (group, index, "id"), f"{name!r} is used twice", "give it another id"
    references: list[tuple[tuple[str | int, ...], str, list[str]]] = [
        *((("zones", i, "camera"), z.camera, cameras) for i, z in enumerate(s.zones)),
        *((("zones", i, "work_item"), z.work_item, items) for i, z in enumerate(s.zones)),
        *((("danger_zones", i, "camera"), z.camera, cameras) for i, z in enumerate(s.danger_zones)),
        *((("outages", i, "camera"), o.camera, cameras) for i, o in enumerate(s.outages)),
        *((("live", i, "device"), e.device, cameras + sensors) for i, e in enumerate(s.live)),
        *((("claims", i, "milestone"), c.milestone, milestones) for i, c in enumerate(s.claims)),
        (("live_claim", "milestone"), s.live_claim.milestone, milestones),
        *(
            (("milestones", i, "work_items", j), name, items)
            for i, m in enumerate(s.milestones)
            for j, name in enumerate(m.work_items)
        ),
        *(
            ((group, i, "percents", name), name, items)
            for group, entries in (("reports", s.reports), ("measurements", s.measurements))
            for i, entry in enumerate(entries)
            for name in entry.percents
        ),
        *((("hazards", i, "kind"), h.kind, list(HAZARDS)) for i, h in enumerate(s.hazards)),
    ]
    for path, name, known in references:
        if name not in known:
            yield path, f"{name!r} is not declared", f"one of: {', '.join(known) or 'none'}"


def _zones(s: Scenario) -> Iterator[Found]:
    total = sum(zone.weight for zone in s.zones)
    if total > 1.0001:
        yield ("zones",), f"weights add up to {total:.3f}", "at most 1; the rest is unseen work"
    for i, zone in enumerate(s.zones):
        percents = [state.percent for state in zone.states]
        if percents[0] != 0:
            yield ("zones", i, "states", 0, "percent"), "is not 0", "begin with the untouched zone"
        for j, state in enumerate(zone.states):
            at = ("zones", i, "states", j)
            if j and percents[j] <= percents[j - 1]:
                yield (*at, "percent"), "does not rise", f"more than {percents[j - 1]}"
            if len(state.pattern) != zone.bands:
                yield (
                    (*at, "pattern"),
                    f"names {len(state.pattern)} materials for {zone.bands} bands",
                    "name one per band, bottom to top",
                )
            if state.pattern in [other.pattern for other in zone.states[:j]]:
                yield (*at, "pattern"), "looks like an earlier state", "a camera cannot tell them"
            for material in state.pattern:
                if material not in MATERIALS:
                    known = f"one of: {', '.join(MATERIALS)}"
                    yield (*at, "pattern"), f"no material {material!r}", known


def _ways(s: Scenario) -> Iterator[Found]:
    for i, camera in enumerate(s.cameras):
        for j, way in enumerate(camera.walkways):
            for danger in s.danger_zones_of(camera.id):
                if any(inside(point, danger.polygon) for point in along(way)):
                    message = f"leads through the danger zone {danger.id!r}"
                    yield ("cameras", i, "walkways", j), message, "lead it around"


def along(way: Sequence[Point]) -> Iterator[Point]:
    """Points on a walkway, twenty on each leg."""
    for (x0, y0), (x1, y1) in itertools.pairwise(way):
        for step in range(21):
            part = step / 20
            yield x0 + (x1 - x0) * part, y0 + (y1 - y0) * part


def _money(s: Scenario) -> Iterator[Found]:
    value = sum(item.value for item in s.work_items)
    if value != s.contract.contract_sum:
        message = f"is not the sum of the work items, {value}"
        yield ("contract", "contract_sum"), message, "make the bill and the contract agree"
    claimed = [*s.claims, s.live_claim]
    for i, claim in enumerate(claimed):
        at: tuple[str | int, ...] = ("claims", i) if i < len(s.claims) else ("live_claim",)
        if claim.wage_amount > claim.amount:
            message = "is more than the claim"
            yield (*at, "wage_amount"), message, f"at most {claim.amount}"
        if i and claim.day <= claimed[i - 1].day:
            yield (*at, "day"), "does not come after the claim before", "list claims by day"
