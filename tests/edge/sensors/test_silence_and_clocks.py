import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_edge.config.sensors import Judged
from siteward_edge.sensors import intake as intake_module
from siteward_edge.sensors.clock_skew import ClockSkew
from siteward_edge.sensors.intake import Intake
from tests.edge.sensors.conftest import Bench, take

NOW = datetime(2026, 3, 11, 6, 31, tzinfo=UTC)
DUST = {"pm25": 50.0, "pm10": 100.0, "tsp": 200.0}


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
