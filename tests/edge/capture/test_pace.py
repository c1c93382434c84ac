"""The processor budget, with a clock and a processor that only tests move."""

from datetime import UTC, datetime, timedelta

import pytest

from siteward_edge.capture.pace import (
    LONGEST,
    Budget,
    CameraPace,
    Demand,
    Pace,
    Rate,
    affordable,
    interval,
)

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


class Processor:
    """What the process has used: so much for everything else, and what judging costs."""

    def __init__(self) -> None:
        self.used = 0.0

    def __call__(self) -> float:
        return self.used


def run(
    processor: Processor,
    cameras: dict[CameraPace, tuple[float, float]],
    rest: float,
    start: float,
    end: float,
) -> list[float]:
    """Feeds ``{pace: (arriving fps, CPU seconds per picture)}``; judged pictures per second."""
    before = [pace.judged for pace in cameras]
    step = 0.01
    next_at = {id(pace): start for pace in cameras}
    now = start
    while now < end:
        processor.used += rest * step
        for pace, (fps, cost) in cameras.items():
            if now >= next_at[id(pace)]:
                next_at[id(pace)] += 1 / fps
                if pace.due(at(now)):
                    processor.used += cost
                    pace.took(cost)
        now += step
    return [(pace.judged - old) / (end - start) for pace, old in zip(cameras, before, strict=True)]


def test_a_pace_holds_its_rate_on_pictures_that_come_at_another() -> None:
    pace = Pace(timedelta(seconds=1 / 7), T0)
    assert sum(pace.due(at(n / 25)) for n in range(250)) in (70, 71)


def test_a_gap_is_not_caught_up() -> None:
    pace = Pace(timedelta(seconds=1), T0)
    assert pace.due(at(0))
    assert sum(pace.due(at(60 + n / 10)) for n in range(10)) <= 2


def test_a_rate_is_of_the_time_since_it_was_asked() -> None:
    rate = Rate(T0)
    assert rate.ask(20, at(10)) == 2
    assert rate.ask(50, at(20)) == 3
    assert rate.ask(50, at(20)) == 0


@pytest.mark.parametrize(
    ("cores", "rest", "demands", "share"),
    [
        (2, 0.5, [Demand(5, 0.1)], 1),
        (1, 0.5, [Demand(5, 0.1), Demand(5, 0.1)], 0.5),
        (1, 1.2, [Demand(5, 0.1)], 0),
        (1, 0.2, [], 1),
        (1, 0.2, [Demand(5, 0.0)], 1),
    ],
    ids=["enough", "half", "the rest takes it all", "no cameras", "nothing judged yet"],
)
def test_the_share_is_what_the_rest_leaves_of_the_budget(
    cores: float, rest: float, demands: list[Demand], share: float
) -> None:
    assert affordable(cores, rest, demands) == pytest.approx(share)


def test_a_camera_is_judged_now_and_then_whatever_the_budget() -> None:
    assert interval(5, 1) == timedelta(seconds=0.2)
    assert interval(5, 0.5) == timedelta(seconds=0.4)
    assert interval(5, 0) == LONGEST
    assert interval(0.1, 0) == timedelta(seconds=10), "and never more often than asked for"


def test_cameras_stay_within_the_budget_and_lose_the_same_share() -> None:
    processor = Processor()
    budget = Budget(1.0, processor, T0)
    fast, slow = budget.camera(10, T0), budget.camera(2, T0)
    # 10/s at 0.1 and 2/s at 0.2 would take 1.4; 0.3 are decoding and the like.
    cameras = {fast: (25.0, 0.1), slow: (12.5, 0.2)}
    run(processor, cameras, 0.3, 0, 20)
    used = processor.used
    rates = run(processor, cameras, 0.3, 20, 80)
    assert 0.9 <= (processor.used - used) / 60 <= 1.05
    assert rates[0] / 10 == pytest.approx(0.5, abs=0.04)
    assert rates[1] / 2 == pytest.approx(0.5, abs=0.04)


def test_what_one_camera_does_not_send_is_left_to_the_others() -> None:
    processor = Processor()
    budget = Budget(1.0, processor, T0)
    here, gone = budget.camera(10, T0), budget.camera(10, T0)
    run(processor, {here: (25.0, 0.1), gone: (25.0, 0.1)}, 0, 0, 20)
    run(processor, {here: (25.0, 0.1)}, 0, 20, 40)
    assert run(processor, {here: (25.0, 0.1)}, 0, 40, 60)[0] == pytest.approx(10, abs=0.3)
    assert run(processor, {here: (25.0, 0.1), gone: (25.0, 0.1)}, 0, 60, 80)[0] < 7


def test_without_a_budget_everything_asked_for_is_judged() -> None:
    processor = Processor()
    pace = Budget(None, processor, T0).camera(10, T0)
    assert run(processor, {pace: (25.0, 5.0)}, 3, 0, 20)[0] == pytest.approx(10, abs=0.1)


def test_a_short_budget_is_told_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    processor = Processor()
    pace = Budget(0.5, processor, T0).camera(10, T0)
    run(processor, {pace: (25.0, 0.1)}, 0, 0, 30)
    run(processor, {pace: (25.0, 0.01)}, 0, 30, 60)
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == 2
    assert "0.5 cores are not enough" in texts[0]
    assert "judged again" in texts[1]


def test_another_rate_is_asked_for_while_it_runs() -> None:
    processor = Processor()
    pace = Budget(None, processor, T0).camera(10, T0)
    run(processor, {pace: (25.0, 0.01)}, 0, 0, 10)
    pace.ask(2)
    assert run(processor, {pace: (25.0, 0.01)}, 0, 10, 20)[0] == pytest.approx(2, abs=0.2)
