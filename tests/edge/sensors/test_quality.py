import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_contracts.messages import Statistic
from siteward_edge.config.sensors import Flatline, Judged
from siteward_edge.sensors.findings import Findings, Key
from siteward_edge.sensors.measured import Measured
from siteward_edge.sensors.quality import disorder, plausible
from tests.edge.sensors.conftest import Bench, take, take_many

NOW = datetime(2026, 3, 11, 6, 31, tzinfo=UTC)
DUST = {"pm25": 50.0, "pm10": 100.0, "tsp": 200.0}


def test_values_nobody_can_believe_are_left_out_with_a_remedy() -> None:
    values = {"crane_load": 655.35, "crane_wind": 3, "crane_tilt": 1e99, "pm10": float("nan")}
    good, refused = plausible(values, {})
    assert good == {"crane_wind": 3}
    assert "check its unit, scale and address" in refused["crane_load"]
    assert plausible(values, dict.fromkeys(values, "D"))[1] == {}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"pm25": 50, "pm10": 100, "tsp": 200}, ""),
        ({"pm25": 109, "pm10": 100, "tsp": 100}, ""),
        ({"pm25": 4, "pm10": 1}, ""),
        ({"pm25": 120, "pm10": 100, "tsp": 200}, "pm25 120 is above pm10 100"),
        ({"pm25": 50, "pm10": 100, "tsp": 0.2}, "pm10 100 is above tsp 0.2"),
        ({"pm25": 50, "tsp": 0.2}, "pm25 50 is above tsp 0.2"),
        ({"pm10": 100}, None),
    ],
)
def test_coarse_dust_contains_the_fine(values: dict[str, float], wrong: str | None) -> None:
    found = disorder(values)
    assert found == wrong if not wrong else wrong in (found or "")


def test_a_fault_begins_after_several_bad_samples_and_ends_after_as_many_good(
    bench: Bench,
) -> None:
    intake = bench.intake(dust_1=Judged())
    take_many(bench, intake, DUST, 3)
    take(bench, intake, DUST, flags={"pm10": "D"})
    take_many(bench, intake, DUST, 3)
    assert bench.findings() == [], "one bad sample is no fault"
    for _ in range(4):
        take(bench, intake, DUST, flags={"pm10": "D"})
        bench.later(10)
    assert bench.findings() == [("sensor_fault", "begin")]
    take_many(bench, intake, DUST, 3)
    begin, end = bench.detections()
    assert (begin.phase, end.phase) == ("begin", "end")
    assert begin.track == end.track
    assert begin.detail == "pm10: its instrument calls it faulty (flag D)"
    assert begin.first_seen is not None
    assert begin.ts - begin.first_seen == timedelta(seconds=20)
    assert bench.values("sensor_ok")[-1] == 1
    assert 0 in bench.values("sensor_ok")


@pytest.mark.parametrize("flag", ["F", "M", "S", "C"])
def test_what_somebody_does_to_a_sensor_takes_it_out_of_use_and_is_no_fault(
    bench: Bench, flag: str
) -> None:
    intake = bench.intake(dust_1=Judged())
    for _ in range(5):
        take(bench, intake, DUST, flags={"pm10": flag})
    assert bench.findings() == []
    assert bench.values("sensor_ok") == [0]
    (status,) = intake.status()
    assert (status.ok, status.cause) == (False, f"pm10 is flagged {flag}")


def test_a_wrong_unit_is_a_fault_that_says_what_it_probably_is(bench: Bench) -> None:
    intake = bench.intake(dust_1=Judged(fault_samples=2))
    take_many(bench, intake, {"pm25": 75600.0, "noise_laeq": 60}, 2)
    (found,) = bench.detections()
    assert found.kind == "sensor_fault"
    assert "probably ng/m³" in found.detail
    assert bench.values("noise_laeq") == [60, 60]


def test_dust_in_the_wrong_order_is_kept_and_told(bench: Bench) -> None:
    intake = bench.intake(dust_1=Judged())
    take_many(bench, intake, DUST | {"pm25": 500}, 3)
    (found,) = bench.detections()
    assert "pm25 500 is above pm10 100" in found.detail
    assert bench.values("pm25") == [500, 500, 500]


def flat_after(bench: Bench, values: Mapping[str, float], times: int, **judged: Any) -> bool:
    take_many(bench, bench.intake(dust_1=Judged(**judged)), values, times, every=60)
    return ("sensor_flatline", "begin") in bench.findings()


@pytest.mark.parametrize(
    ("values", "times", "flat"),
    [
        ({"noise_laeq": 55.1}, 12, True),
        ({"noise_laeq": 55.1}, 10, False),
        ({"wind_speed": 0.0}, 120, False),
        ({"wind_speed": 3.1}, 120, True),
        ({"wind_speed": 0.2, "wind_direction": 90}, 50, False),
        ({"wind_speed": 3.1, "wind_direction": 90}, 70, True),
        ({"rainfall": 0.0}, 120, False),
        ({"temperature": 21.6}, 120, False),
        ({"humidity": 100.0}, 1000, False),
        ({"crane_load": 0.0, "crane_slew": 12.5}, 120, False),
        ({"hoist_door_open": 1.0}, 120, False),
    ],
)
def test_what_never_changes_is_dead_unless_it_may_stand_still(
    bench: Bench, values: dict[str, float], times: int, flat: bool
) -> None:
    assert flat_after(bench, values, times) is flat


