"""What a rule may say beyond value and limit: inputs, numbers of the site, silence, permits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteward_contracts.clock import SHANGHAI
from siteward_contracts.config_file import ConfigError
from siteward_rules.language.layers import Place, resolve
from siteward_rules.language.rule_file import load_packs, read_packs, shipped_files
from siteward_rules.language.spec import OverrideSpec
from siteward_rules.stream.engine import Engine, Observation, Transition

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI).astimezone(UTC)
MINUTE = timedelta(minutes=1)


def pack(rule: str, head: str = "layer: national") -> str:
    fixed = "    hazard: dust\n    severity: general\n    source: {doc: X, trust: default}\n"
    title = "    title: {zh: 甲, en: A}\n"
    return f'pack: test\nversion: "1"\n{head}\nrules:\n  - id: SR-A\n{title}{rule}{fixed}'


def engine(tmp_path: Path, rule: str, **more: object) -> Engine:
    file = tmp_path / "pack.yaml"
    file.write_text(pack(rule), encoding="utf-8")
    return Engine(load_packs([file]), **more)  # type: ignore[arg-type]


def refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "pack.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_packs([file])
    return str(caught.value)


def seen(metric: str, minute: float, value: float, device: str = "box") -> Observation:
    return Observation("school", device, metric, MONDAY + minute * MINUTE, float(value))


def feed(engine: Engine, *observations: Observation) -> list[str]:
    return [t.change for one in observations for t in engine.feed(one)]


CORE = """\
    when: {metric: concrete_core_temp}
    with: {surface: {metric: concrete_surface_temp, within: 5m}}
    limit: {value: 25, unit: °C}
    condition: value - surface > limit
"""


def test_two_metrics_of_a_device_are_compared_at_one_time(tmp_path: Path) -> None:
    core = engine(tmp_path, CORE)
    assert feed(core, seen("concrete_core_temp", 0, 60), seen("concrete_surface_temp", 0, 36)) == []
    assert feed(core, seen("concrete_core_temp", 1, 62)) == ["firing"]
    assert feed(core, seen("concrete_surface_temp", 1, 38)) == ["retracted"]
    assert feed(core, seen("concrete_surface_temp", 2, 30, "elsewhere")) == []


def test_a_rule_abstains_while_an_input_is_too_old(tmp_path: Path) -> None:
    core = engine(tmp_path, CORE)
    feed(core, seen("concrete_surface_temp", 0, 30))
    assert feed(core, seen("concrete_core_temp", 5, 60)) == ["firing"]
    assert feed(core, seen("concrete_core_temp", 6, 20)) == []
    assert feed(core, seen("concrete_surface_temp", 6, 19)) == ["resolved"]


readings = st.lists(
    st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from([20.0, 44.0, 46.0])), max_size=12
)


@settings(max_examples=100, deadline=None)
@given(readings=readings, data=st.data())
def test_inputs_may_come_in_any_order_and_twice(
    tmp_path_factory: pytest.TempPathFactory,
    readings: list[tuple[int, bool, float]],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.getbasetemp()
    unique = {(minute, core): value for minute, core, value in readings}
    names = ("concrete_surface_temp", "concrete_core_temp")
    all_seen = [seen(names[core], minute, value) for (minute, core), value in unique.items()]
    shuffled = data.draw(st.permutations([*all_seen, *all_seen[:3]]))
    assert final(engine(folder, CORE), all_seen) == final(engine(folder, CORE), shuffled)


def final(engine: Engine, observations: Sequence[Observation]) -> list[str]:
    known: dict[str, Transition] = {}
    for transition in (t for one in observations for t in engine.feed(one)):
        if transition.change == "retracted":
            known.pop(transition.incident, None)
        elif transition.change != "pending":
            known[transition.incident] = transition
    return sorted(repr((t.span.started_at, t.span.resolved_at)) for t in known.values())


PIT = """\
    when: {metric: pit_top_horizontal}
    params:
      depth: {unit: m, title: {zh: 基坑深度, en: Pit depth}, low: 1, high: 50}
    limit: {value: 30, unit: mm}
    condition: abs(value) > min(limit, depth * 3.0)
