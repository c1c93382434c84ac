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
from siteward_edge.sensors import intake as intake_module
from siteward_edge.sensors.clock_skew import ClockSkew
from siteward_edge.sensors.findings import Findings, Key
from siteward_edge.sensors.intake import Intake
from siteward_edge.sensors.measured import Measured
from siteward_edge.sensors.quality import disorder, plausible
from tests.edge.sensors.conftest import Bench

NOW = datetime(2026, 3, 11, 6, 31, tzinfo=UTC)
DUST = {"pm25": 50.0, "pm10": 100.0, "tsp": 200.0}


def take(bench: Bench, intake: Intake, values: Mapping[str, float], **more: Any) -> None:
    settings: dict[str, Any] = {"device": "dust-1", "ts": bench.now, "values": values} | more
    measured = Measured(**settings)
    asyncio.run(intake.take(measured))


def take_many(
    bench: Bench, intake: Intake, values: Mapping[str, float], times: int, every: float = 10
) -> None:
    for _ in range(times):
        take(bench, intake, values)
        bench.later(every)


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


async def silence(intake: Intake) -> None:
    looking = asyncio.create_task(intake.look_for_silence())
    await asyncio.sleep(0.05)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


def test_silence_is_told_and_its_end_across_a_restart_of_the_agent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "TICK", 0.01)
    intake = bench.intake(dust_1=Judged())
    take(bench, intake, DUST)
    bench.later(290)
    asyncio.run(silence(intake))
    assert bench.findings() == []
    bench.later(20)
    asyncio.run(silence(intake))
    assert bench.findings() == [("device_offline", "begin")]
    assert "no reading for 310 s" in bench.detections()[0].detail
    assert bench.values("online") == [1, 0]
    assert bench.values("sensor_ok") == [1, 0]
    bench.later(3600)
    again = bench.intake(dust_1=Judged())
    asyncio.run(silence(again))
    (status,) = again.status()
    assert not status.ok
    assert status.last_reading == NOW
    take(bench, again, DUST)
    begin, end = bench.detections()
    assert begin.track == end.track
    assert end.phase == "end"
    assert bench.values("online")[-1] == 1
    assert again.status()[0].ok


def test_the_time_the_agent_itself_was_away_is_not_the_instrument_s_silence(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "TICK", 0.01)
    take(bench, bench.intake(dust_1=Judged()), DUST)
    bench.later(100_000)
    again = bench.intake(dust_1=Judged())
    bench.later(60)
    asyncio.run(silence(again))
    assert bench.findings() == []
    bench.later(300)
    asyncio.run(silence(again))
    assert bench.findings() == [("device_offline", "begin")]


def test_a_device_that_was_never_heard_is_told_too(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "TICK", 0.01)
    intake = bench.intake(dust_1=Judged())
    bench.later(301)
    asyncio.run(silence(intake))
    assert "never heard; check power and link" in bench.detections()[0].detail


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


def sent_at(bench: Bench, intake: Intake, ahead: float, times: int, every: float = 10) -> None:
    for number in range(times):
        stamp = bench.now + timedelta(seconds=ahead)
        values = {"pm10": 100.0 + number}
        take(bench, intake, values, ts=stamp, sent=stamp)
        bench.later(every)


@pytest.mark.parametrize("ahead", [200.0, -7200.0, -86400.0 * 300])
def test_a_wrong_clock_is_told_and_its_times_are_corrected(bench: Bench, ahead: float) -> None:
    intake = bench.intake(dust_1=Judged())
    sent_at(bench, intake, ahead, 20)
    (found,) = bench.detections()
    assert "its clock is" in found.detail
    assert ("ahead of" if ahead > 0 else "behind") in found.detail
    last = [s for s in bench.samples() if "pm10" in s.readings][-1]
    assert abs((last.ts - bench.now).total_seconds() + 10) < 1
    assert intake.status()[0].clock_offset == pytest.approx(ahead, abs=1)
    assert bench.values("sensor_clock_offset")[-1] == pytest.approx(ahead, abs=1)


def test_a_clock_from_before_the_battery_was_lost_is_not_believed_from_the_first(
    bench: Bench,
) -> None:
    intake = bench.intake(dust_1=Judged())
    sent_at(bench, intake, -86400.0 * 9000, 1)
    sent_at(bench, intake, 86400.0, 1)
    assert {s.ts.date() for s in bench.samples()} == {NOW.date()}


def test_packets_that_waited_for_the_link_keep_their_times(bench: Bench) -> None:
    intake = bench.intake(dust_1=Judged())
    start = bench.now
    for second in range(0, 3600, 10):  # an hour of them, sent within two minutes
        stamp = start - timedelta(seconds=3600 - second)
        take(bench, intake, {"pm10": 100.0}, ts=stamp, sent=stamp)
        bench.later(1 / 3)
    assert bench.findings() == []
    times = [s.ts for s in bench.samples() if "pm10" in s.readings]
    assert times[0] == start - timedelta(seconds=3600)
    assert times[-1] == start - timedelta(seconds=10)


@given(st.floats(-1e6, 1e6), st.lists(st.floats(0, 10), min_size=20, max_size=40))
def test_a_constant_offset_is_found_through_the_delays_of_the_network(
    ahead: float, delays: list[float]
) -> None:
    skew = ClockSkew()
    found = None
    for number, delay in enumerate(delays):
        now = NOW + timedelta(seconds=10 * number)
        found = skew.observe(now + timedelta(seconds=ahead - delay), now)
    assert found is not None
    assert ahead - 10 <= found <= ahead + 1e-5


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