def test_a_fast_box_that_repeats_itself_for_a_minute_is_not_dead(bench: Bench) -> None:
    take_many(bench, bench.intake(dust_1=Judged()), {"noise_laeq": 55.1}, 60, every=1)
    assert bench.findings() == []


def test_a_flatline_is_set_per_metric_and_ends_with_the_first_other_value(bench: Bench) -> None:
    flatline = {"pit_settlement": Flatline(samples=3, seconds=0), "noise_laeq": None}
    intake = bench.intake(dust_1=Judged(flatline=flatline))
    take_many(bench, intake, {"pit_settlement": 1.5, "noise_laeq": 50}, 20, every=60)
    assert bench.findings() == [("sensor_flatline", "begin")]
    assert "pit_settlement has been 1.5 in 3 samples" in bench.detections()[0].detail
    assert intake.status()[0].ok is False
    take(bench, intake, {"pit_settlement": 1.6})
    assert bench.findings()[1:] == [("sensor_flatline", "end")]
    assert intake.status()[0].ok is True


def test_what_is_judged_no_more_after_a_restart_ends(bench: Bench) -> None:
    judged = Judged(flatline={"pit_settlement": Flatline(samples=2, seconds=0)})
    before = bench.intake(dust_1=judged)
    take(bench, before, {"pit_settlement": 1.5}, alarms={"crane_wind": "wind"})
    take(bench, before, {"pit_settlement": 1.5}, alarms={"crane_wind": "wind"})
    assert bench.findings() == [("crane_wind", "begin"), ("sensor_flatline", "begin")]
    after = bench.intake(dust_1=Judged(fault_samples=1))
    take(bench, after, {"pit_settlement": 1.5}, alarms={})
    assert set(bench.findings()[2:]) == {("crane_wind", "end"), ("sensor_flatline", "end")}


def test_what_is_no_number_again_and_again_is_a_fault(bench: Bench) -> None:
    intake = bench.intake(dust_1=Judged())
    for _ in range(3):
        take(bench, intake, {}, refused=("LA-Rtd='--' is not a number",))
    assert bench.findings() == [("sensor_fault", "begin")]
    take_many(bench, intake, DUST, 3)
    assert bench.findings()[1:] == [("sensor_fault", "end")]


def test_flags_of_sensors_that_come_in_packets_of_their_own_do_not_mix(bench: Bench) -> None:
    intake = bench.intake(dust_1=Judged())
    take(bench, intake, {"pm10": 1.0}, flags={"pm10": "M"})
    take(bench, intake, {"noise_laeq": 60.0})
    assert intake.status()[0].cause == "pm10 is flagged M"
    take(bench, intake, {}, statistics={"pm10": Statistic(avg=1.0)}, period="minute")
    assert not intake.status()[0].ok
    take(bench, intake, {"pm10": 1.0})
    assert intake.status()[0].ok


def test_statistics_alone_are_a_sign_of_life_and_are_kept(bench: Bench) -> None:
    intake = bench.intake(dust_1=Judged())
    statistics = {"pm10": Statistic(avg=100.0)}
    take(bench, intake, {}, statistics=statistics, period="minute")
    assert [s.statistics for s in bench.samples() if s.period] == [statistics]
    assert intake.status()[0].last_reading == bench.now


def test_a_device_state_that_is_not_running_is_a_fault_until_it_is(bench: Bench) -> None:
    intake = bench.intake(dust_1=Judged())
    take(bench, intake, {}, state="its device state says: SB1 is off")
    take(bench, intake, DUST)
    assert bench.findings() == [("sensor_fault", "begin")]
    assert intake.status()[0].cause == "its device state says: SB1 is off"
    take(bench, intake, {}, state="")
    assert bench.findings()[1:] == [("sensor_fault", "end")]


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 4), st.integers(1, 4))
def test_every_begin_has_one_end_and_no_two_of_a_kind_are_open(
    looks: list[bool], begin: int, end: int
) -> None:
    findings = Findings()
    ids = iter(range(1000))
    open_ = 0
    for number, bad in enumerate([*looks, *[False] * end]):
        at = NOW + timedelta(seconds=number)
        seen = {Key("sensor_fault", "pm10"): "bad" if bad else ""}
        for phase, _ in findings.observe(seen, at, lambda: str(next(ids)), begin=begin, end=end):
            open_ += 1 if phase == "begin" else -1
            assert open_ in (0, 1)
    assert open_ == 0
    assert findings.open == {}


def test_what_many_bring_at_once_is_written_together(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = bench.intake(**{f"dust_{n}": Judged() for n in range(50)})
    put = Mock(side_effect=bench.outbox.put)
    monkeypatch.setattr(bench.outbox, "put", put)

    async def run() -> None:
        takes = [
            intake.take(Measured(device=f"dust-{n}", ts=bench.now, values=DUST)) for n in range(50)
        ]
        await asyncio.gather(*takes)

    asyncio.run(run())
    assert bench.outbox.depth == 100
    assert put.call_count <= 3