"""


def test_without_the_sites_number_a_rule_abstains_and_says_what_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(pack(PIT), encoding="utf-8")
    packs = read_packs([file])
    without = resolve(packs, Place())
    assert without.rules == ()
    (missing,) = without.abstained
    assert (missing.rule, missing.param, missing.param_title.zh, missing.unit) == (
        "SR-A", "depth", "基坑深度", "m"
    )  # fmt: skip
    given = OverrideSpec(rule="SR-A", reason="专项方案", params={"depth": 6})
    (rule,) = resolve(packs, Place(), [given]).rules
    assert rule.layers == {"params.depth": "project"} and rule.reasons == ("专项方案",)
    assert feed(Engine([rule]), seen("pit_top_horizontal", 0, -18)) == []
    assert feed(Engine([rule]), seen("pit_top_horizontal", 0, -18.5)) == ["firing"]


def test_silence_is_noticed_by_the_clock_and_ended_by_a_reading(tmp_path: Path) -> None:
    quiet = engine(tmp_path, """\
    when: {metric: noise_laeq, aggregate: no_data}
    limit: {value: 30, unit: min}
    condition: value > limit
""")  # fmt: skip
    feed(quiet, seen("noise_laeq", 0, 60))
    for _ in range(6):
        assert quiet.tick(MONDAY + 30 * MINUTE) == []
    (fired,) = quiet.tick(MONDAY + 31 * MINUTE)
    assert (fired.change, fired.span.started_at) == ("firing", MONDAY)
    assert fired.span.fired_at == MONDAY + 30 * MINUTE
    assert feed(quiet, seen("noise_laeq", 40, 60)) == ["resolved"]
    late = [t for _ in range(6) for t in quiet.tick(MONDAY + 71 * MINUTE)]
    assert [t.change for t in late] == ["firing"]


def test_silence_known_before_a_restart_is_still_waited_for(tmp_path: Path) -> None:
    rule = """\
    when: {metric: noise_laeq, aggregate: no_data}
    limit: {value: 30, unit: min}
    condition: value > limit
"""
    first = engine(tmp_path, rule)
    feed(first, seen("noise_laeq", 0, 60))
    second = engine(tmp_path, rule)
    second.restore(first.take_changes())
    fired = [t.change for _ in range(6) for t in second.tick(MONDAY + 31 * MINUTE)]
    assert fired == ["firing"]


@pytest.mark.parametrize(
    ("aggregate", "unit", "values", "fires"),
    [
        ("p50", "µg/m³", [10, 10, 10, 900, 900], False),
        ("p90", "µg/m³", [10, 900, 900, 900, 900], True),
        ("change", "µg/m³", [100, 500, 249], False),
        ("change", "µg/m³", [100, 50, 251], True),
        ("rate_per_hour", "µg/m³/h", [0, 2.4], False),
        ("rate_per_hour", "µg/m³/h", [0, 2.6], True),
        ("count", "", [1] * 150, False),
    ],
)
def test_a_window_becomes_one_number(
    tmp_path: Path, aggregate: str, unit: str, values: list[float], fires: bool
) -> None:
    one = engine(tmp_path, f"""\
    when: {{metric: pm10, window: 3h, aggregate: {aggregate}, coverage: 0}}
    limit: {{value: 150, unit: {unit or '""'}}}
    condition: value > limit
""")  # fmt: skip
    changes = feed(one, *(seen("pm10", n, value) for n, value in enumerate(values)))
    assert ("firing" in changes[-1:]) == fires


def test_an_alert_ends_only_when_the_clear_condition_holds(tmp_path: Path) -> None:
    wind = engine(tmp_path, """\
    when: {metric: crane_wind}
    limit: {value: 12, unit: m/s}
    condition: value > limit
    clear: value < limit - 2.0
""")  # fmt: skip
    assert feed(wind, *(seen("crane_wind", n, v) for n, v in enumerate([13, 11, 12, 10]))) == [
        "firing"
    ]
    assert feed(wind, seen("crane_wind", 4, 9.9)) == ["resolved"]


class NightPermit:
    """A permit over the first ten minutes."""

    def valid(self, site: str, permit: str, zone: str | None, ts: datetime) -> bool:
        return (site, permit, zone) == ("school", "night_work", None) and ts < MONDAY + 10 * MINUTE


def test_a_valid_permit_makes_the_rule_stand_aside(tmp_path: Path) -> None:
    loud = engine(tmp_path, """\
    when: {metric: noise_laeq}
    limit: {value: 70, unit: dB(A)}
    condition: value > limit
    suppress_if: {permit: night_work}
""", permits=NightPermit())  # fmt: skip
    assert feed(loud, seen("noise_laeq", 9, 80)) == []
    assert feed(loud, seen("noise_laeq", 10, 80)) == ["firing"]


@pytest.mark.parametrize(
    ("days", "day", "fires"),
    [
        ("working", 23, True),  # a Monday
        ("rest", 23, False),
        ("working", 22, False),  # a Sunday
        ("rest", 22, True),
    ],
)
def test_a_rule_holds_on_its_days(tmp_path: Path, days: str, day: int, fires: bool) -> None:
    one = engine(tmp_path, f"""\
    when: {{metric: noise_laeq}}
    limit: {{value: 70, unit: dB(A)}}
    condition: value > limit
    days: {days}
""")  # fmt: skip
    ts = datetime(2026, 11, day, 12, tzinfo=SHANGHAI).astimezone(UTC)
    changes = feed(one, Observation("school", "box", "noise_laeq", ts, 80))
    assert (changes == ["firing"]) == fires


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (CORE.replace("surface: {m", "value: {m"), "'value' has a meaning already"),
        (CORE.replace("value - surface", "value"), "'surface' is not used by any condition"),
        (CORE.replace("value - surface", "surface"), "does not look at value"),
        (PIT.replace("low: 1, high: 50", "low: 50, high: 1"), "low 50 is not under high 1"),
        (
            (
                "    when: {metric: pm10}\n    limit: {value: 9, unit: µg/m³}\n"
                "    condition: value >= limit\n"
            ),
            "disagrees with boundary: exclusive",
        ),
        (
            (
                "    when: {metric: pm10, aggregate: no_data}\n    limit: {value: 9, unit: min}\n"
                '    condition: value > limit\n    hours: "06:00-22:00"\n'
            ),
            "a no_data rule holds at all hours",
        ),
        (
            (
                "    when: {metric: noise_laeq, window: 5m, aggregate: mean}\n"
                "    limit: {value: 70, unit: dB(A)}\n    condition: value > limit\n"
            ),
            "levels in dB(A) have no plain mean",
        ),
        (
            (
                "    when: {metric: crane_wind}\n    limit: {value: 12, unit: m/s}\n"
                "    condition: value > limit\n    clear: value < -5.0\n"
            ),
            "rules[0].clear: rule SR-A: is always false",
        ),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, rule: str, expected: str) -> None:
    assert expected in refused(tmp_path, pack(rule))


@pytest.mark.parametrize("rule", load_packs(shipped_files()), ids=lambda rule: rule.id)
def test_a_limit_itself_is_no_exceedance_unless_the_rule_says_so(rule: object) -> None:
    from siteward_rules.stream.rule import StreamRule

    assert isinstance(rule, StreamRule)
    if rule.limit is None or rule.condition.names != {"value", "limit"}:
        return
    at_limit = rule.condition.holds({"value": rule.limit, "limit": rule.limit})
    assert at_limit == (">=" in rule.condition.source or "<=" in rule.condition.source)
